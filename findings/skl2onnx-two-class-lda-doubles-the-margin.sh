#!/usr/bin/env bash
# skl2onnx 1.20.0: LinearDiscriminantAnalysis with two classes gets too extreme probabilities in the graph.
#
# Versions: skl2onnx 1.20.0, onnx 1.23.2, onnxruntime 1.31.1, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: the probability is the logistic function of the margin, as for logistic regression, so graph and model agree.
#
# Seen: the graph applies a softmax to the margin and its negative, which is the logistic function of twice the margin.
# Labels agree, since the order of the classes is the same. With three classes the graph is right.
#
# Output (digits may differ by platform):
#   two classes: scikit-learn 0.911, graph 0.990, logistic of twice the margin 0.990
#   three classes: largest difference below 1e-5: True
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
from scipy.special import expit
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

print(f"skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}")
random = np.random.default_rng(0)
X = random.normal(size=(200, 2)).astype(np.float32)
score = X[:, 0] + random.normal(size=200) * 0.5


def fitted(y):
    model = LinearDiscriminantAnalysis().fit(X, y)
    graph = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return model, session.run(None, {"X": X})[1]


model, converted = fitted((score > 0).astype(int))
original, doubled = model.predict_proba(X)[:, 1], expit(2 * model.decision_function(X))
row = np.abs(original - 0.91).argmin()
print(
    f"two classes: scikit-learn {original[row]:.3f}, graph {converted[row, 1]:.3f}, "
    f"logistic of twice the margin {doubled[row]:.3f}"
)
if not np.allclose(converted[:, 1], doubled, atol=1e-4):
    sys.exit("Changed: with two classes the graph does not double the margin.")
model, converted = fitted(np.digitize(score, [-0.5, 0.5]))
agree = np.abs(converted - model.predict_proba(X)).max() < 1e-5
print(f"three classes: largest difference below 1e-5: {agree}")
if not agree:
    sys.exit("Changed: with three classes graph and model differ.")
print("as stated")
PYTHON
