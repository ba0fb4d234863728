#!/usr/bin/env bash
# scikit-learn 1.9.1: ClassifierChain fits and predicts targets of three classes, but its predict_proba raises an error.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# Guess: fit refuses targets of more than two classes, or predict_proba returns a list with an array for each target, as
# MultiOutputClassifier does.
#
# Seen: fit and predict accept them. predict_proba and decision_function offer themselves (hasattr is true) and fail in
# NumPy with a message about shapes, which names neither the classes nor the target. An evaluation that needs only
# labels passes; the first call for probabilities fails.
#
# Output:
#   predict: [[0. 2.]]
#   MultiOutputClassifier.predict_proba: 2 arrays of shape (1, 3)
#   ClassifierChain.predict_proba: ValueError: could not broadcast input array from shape (3,) into shape (1,)
#   ClassifierChain.decision_function: ValueError: could not broadcast input array from shape (3,) into shape (1,)
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
"$folder/bin/python" - <<'PYTHON'
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier

print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
X = np.random.default_rng(0).normal(size=(300, 2))
Y = np.c_[np.digitize(X[:, 0], [-0.5, 0.5]), np.digitize(X[:, 1], [-0.5, 0.5])]
row = [[-2.0, 2.0]]
chain = ClassifierChain(LogisticRegression()).fit(X, Y)
print(f"predict: {chain.predict(row)}")
arrays = MultiOutputClassifier(LogisticRegression()).fit(X, Y).predict_proba(row)
print(f"MultiOutputClassifier.predict_proba: {len(arrays)} arrays of shape {arrays[0].shape}")
for method in ("predict_proba", "decision_function"):
    try:
        getattr(chain, method)(row)
    except ValueError as error:
        print(f"ClassifierChain.{method}: ValueError: {error}")
    else:
        sys.exit(f"Changed: ClassifierChain.{method} accepts targets of three classes.")
print("as stated")
PYTHON
