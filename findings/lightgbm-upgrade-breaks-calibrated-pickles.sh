#!/usr/bin/env bash
# A calibrated LGBMClassifier that LightGBM 4.6 pickled returns other probabilities under LightGBM 4.7, without a warning.
#
# Versions: lightgbm 4.6.0 and 4.7.0, scikit-learn 1.9.1 and numpy 2.4.6 with both, Python 3.11.
#
# Guess: scikit-learn stays the same and the boosters load, so the pickle predicts as before; scikit-learn warns when
# its own version differs, and here it does not.
#
# Seen: LightGBM 4.7 adds decision_function to LGBMClassifier. CalibratedClassifierCV looks for that method first and
# falls back to predict_proba. The calibrators of the pickle were fitted on probabilities and are now applied to
# margins. Probabilities move by up to 0.4, and one label in five differs. A model fitted under 4.7 is correct.
#
# Output:
#   lightgbm 4.6.0: decision_function False, lowest 0.200, highest 0.788, Brier score 0.186
#   lightgbm 4.7.0: decision_function True, lowest 0.000, highest 0.993, Brier score 0.214
#   largest change 0.38, labels that differ 19 %
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 4.6.0 4.7.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check \
    lightgbm==$version scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1 joblib==1.6.0
done
cat >"$folder/common.py" <<'PYTHON'
import lightgbm
import numpy as np


def describe(model, X, y):
    fitted = model.calibrated_classifiers_[0].estimator
    p = model.predict_proba(X)[:, 1]
    print(
        f"lightgbm {lightgbm.__version__}: decision_function {hasattr(fitted, 'decision_function')}, "
        f"lowest {p.min():.3f}, highest {p.max():.3f}, Brier score {np.mean((p - y) ** 2):.3f}"
    )
    return p
PYTHON
cd "$folder"
PYTHONPATH="$folder" 4.6.0/bin/python -W ignore - <<'PYTHON'
import pickle

import lightgbm
import numpy as np
from common import describe
from sklearn.calibration import CalibratedClassifierCV

random = np.random.default_rng(0)
X = random.normal(size=(2000, 3))
y = (random.random(2000) < 1 / (1 + np.exp(-X[:, 0]))).astype(int)
estimator = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1, random_state=0, n_jobs=1)
model = CalibratedClassifierCV(estimator, cv=3).fit(X, y)
with open("model.pickle", "wb") as file:
    pickle.dump((model, X, y, describe(model, X, y)), file)
PYTHON
PYTHONPATH="$folder" 4.7.0/bin/python - <<'PYTHON'
import pickle
import sys
import warnings

import numpy as np
from common import describe

with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    with open("model.pickle", "rb") as file:
        model, X, y, before = pickle.load(file)
    after = describe(model, X, y)
change, labels = np.abs(after - before).max(), np.mean((after > 0.5) != (before > 0.5))
print(f"largest change {change:.2f}, labels that differ {labels:.0%}".replace("%", " %"))
if any("version" in str(each.message) for each in seen):
    sys.exit("Changed: a warning about versions is raised.")
if change < 0.1:
    sys.exit("Changed: the pickle of LightGBM 4.6 predicts under 4.7 as it did.")
print("as stated")
PYTHON
