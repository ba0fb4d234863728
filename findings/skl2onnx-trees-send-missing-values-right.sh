#!/usr/bin/env bash
# skl2onnx 1.20.0: trees and forests of scikit-learn that were fitted with missing values predict others in the graph.
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, onnxruntime 1.31.1, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: scikit-learn learns at each split on which side a missing value goes, ONNX trees have an attribute for exactly
# that (missing_value_tracks_true), so the conversion keeps it or refuses the model.
#
# Seen: the attribute is 0 for each node, so NaN always goes right. Where training sent it left, the prediction is that of
# the largest values. All rows without NaN agree, and no warning is raised.
#
# Output:
#   fitted on x = 1, 2, 3, NaN with y = 0, 0, 1, 0
#   DecisionTreeClassifier: scikit-learn [0 0 1 0], graph [0 0 1 1]
#   RandomForestClassifier: scikit-learn [0 0 1 0], graph [0 0 1 1]
#   ExtraTreesClassifier: scikit-learn [0 0 1 0], graph [0 0 1 1]
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check \
  skl2onnx==1.20.0 onnx==1.23.2 onnxruntime==1.31.1 protobuf==6.33.6 \
  scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
"$folder/bin/python" - <<'PYTHON'
import sys

import numpy as np
import onnxruntime
import skl2onnx
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

print(f"skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}")
print("fitted on x = 1, 2, 3, NaN with y = 0, 0, 1, 0")
rows = np.array([[1], [2], [3], [np.nan]], np.float32)
X, y = np.tile(rows, (10, 1)), np.tile([0, 0, 1, 0], 10)
for model in (
    DecisionTreeClassifier(random_state=0),
    RandomForestClassifier(10, random_state=0),
    ExtraTreesClassifier(10, random_state=0),
):
    graph = skl2onnx.to_onnx(model.fit(X, y), rows[:1], options={"zipmap": False})
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    original, converted = model.predict(rows), session.run(None, {"X": rows})[0]
    print(f"{type(model).__name__}: scikit-learn {original}, graph {converted}")
    if original.tolist() != [0, 0, 1, 0] or converted.tolist() != [0, 0, 1, 1]:
        sys.exit(f"Changed: the graph of {type(model).__name__} sends missing values elsewhere.")
print("as stated")
PYTHON
