#!/usr/bin/env bash
# skl2onnx 1.20.0: OrdinalEncoder, TargetEncoder and PowerTransformer turn a missing value into another number in the graph.
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, onnxruntime 1.31.1, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: scalers of scikit-learn keep NaN, encoders encode it as they learned it, and the graphs do the same or are refused.
#
# Seen: StandardScaler keeps NaN. OrdinalEncoder encodes it as -1, also where encoded_missing_value names another number.
# TargetEncoder gives the mean of the target, as for an unknown category, though it learned a value for NaN.
# PowerTransformer returns what it returns for 0. An imputer after such a step finds nothing to impute.
#
# Output:
#   StandardScaler(): scikit-learn nan, graph nan
#   OrdinalEncoder(): scikit-learn nan, graph -1.000
#   OrdinalEncoder(encoded_missing_value=-2): scikit-learn -2.000, graph -1.000
#   TargetEncoder(smooth=1e-06): scikit-learn 1.000, graph 0.500
#   PowerTransformer(standardize=False): scikit-learn nan, graph 0.000
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
from sklearn.preprocessing import OrdinalEncoder, PowerTransformer, StandardScaler, TargetEncoder

print(f"skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}")
X, y = np.tile(np.array([[1], [2], [np.nan]], np.float32), (4, 1)), np.tile([0, 0.5, 1], 4)
missing = X[2:3]
for transformer, expected in (
    (StandardScaler(), np.nan),
    (OrdinalEncoder(), -1),
    (OrdinalEncoder(encoded_missing_value=-2), -1),
    (TargetEncoder(smooth=1e-6), 0.5),
    (PowerTransformer(standardize=False), 0),
):
    graph = skl2onnx.to_onnx(transformer.fit(X, y), missing)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    original, converted = transformer.transform(missing).item(), session.run(None, {"X": missing})[0].item()
    print(f"{transformer}: scikit-learn {original:.3f}, graph {converted:.3f}")
    if not np.isclose(converted, expected, atol=1e-5, equal_nan=True):
        sys.exit(f"Changed: the graph of {transformer} turns a missing value into {converted}.")
print("as stated")
PYTHON
