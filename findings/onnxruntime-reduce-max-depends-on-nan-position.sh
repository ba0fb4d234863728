#!/usr/bin/env bash
# ONNX Runtime 1.31.1: ReduceMax and ArgMax return NaN or skip it, depending on where it is in the row.
#
# Versions: onnxruntime 1.31.1 (CPU), onnx 1.23.2, numpy 2.4.6, Python 3.11, x86-64.
#
# Guess: the largest of 1, NaN and 3 is NaN for each order of the three numbers, as in NumPy and as for the operator Max of
# the same runtime; or NaN is skipped for each order.
#
# Seen: Max, element by element, keeps NaN. ReduceMax gives NaN if the row begins with it and 3 if it comes later, and
# ArgMax and ReduceMin follow the same rule. A class with a score of NaN wins only as class 0. Longer rows use vector
# instructions, and may treat NaN otherwise.
#
# Output:
#   [nan, 1, 3]: Max with 2 [nan, 2, 3], ReduceMax nan, ReduceMin nan, ArgMax 0
#   [1, nan, 3]: Max with 2 [2, nan, 3], ReduceMax 3, ReduceMin 1, ArgMax 2
#   [1, 3, nan]: Max with 2 [2, 3, nan], ReduceMax 3, ReduceMin 1, ArgMax 1
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6
"$folder/bin/python" - <<'PYTHON'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}, numpy {np.__version__}")
nodes = [
    helper.make_node("Max", ["x", "two"], ["max"]),
    helper.make_node("ReduceMax", ["x"], ["reduce_max"]),
    helper.make_node("ReduceMin", ["x"], ["reduce_min"]),
    helper.make_node("ArgMax", ["x"], ["arg_max"], axis=1),
]
kinds = {"max": TensorProto.FLOAT, "reduce_max": TensorProto.FLOAT, "reduce_min": TensorProto.FLOAT, "arg_max": TensorProto.INT64}
outputs = [helper.make_tensor_value_info(name, kind, [None, None]) for name, kind in kinds.items()]
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])
graph = helper.make_graph(nodes, "nan", [x], outputs, [helper.make_tensor("two", TensorProto.FLOAT, [1], [2.0])])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def text(values):
    return "[" + ", ".join(f"{value:g}" for value in values) + "]"


for row, expected in (([np.nan, 1, 3], True), ([1, np.nan, 3], False), ([1, 3, np.nan], False)):
    largest, reduced, smallest, position = session.run(None, {"x": np.array([row], np.float32)})
    print(
        f"{text(row)}: Max with 2 {text(largest[0])}, ReduceMax {reduced.item():g}, "
        f"ReduceMin {smallest.item():g}, ArgMax {position.item()}"
    )
    if not np.isnan(largest).any():
        sys.exit("Changed: Max, element by element, skips NaN.")
    if np.isnan(reduced.item()) != expected or np.isnan(smallest.item()) != expected:
        sys.exit(f"Changed: ReduceMax or ReduceMin treats NaN in {text(row)} otherwise.")
print("as stated")
PYTHON
