#!/usr/bin/env bash
# skl2onnx 1.20.0: isotonic calibration is a step function in the graph; scikit-learn interpolates.
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, onnxruntime 1.31.1, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: CalibratedClassifierCV(method="isotonic") is listed as supported, so its probabilities agree up to rounding.
#
# Seen: between two thresholds of the isotonic regression, scikit-learn interpolates linearly and the graph returns the
# value of the nearest threshold. Rows of training are mostly on thresholds or between equal values, where both agree; for
# new rows the probability is off by up to 0.1. No warning is raised.
#
# Output (digits may differ by platform):
#   new rows that differ by more than 0.001: 10 %, by up to 0.12
#   distinct probabilities of 2000 new rows: scikit-learn 211, graph 8
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
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression

print(f"skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}")
random = np.random.default_rng(0)
X = random.normal(size=(60, 2)).astype(np.float32)
y = (X[:, 0] + random.normal(size=60) > 0).astype(int)
model = CalibratedClassifierCV(LogisticRegression(), method="isotonic", ensemble=False).fit(X, y)
graph = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])


def compared(rows):
    original, converted = model.predict_proba(rows)[:, 1], session.run(None, {"X": rows})[1][:, 1]
    return original, converted, np.abs(original - converted)


new = random.normal(size=(2000, 2)).astype(np.float32)
original, converted, differences = compared(new)
distinct = [len(np.unique(values.round(5))) for values in (original, converted)]
print(f"new rows that differ by more than 0.001: {round(100 * np.mean(differences > 0.001))} %, by up to {differences.max():.2f}")
print(f"distinct probabilities of 2000 new rows: scikit-learn {distinct[0]}, graph {distinct[1]}")
if differences.max() < 0.01 or distinct[1] * 2 > distinct[0]:
    sys.exit("Changed: the graph interpolates as scikit-learn does.")
print("as stated")
PYTHON
