#!/usr/bin/env bash
# scikit-learn 1.9.1: RadiusNeighborsRegressor fitted on whole numbers predicts -9223372036854775808 without neighbours.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, Python 3.11, x86-64.
#
# Guess: a row without neighbours within the radius gets NaN and the warning "predicting NaN", whatever the target is.
#
# Seen: that holds for a target of floats. For a target of integers (counts, ages), NaN is stored in an integer array
# first, which makes it the smallest 64-bit integer. The prediction is a finite float, so a check for NaN passes, and the
# warning about NaN is not raised: NumPy warns of an invalid cast instead. On other processors the cast can give 0.
#
# Output:
#   target of floats:   [ 1.5 nan], warning: One or more samples have no neighbors within specified radius; predicting NaN.
#   target of integers: [ 1.50000000e+00 -9.22337204e+18], warning: invalid value encountered in cast
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
"$folder/bin/python" - <<'PYTHON'
import sys
import warnings

import numpy as np
import sklearn
from sklearn.neighbors import RadiusNeighborsRegressor

print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
X = np.arange(10.0)[:, None]


def predicted(target):
    model = RadiusNeighborsRegressor(radius=1).fit(X, target)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        prediction = model.predict([[1.4], [100.0]])
    return prediction, " ".join(str(each.message) for each in seen)


floats, of_floats = predicted(np.arange(10.0))
integers, of_integers = predicted(np.arange(10))
print(f"target of floats:   {floats}, warning: {of_floats}")
print(f"target of integers: {integers}, warning: {of_integers}")
if not np.isnan(floats[1]):
    sys.exit("Changed: a target of floats no longer gives NaN.")
if np.isnan(integers[1]) or "predicting NaN" in of_integers:
    sys.exit("Changed: a target of integers gives NaN, or the warning about it, too.")
print("as stated")
PYTHON
