#!/usr/bin/env bash
# skl2onnx 1.20.0 drops MaxAbsScaler(clip=True), SimpleImputer(add_indicator=True) and the sign in Normalizer(norm="max").
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, onnxruntime 1.31.1, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: a parameter that a converter does not know is refused, as it refuses infrequent categories of OneHotEncoder.
#
# Seen: MinMaxScaler(clip=True) clips in the graph, MaxAbsScaler(clip=True) does not. The graph of the imputer has no
# columns for the missing values, so it has fewer outputs than the transformer. Normalizer(norm="max") divides by the
# greatest value, where scikit-learn divides by the greatest absolute value. No warning is raised.
#
# Output:
#   MinMaxScaler(clip=True): scikit-learn [[0. 1.]], graph [[0. 1.]]
#   MaxAbsScaler(clip=True): scikit-learn [[-1.  1.]], graph [[-2.  4.]]
#   SimpleImputer(add_indicator=True): scikit-learn [[-4.  8.  0.  0.]], graph [[-4.  8.]]
#   Normalizer(norm='max'): scikit-learn [[-1.    0.25]], graph [[-4.  1.]]
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
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer

print(f"skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}")
full = np.array([[-2, 1], [0, 2], [1, 0]], np.float32)
holes = np.array([[np.nan, 1], [0, np.nan], [1, 0]], np.float32)
for transformer, X, row, expected in (
    (MinMaxScaler(clip=True), full, [-4, 8], [0, 1]),
    (MaxAbsScaler(clip=True), full, [-4, 8], [-2, 4]),
    (SimpleImputer(add_indicator=True), holes, [-4, 8], [-4, 8]),
    (Normalizer(norm="max"), full, [-4, 1], [-4, 1]),
):
    row = np.array([row], np.float32)
    graph = skl2onnx.to_onnx(transformer.fit(X), row)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    original, converted = transformer.transform(row), session.run(None, {"X": row})[0]
    print(f"{transformer}: scikit-learn {original}, graph {converted}")
    if converted.shape != (1, 2) or not np.allclose(converted, [expected]):
        sys.exit(f"Changed: the graph of {transformer} returns {converted}.")
print("as stated")
PYTHON
