#!/usr/bin/env bash
# ONNX Runtime's default optimisation rounds a constant factor next to a MatMul of doubles to single precision.
#
# Versions: onnxruntime 1.31.1, onnx 1.22.0, numpy 2.3.5, Python 3.11.
#
# Guess: a graph whose tensors and constants are all doubles is computed in double precision at each optimisation level,
# since optimisations keep the result up to the order of sums; at most 1e-15 of a difference.
#
# Seen: from the extended level on, the default included, Mul or Div by one number, before or after MatMul, becomes the
# attribute alpha of FusedMatMul, and attributes are single precision: a relative error of 2e-8, 100 million times that of
# a double. The same factor written as a row of equal numbers stays exact, and so does a factor that single precision holds.
#
# Output:
#   onnxruntime 1.31.1
#   basic, Mul before: exact, Mul MatMul
#   extended, Mul before: error 2e-08, FusedMatMul
#   all, Mul before: error 2e-08, FusedMatMul
#   all, Mul after: error 2e-08, FusedMatMul
#   all, Div before: error 2e-08, FusedMatMul
#   all, Div after: error 2e-08, FusedMatMul
#   all, Mul before by a row: exact, Mul MatMul
#   all, Mul before by 0.5: exact, FusedMatMul
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.31.1 onnx==1.22.0 numpy==2.3.5
cat >"$folder/scale.py" <<'PYTHON'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

LEVELS = {
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
ROWS = np.array([[0.84, -1.3, 2.7]])


def show(level, operator, place, factor=0.5**0.5, shape=(), said=""):
    if place == "before":
        scale, product = (["x", "factor"], ["between"]), (["between", "weights"], ["y"])
    else:
        product, scale = (["x", "weights"], ["between"]), (["between", "factor"], ["y"])
    nodes = [helper.make_node(operator, *scale), helper.make_node("MatMul", *product)]
    graph = helper.make_graph(
        nodes if place == "before" else nodes[::-1],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, [None, 3])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, [None, 3])],
        [
            numpy_helper.from_array(np.full(shape, factor), "factor"),
            numpy_helper.from_array(np.eye(3), "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = LEVELS[level]
    options.optimized_model_filepath = sys.argv[1]
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"x": ROWS})
    expected = ROWS * factor if operator == "Mul" else ROWS / factor
    error = np.abs(answer / expected - 1).max()
    found = "exact" if error < 1e-15 else f"error {error:.0e}"
    print(f"{level}, {operator} {place}{said}: {found},", *[node.op_type for node in onnx.load(sys.argv[1]).graph.node])


print("onnxruntime", onnxruntime.__version__)
for level in LEVELS:
    show(level, "Mul", "before")
show("all", "Mul", "after")
show("all", "Div", "before")
show("all", "Div", "after")
show("all", "Mul", "before", shape=(1, 3), said=" by a row")
show("all", "Mul", "before", factor=0.5, said=" by 0.5")
PYTHON
seen=$("$folder/env/bin/python" -W ignore "$folder/scale.py" "$folder/optimized.onnx")
echo "$seen"
expected='onnxruntime 1.31.1
basic, Mul before: exact, Mul MatMul
extended, Mul before: error 2e-08, FusedMatMul
all, Mul before: error 2e-08, FusedMatMul
all, Mul after: error 2e-08, FusedMatMul
all, Div before: error 2e-08, FusedMatMul
all, Div after: error 2e-08, FusedMatMul
all, Mul before by a row: exact, Mul MatMul
all, Mul before by 0.5: exact, FusedMatMul'
if [ "$seen" != "$expected" ]; then
  echo "Changed: the factor keeps double precision, or other graphs lose it."
  exit 1
fi
echo "as stated"
