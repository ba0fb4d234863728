#!/usr/bin/env bash
# ONNX Runtime 1.31.1: Cast from double to string keeps eight digits, so different identifiers become one category.
#
# Versions: onnxruntime 1.31.1 (CPU), onnx 1.23.2, numpy 2.4.6, Python 3.11.
#
# Guess: a double is written with the digits that identify it (17 at most), as from int64, where each digit is written.
#
# Seen: doubles are written with eight significant digits, as floats are. Numbers of nine digits, such as the codes of
# customers or articles in a column that also has missing values, lose the last one and switch to an exponent. A category
# that was stored as "123456789" is then unknown, and two codes that differ in the last digit are equal.
#
# Output:
#   int64: 123456787 -> "123456787", 123456789 -> "123456789"
#   double: 123456787 -> "1.2345679e+08", 123456789 -> "1.2345679e+08"
#   double: 0.333333333333 -> "0.33333333", 12345678 -> "12345678"
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


def as_strings(name, kind, dtype, numbers):
    x = helper.make_tensor_value_info("x", kind, [None])
    y = helper.make_tensor_value_info("y", TensorProto.STRING, [None])
    graph = helper.make_graph([helper.make_node("Cast", ["x"], ["y"], to=TensorProto.STRING)], "cast", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    strings = session.run(None, {"x": np.array(numbers, dtype)})[0].tolist()
    print(f"{name}: " + ", ".join(f'{number:.12g} -> "{string}"' for number, string in zip(numbers, strings, strict=True)))
    return strings


whole = as_strings("int64", TensorProto.INT64, np.int64, [123456787, 123456789])
first, second = as_strings("double", TensorProto.DOUBLE, np.float64, [123456787, 123456789])
as_strings("double", TensorProto.DOUBLE, np.float64, [1 / 3, 12345678])
if whole != ["123456787", "123456789"]:
    sys.exit("Changed: int64 is written otherwise.")
if first != second:
    sys.exit("Changed: two doubles of nine digits become different strings.")
print("as stated")
PYTHON
