"""How much people have to teach: our heads against scikit-learn's logistic regression, on the same features and draws.

    cargo run --release -p vestry-app --example features -- ../shared/data/clothing/train OUT/train
    cargo run --release -p vestry-app --example features -- ../shared/data/clothing/validation OUT/validation
    cargo build --release -p vestry-learn --example taught_speed
    python3 bench/learn/compare.py OUT

Twenty draws for each number of labels a class; both are fitted on each draw and measured on the whole validation tree.
The interval is that of the mean paired difference over draws, 95 %, normal. Logistic regression runs with its defaults.
"""

import json
import pathlib
import subprocess
import sys
import warnings

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression


def read(stem):
    names = [line.split("\t")[1] for line in pathlib.Path(f"{stem}.tsv").read_text().splitlines()]
    return numpy.fromfile(f"{stem}.f32", "<f4").reshape(len(names), -1), numpy.array(names)


def main(folder, program="target/release/examples/taught_speed"):
    warnings.filterwarnings("ignore")
    (train, classes), (test, truth) = (read(f"{folder}/{tree}") for tree in ("train", "validation"))
    lines = subprocess.run(
        [program, "curve", f"{folder}/train", f"{folder}/validation"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    draws = [json.loads(line) for line in lines]
    print(f"scikit-learn {sklearn.__version__}; {len(truth)} photos of validation\n")
    print("| labels a class | ours | logistic regression | difference |")
    print("|---|---|---|---|")
    for labels in sorted({draw["labels"] for draw in draws}):
        pairs = []
        for draw in (draw for draw in draws if draw["labels"] == labels):
            rows = draw["rows"]
            other = LogisticRegression(max_iter=2000).fit(train[rows], classes[rows]).score(test, truth)
            pairs.append((draw["top1"], other))
        ours, other = numpy.array(pairs).T
        difference = ours - other
        half = 1.96 * difference.std(ddof=1) / len(difference) ** 0.5
        print(
            f"| {labels} | {ours.mean():.3f} | {other.mean():.3f} "
            f"| {difference.mean():+.3f} ({difference.mean() - half:+.3f} to {difference.mean() + half:+.3f}) |",
            flush=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
