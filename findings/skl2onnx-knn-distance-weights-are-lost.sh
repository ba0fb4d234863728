#!/usr/bin/env bash
# skl2onnx 1.20.0: nearest neighbours with weights="distance" predict the plain mean of the neighbours in the graph.
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, onnxruntime 1.31.1, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: the graph divides by the distances (it has a Reciprocal node), so it predicts as scikit-learn does, up to rounding;
# at a training point, that is its own target.
#
# Seen: the graph predicts the unweighted mean, also at a training point. With the default weights the graph is right.
# No warning is raised.
#
# Output:
#   targets 0, 10, 30 at x = 0, 1, 3; queries x = 0.5, 2.9, 1
#   weights="uniform": scikit-learn [13.33 13.33 13.33], graph [13.33 13.33 13.33]
#   weights="distance": scikit-learn [ 7.27 28.08 10.  ], graph [13.33 13.33 13.33]
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
from sklearn.neighbors import KNeighborsRegressor

print(f"skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}")
print("targets 0, 10, 30 at x = 0, 1, 3; queries x = 0.5, 2.9, 1")
np.set_printoptions(precision=2)
X, y = np.array([[0], [1], [3]], np.float32), np.array([0.0, 10.0, 30.0])
queries = np.array([[0.5], [2.9], [1]], np.float32)
for weights in ("uniform", "distance"):
    model = KNeighborsRegressor(n_neighbors=3, weights=weights).fit(X, y)
    graph = skl2onnx.to_onnx(model, X[:1])
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    original, converted = model.predict(queries), session.run(None, {"X": queries})[0].ravel()
    print(f'weights="{weights}": scikit-learn {original}, graph {converted}')
    if not np.allclose(converted, y.mean()):
        sys.exit(f'Changed: with weights="{weights}" the graph no longer predicts the plain mean.')
print("as stated")
PYTHON
