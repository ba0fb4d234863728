#!/usr/bin/env bash
# XGBoost 3.2.0: coef_ of a gblinear model with three classes is not the matrix that the model predicts with.
#
# Versions: xgboost-cpu 3.2.0, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11, Linux. XGBoost 3.4.1 does the same.
#
# Guess: coef_ has a row for each class, as in scikit-learn, and X @ coef_.T + intercept_ ranks the classes as predict does.
#
# Seen: coef_ has the shape of scikit-learn, (classes, features), but the booster stores its weights feature by feature,
# and coef_ reads them class by class. Each row is a mixture of several classes. Read as (features, classes), the same
# six numbers reproduce the margins up to a constant. With two classes nothing is wrong.
#
# Output:
#   accuracy of predict: 0.98
#   accuracy of X @ coef_.T + intercept_: 0.41
#   accuracy of X @ coef_.ravel().reshape(features, classes) + intercept_: 0.98
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check \
  xgboost-cpu==3.2.0 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
"$folder/bin/python" - <<'PYTHON'
import sys

import numpy as np
import sklearn
import xgboost

print(f"xgboost {xgboost.__version__}, scikit-learn {sklearn.__version__}, numpy {np.__version__}")
X = np.random.default_rng(0).normal(size=(300, 2))
y = np.argmax(np.c_[X, -X.sum(axis=1)], axis=1)
model = xgboost.XGBClassifier(n_estimators=20, booster="gblinear", n_jobs=1, random_state=0).fit(X, y)
margins = model.predict(X, output_margin=True)

by_class = X @ model.coef_.T + model.intercept_
by_feature = X @ model.coef_.ravel().reshape(2, 3) + model.intercept_
predicted, read, reread = ((scores.argmax(axis=1) == y).mean() for scores in (margins, by_class, by_feature))
print(f"accuracy of predict: {predicted:.2f}")
print(f"accuracy of X @ coef_.T + intercept_: {read:.2f}")
print(f"accuracy of X @ coef_.ravel().reshape(features, classes) + intercept_: {reread:.2f}")
if model.coef_.shape != (3, 2) or read > 0.7:
    sys.exit("Changed: coef_ is the matrix that the model predicts with.")
if np.ptp(margins - by_feature) > 1e-3:
    sys.exit("Changed: the weights, read feature by feature, no longer give the margins up to a constant.")
print("as stated")
PYTHON
