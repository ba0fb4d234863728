#!/usr/bin/env bash
# skl2onnx 1.20.0 converts TunedThresholdClassifierCV, but the graph decides at 0.5 instead of the tuned threshold.
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, onnxruntime 1.31.1, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: the class exists to move the threshold, and skl2onnx lists it as supported, so the labels agree.
#
# Seen: the graph is that of the inner classifier and does not contain the threshold. Probabilities agree, so a comparison
# of probabilities passes; labels of rare positives do not. No warning is raised.
#
# Output (digits may differ by platform):
#   tuned threshold: 0.18
#   share of positive labels: scikit-learn 24 %, graph 5 %
#   largest difference of the probabilities below 1e-5: True
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
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import TunedThresholdClassifierCV

print(f"skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}")
random = np.random.default_rng(0)
X = random.normal(size=(600, 2)).astype(np.float32)
y = (X[:, 0] + random.normal(size=600) > 1.6).astype(int)
model = TunedThresholdClassifierCV(LogisticRegression(), scoring="balanced_accuracy", random_state=0).fit(X, y)
graph = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
labels, probabilities = session.run(None, {"X": X})

original = model.predict(X)
agree = np.abs(probabilities - model.predict_proba(X)).max() < 1e-5
print(f"tuned threshold: {model.best_threshold_:.2f}")
print(f"share of positive labels: scikit-learn {round(100 * original.mean())} %, graph {round(100 * labels.mean())} %")
print(f"largest difference of the probabilities below 1e-5: {agree}")
if np.mean(labels != original) < 0.05:
    sys.exit("Changed: the graph decides at the tuned threshold.")
if not agree or np.mean(labels != (probabilities[:, 1] > 0.5)) > 0:
    sys.exit("Changed: the graph no longer decides at 0.5.")
print("as stated")
PYTHON
