"""Counts, for each threshold, the pictures of `make_pictures.py` whose face was found where it is.

    faces_report folder FOLDER/cut 0.05 | python3 bench/faces/count.py cut
    faces_report folder FOLDER/astronaut 0.05 | python3 bench/faces/count.py astronaut
"""
import math
import sys

CANVAS = 320
# The photo's face as parts of its side: middle across, middle down, height.
FACE = (0.434, 0.22, 0.217)


def expected(kind, name):
    """Middle and height, pixels, of the face in a picture."""
    if kind == "cut":
        return CANVAS / 2, CANVAS / 2, 50
    change, side = name.removesuffix(".png").rsplit("-", 1)
    side = int(side)
    x, y = (FACE[0] - 0.5) * side, (FACE[1] - 0.5) * side
    if change == "mirrored":
        x = -x
    if change.startswith("turned-"):
        angle = math.radians(float(change.removeprefix("turned-")))  # counter-clockwise, y points down
        x, y = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    return CANVAS / 2 + x, CANVAS / 2 + y, FACE[2] * side


def main():
    kind, best = sys.argv[1], {}
    for line in sys.stdin:
        parts = line.split(" ", 2)
        if not parts[2].strip().endswith(".png"):
            print(line.strip())
            continue
        x, y, w, h = (float(part) * CANVAS for part in parts[1].split(","))
        middle_x, middle_y, height = expected(kind, parts[2].strip())
        off = max(abs(x + w / 2 - middle_x), abs(y + h / 2 - middle_y))
        if off <= height / 2 and 0.5 <= h / height <= 2:
            name = parts[2].strip()
            best[name] = max(best.get(name, 0), float(parts[0]))
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        print(threshold, sum(score >= threshold for score in best.values()))
    print("missed at 0.3 though seen:", sorted(name for name, score in best.items() if score < 0.3))


if __name__ == "__main__":
    main()
