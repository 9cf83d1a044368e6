"""Judges ONNX files with the onnx package (Debian: python3-onnx): the checker, and shape inference in strict mode.

    python3 onnx_check.py FILE...     prints for each file inputs, outputs and metadata keys as one JSON line; exit 1 with the reason

Ends with code 77 where the package is missing.
"""

import json
import sys

try:
    import onnx
    from onnx import checker, shape_inference
except ImportError:
    print("the Python package onnx is missing (Debian: python3-onnx).", file=sys.stderr)
    sys.exit(77)


def shape(value):
    tensor = value.type.tensor_type
    kind = {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.INT32: "int32"}[tensor.elem_type]
    return [kind] + [d.dim_param or d.dim_value for d in tensor.shape.dim]


def main(paths):
    for path in paths:
        model = onnx.load(path)
        checker.check_model(model, full_check=True)
        inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
        # What inference finds must be what the file declares.
        declared = {o.name: shape(o) for o in model.graph.output}
        assert {o.name: shape(o) for o in inferred.graph.output} == declared, path
        print(json.dumps({
            "ir": model.ir_version,
            "opset": [o.version for o in model.opset_import],
            "inputs": {i.name: shape(i) for i in model.graph.input},
            "outputs": declared,
            "metadata": {p.key: p.value for p in model.metadata_props},
            "nodes": [n.op_type for n in model.graph.node],
        }))


main(sys.argv[1:])
