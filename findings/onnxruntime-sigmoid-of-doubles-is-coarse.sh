#!/usr/bin/env bash
# ONNX Runtime 1.31.1: Sigmoid of doubles loses all digits of small results; Exp, Tanh and Softmax of doubles do not.
#
# Versions: onnxruntime 1.31.1 (CPU), onnx 1.23.2, numpy 2.4.6, Python 3.11.
#
# Guess: a double graph computes to about 1e-16 relative, as its other activations do, so Sigmoid(-40) is 4.2e-18.
#
# Seen: the error is 1e-16 absolute. At -30 three digits are right, and below -37 the result is exactly 0. A classifier
# that normalises its scores, one Sigmoid for each class, then divides 0 by 0 where the classes have a clear order.
# 1 / (1 + Exp(-x)), written with three operators of the same runtime, is right to the last digits.
#
# Output:
#   x = -20: Sigmoid 2.0612e-09, 1 / (1 + Exp(-x)) 2.0612e-09, relative error of Sigmoid 4e-08
#   x = -30: Sigmoid 9.3481e-14, 1 / (1 + Exp(-x)) 9.3576e-14, relative error of Sigmoid 1e-03
#   x = -36: Sigmoid 2.2204e-16, 1 / (1 + Exp(-x)) 2.3195e-16, relative error of Sigmoid 4e-02
#   x = -40: Sigmoid 0.0000e+00, 1 / (1 + Exp(-x)) 4.2484e-18, relative error of Sigmoid 1e+00
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6
"$folder/bin/python" - <<'PYTHON'
import math
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}, numpy {np.__version__}")
one = helper.make_tensor("one", TensorProto.DOUBLE, [1], [1.0])
nodes = [
    helper.make_node("Sigmoid", ["x"], ["sigmoid"]),
    helper.make_node("Neg", ["x"], ["minus"]),
    helper.make_node("Exp", ["minus"], ["power"]),
    helper.make_node("Add", ["power", "one"], ["sum"]),
    helper.make_node("Div", ["one", "sum"], ["written_out"]),
]
double = {name: helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None]) for name in ("x", "sigmoid", "written_out")}
graph = helper.make_graph(nodes, "sigmoid", [double["x"]], [double["sigmoid"], double["written_out"]], [one])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

x = np.array([-20.0, -30.0, -36.0, -40.0])
sigmoid, written_out = session.run(None, {"x": x})
exact = np.array([math.exp(value) / (1 + math.exp(value)) for value in x])
errors = np.abs(sigmoid / exact - 1)
for row in zip(x, sigmoid, written_out, errors, strict=True):
    print("x = {:.0f}: Sigmoid {:.4e}, 1 / (1 + Exp(-x)) {:.4e}, relative error of Sigmoid {:.0e}".format(*row))
if errors[1] < 1e-6 or sigmoid[3] != 0:
    sys.exit("Changed: Sigmoid of doubles keeps the digits of small results.")
if np.abs(written_out / exact - 1).max() > 1e-14:
    sys.exit("Changed: 1 / (1 + Exp(-x)) is no longer right to the last digits.")
print("as stated")
PYTHON
