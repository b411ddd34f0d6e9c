"""Recall and queries a second of the index against faiss HNSW, on Fashion-MNIST, one thread each, in one run.

    apt-get install dataset-fashion-mnist
    pip install faiss-cpu numpy
    cargo build --release -p vestry-search --example recall
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python3 bench/search/compare.py

60,000 training images are projected to 256 dimensions (principal components, unit length); 6,000 of them are
deleted from the index. faiss is built on the 54,000 that stay, which spares it the holes. Both run turn by turn, and rates are by processor time.
"""

import gzip
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import faiss
import numpy

FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")
DIMENSIONS, NEIGHBOURS, QUERIES = 256, 10, 2_000
ROUNDS = 9


def images(name):
    raw = gzip.open(FOLDER / f"{name}-images-idx3-ubyte.gz").read()[16:]
    labels = gzip.open(FOLDER / f"{name}-labels-idx1-ubyte.gz").read()[8:]
    pixels = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 784).astype(numpy.float32) / 255
    return pixels, numpy.frombuffer(labels, numpy.uint8)


def prepare(folder):
    base, labels = images("train")
    queries, query_labels = images("t10k")
    mean = base.mean(0)
    _, axes = numpy.linalg.eigh(numpy.cov(base - mean, rowvar=False))
    axes = axes[:, ::-1][:, :DIMENSIONS].astype(numpy.float32)

    def project(pixels):
        out = (pixels - mean) @ axes
        out /= numpy.linalg.norm(out, axis=1, keepdims=True)
        # As the index keeps them, so that both look for the same neighbours.
        return numpy.ascontiguousarray(out.astype(numpy.float16).astype(numpy.float32))

    base, queries = project(base), project(queries)
    live = numpy.flatnonzero(numpy.arange(len(base)) % 10 != 3)
    exact = faiss.IndexFlatIP(DIMENSIONS)
    exact.add(base[live])
    truth = live[exact.search(queries[:QUERIES], NEIGHBOURS)[1]]
    base.tofile(folder / "base.f32")
    queries.tofile(folder / "queries.f32")
    labels.tofile(folder / "base.u8")
    query_labels.tofile(folder / "queries.u8")
    truth.astype("<i4").tofile(folder / "truth.i32")
    return base, queries, live, truth


def recall_of(found, truth):
    return sum(len(set(a) & set(b)) for a, b in zip(found.tolist(), truth.tolist())) / truth.size


def build_faiss(base, live, queries, truth):
    index = faiss.IndexHNSWFlat(DIMENSIONS, 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 128
    start = time.perf_counter()
    index.add(base[live])
    built = time.perf_counter() - start
    for breadth in range(16, 257, 2):
        index.hnsw.efSearch = breadth
        recall = recall_of(live[index.search(queries[:QUERIES], NEIGHBOURS)[1]], truth)
        if recall >= 0.99:
            return index, breadth, recall, built
    sys.exit("faiss did not reach a recall of 0.99")


def rate_faiss(index, queries):
    """The better of one query at a time and all at once, in queries a second of processor time."""
    rates = []
    for batch in (1, len(queries)):
        start = time.process_time()
        for at in range(0, len(queries), batch):
            index.search(queries[at : at + batch], NEIGHBOURS)
        rates.append(len(queries) / (time.process_time() - start))
    return max(rates)


def main():
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        base, queries, live, truth = prepare(folder)
        index, breadth, recall, built = build_faiss(base, live, queries, truth)
        program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/examples/recall")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen([program, folder, folder / "index"], **pipes) as process:
            ours = json.loads(process.stdout.readline())
            rounds = []
            for _ in range(ROUNDS):
                process.stdin.write("\n")
                process.stdin.flush()
                rounds.append((float(process.stdout.readline()), rate_faiss(index, queries)))
            process.stdin.close()
    ours_rate, theirs = (statistics.median(column) for column in zip(*rounds))
    ratio = statistics.median(a / b for a, b in rounds)
    print(f"faiss HNSW   recall@10 {recall:.4f}  {theirs:8.0f}/s  efSearch {breadth}  built in {built:.1f} s")
    print(f"Index        recall@10 {ours['recall']:.4f}  {ours_rate:8.0f}/s  built in {ours['build_s']} s, words included")
    print(f"ratio {ratio:.2f}, median of {ROUNDS} rounds: " + " ".join(f"{a / b:.2f}" for a, b in rounds))
    for name in ("filter_tenth", "filter_hundredth", "filter_other_class"):
        print(f"{name:19} recall@10 {ours[name]['recall']:.4f}  {ours[name]['ms']:.3f} ms")
    print(f"memory of vectors and graph: {ours['memory_mb']} MiB")


if __name__ == "__main__":
    main()
