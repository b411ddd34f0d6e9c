"""How much people have to teach: our heads against scikit-learn's logistic regression, on the same features and draws; a
section of `docs/evaluation.md`.

    cargo run --release -p vestry-app --example features -- ../shared/data/clothing/train OUT/train
    cargo run --release -p vestry-app --example features -- ../shared/data/clothing/validation OUT/validation
    cargo build --release -p vestry-learn --example taught_speed
    python3 bench/learn/compare.py OUT

Twenty draws for each number of labels a class; both are fitted on each draw and measured on the whole validation tree.
The interval is that of the mean paired difference over draws, 95 %, normal. Logistic regression runs with its defaults but for
the number of steps.
"""

import json
import pathlib
import subprocess
import sys
import warnings

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression


TEXT = """
## What people teach

Heads of the organisation's own, from nothing, on {train:,} photos, measured on {test}: they read 512 numbers of a photo; logistic
regression (scikit-learn {version}) reads all 2,560. Twenty paired draws, the same for both; share of right categories, mean and
interval over draws. Draws of 120 are nearly the whole set, so their intervals say little of other photos. The calibration error is
measured on validation photos too, ten bins of equal mass; the temperature is found out of fold on what was taught.
"""


def read(stem):
    names = [line.split("\t")[1] for line in pathlib.Path(f"{stem}.tsv").read_text().splitlines()]
    return numpy.fromfile(f"{stem}.f32", "<f4").reshape(len(names), -1), numpy.array(names)


def interval(values, sign=""):
    mean, half = values.mean(), 1.96 * values.std(ddof=1) / len(values) ** 0.5
    return f"{mean:{sign}.3f} ({mean - half:{sign}.3f} to {mean + half:{sign}.3f})"


def main(folder, program="target/release/examples/taught_speed"):
    warnings.filterwarnings("ignore")
    (train, classes), (test, truth) = (read(f"{folder}/{tree}") for tree in ("train", "validation"))
    lines = subprocess.run(
        [program, "curve", f"{folder}/train", f"{folder}/validation"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    draws = [json.loads(line) for line in lines]
    print(TEXT.format(version=sklearn.__version__, train=len(classes), test=len(truth)))
    print("| labels a class | ours | logistic regression | difference | calibration error at temperature 1 | at the one found |")
    print("|---|---|---|---|---|---|")
    for labels in sorted({draw["labels"] for draw in draws}):
        pairs, errors = [], []
        for draw in (draw for draw in draws if draw["labels"] == labels):
            rows = draw["rows"]
            other = LogisticRegression(max_iter=2000).fit(train[rows], classes[rows]).score(test, truth)
            pairs.append((draw["top1"], other))
            errors.append(draw["ece"])
        (ours, other), (before, after) = numpy.array(pairs).T, numpy.array(errors).T
        print(
            f"| {labels} | {interval(ours)} | {interval(other)} | {interval(ours - other, '+')} "
            f"| {interval(before)} | {interval(after)} |",
            flush=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
