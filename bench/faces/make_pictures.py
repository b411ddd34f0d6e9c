"""Writes pictures with one face each, made from what scikit-image's wheel carries; nothing of it is committed.

    python3 bench/faces/make_pictures.py FOLDER

`cut/`: the 100 faces of `lfw_subset` (25 × 25 grey values, cut tightly), enlarged to 50 pixels on a grey ground.
`astronaut/`: one photo made smaller, turned, darkened, brightened, blurred, mirrored and covered.
`photo.png`: that photo as it is.
"""
import pathlib
import sys

import numpy as np
import skimage.data
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

GROUND = (200, 200, 200)


def on_ground(picture, side=320):
    ground = Image.new("RGB", (side, side), GROUND)
    ground.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return ground


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in ("cut", "astronaut"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, face in enumerate(skimage.data.lfw_subset()[:100]):
        grey = Image.fromarray(np.uint8(np.clip(face, 0, 1) * 255)).convert("RGB")
        on_ground(grey.resize((50, 50), Image.Resampling.BICUBIC)).save(folder / "cut" / f"{number:03}.png")
    photo = Image.fromarray(skimage.data.astronaut())
    photo.save(folder / "photo.png")
    changes = {"as-is": lambda p: p, "mirrored": ImageOps.mirror, "grey": lambda p: p.convert("L").convert("RGB"),
               "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(p.width / 200)),
               "covered": lambda p: cover(p)}
    changes |= {f"light-{part}": lambda p, part=part: ImageEnhance.Brightness(p).enhance(part)
                for part in (0.2, 0.4, 1.6)}
    changes |= {f"turned-{angle}": lambda p, angle=angle: p.rotate(angle, fillcolor=GROUND)
                for angle in (-45, -30, -15, 15, 30, 45, 90)}
    for side in (60, 80, 120, 200, 300):  # the face is 0.22 of the photo
        for name, change in changes.items():
            small = change(photo.resize((side, side), Image.Resampling.BILINEAR))
            on_ground(small).save(folder / "astronaut" / f"{name}-{side}.png")


def cover(photo):
    """Mouth and chin behind a cloth: the lower two fifths of the face."""
    box = [round(part * photo.width) for part in (0.36, 0.21, 0.53, 0.33)]
    covered = photo.copy()
    covered.paste((90, 110, 140), box)
    return covered


if __name__ == "__main__":
    main()
