#!/usr/bin/env bash
# skl2onnx 1.20.0 does not convert HistGradientBoosting models with protobuf 7, which pip installs with it.
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, scikit-learn 1.9.1, numpy 2.4.6, protobuf 6.33.6 and 7.36.2, Python 3.11.
#
# Guess: onnx 1.23 allows protobuf 7, and protobuf only stores what it is given, so its version does not decide whether a
# model of scikit-learn is converted.
#
# Seen: the converter puts truth values into a field of integers. protobuf 6 takes True as 1, protobuf 7 refuses it. The
# message that is raised prints all numbers of the trees; the cause is in the chained error alone. Forests convert.
#
# Output:
#   protobuf 6.33.6: RandomForestRegressor converted
#   protobuf 6.33.6: HistGradientBoostingRegressor converted
#   protobuf 7.36.2: RandomForestRegressor converted
#   protobuf 7.36.2: HistGradientBoostingRegressor ValueError: Field onnx.AttributeProto.ints: Expected an int, got a boolean.
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
cat >"$folder/convert.py" <<'PYTHON'
import sys

import google.protobuf
import numpy as np
import skl2onnx
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor

X = np.arange(100, dtype=np.float32)[:, None]
for model in (RandomForestRegressor(2, random_state=0), HistGradientBoostingRegressor(max_iter=2, random_state=0)):
    name = type(model).__name__
    try:
        skl2onnx.to_onnx(model.fit(X, X[:, 0]), X[:1])
        outcome = "converted"
    except ValueError as error:
        outcome = f"ValueError: {error.__cause__}"
    print(f"protobuf {google.protobuf.__version__}: {name} {outcome}")
    fails = name.startswith("Hist") and google.protobuf.__version__.startswith("7.")
    if ("Expected an int" in outcome) != fails:
        sys.exit(f"Changed: {name} with protobuf {google.protobuf.__version__}: {outcome}")
PYTHON
for version in 6.33.6 7.36.2; do
  "$folder/bin/pip" install --quiet --disable-pip-version-check \
    skl2onnx==1.20.0 onnx==1.23.2 protobuf==$version scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
  "$folder/bin/python" "$folder/convert.py"
done
echo "as stated"
