#!/usr/bin/env bash
# scikit-learn 1.9.1: predict and predict_proba of NearestCentroid are two models.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# Guess: predict returns the class of the greatest probability, as other classifiers with predict_proba do, up to ties.
#
# Seen: with equal priors (the default) predict takes the nearest centroid in the units of the data. predict_proba and
# decision_function, new in 1.6, divide each feature by its within-class deviation first. With features of different
# spread, predict follows the wide feature and predict_proba the informative one. If the priors differ even slightly,
# predict follows the probabilities too, so a small change of the priors changes two labels in five.
#
# Output:
#   accuracy of predict: 0.56
#   accuracy of the class of the greatest probability: 0.86
#   rows where they differ: 44 %
#   rows where they differ with priors (0.5001, 0.4999): 0 %
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
from sklearn.neighbors import NearestCentroid

print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
random = np.random.default_rng(0)
y = random.integers(0, 2, size=400)
X = random.normal(size=(400, 2)) * [10, 0.5] + np.outer(y, [4, 1])


def labels(priors):
    model = NearestCentroid(priors=priors).fit(X, y)
    return model.predict(X), model.classes_[model.predict_proba(X).argmax(axis=1)]


predicted, likeliest = labels("uniform")
differ = np.mean(predicted != likeliest)
shifted = np.mean(np.not_equal(*labels([0.5001, 0.4999])))
print(f"accuracy of predict: {np.mean(predicted == y):.2f}")
print(f"accuracy of the class of the greatest probability: {np.mean(likeliest == y):.2f}")
print(f"rows where they differ: {round(100 * differ)} %")
print(f"rows where they differ with priors (0.5001, 0.4999): {round(100 * shifted)} %")
if differ < 0.1:
    sys.exit("Changed: predict returns the class of the greatest probability.")
if shifted > 0.01:
    sys.exit("Changed: predict and predict_proba differ with unequal priors too.")
print("as stated")
PYTHON
