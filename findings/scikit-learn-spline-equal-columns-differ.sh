#!/usr/bin/env bash
# scikit-learn 1.9.1: SplineTransformer of degree 1 with linear extrapolation encodes two equal columns differently.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# Guess: each feature is encoded by itself, so the same column twice gives the same numbers twice.
#
# Seen: for degree 0 and 1, transform raises the degree by one for linear extrapolation, inside its loop over the
# features, and does not reset it. From the second feature on, the boundaries lie one knot further in, so values of the
# first interval count as outside the range: their encoding adds up to as much as 2, where that of the first feature adds
# up to 1. Degree 3, the default, is not affected. The encoding depends on the order of the columns.
#
# Output:
#   the lowest value, first column:  [1. 0. 0. 0. 0.]
#   the lowest value, second column: [0. 2. 0. 0. 0.]
#   largest difference with degree 1: 2.0
#   largest difference with degree 3: 0.0
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
from sklearn.preprocessing import SplineTransformer

print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
column = np.linspace(0, 10, 50)
X = np.c_[column, column]


def encoded(degree):
    transformer = SplineTransformer(n_knots=5, degree=degree, extrapolation="linear")
    return np.split(transformer.fit_transform(X), 2, axis=1)


first, second = encoded(1)
difference = np.abs(first - second).max()
of_default = np.abs(np.subtract(*encoded(3))).max()
print(f"the lowest value, first column:  {first[0]}")
print(f"the lowest value, second column: {second[0]}")
print(f"largest difference with degree 1: {difference:.1f}")
print(f"largest difference with degree 3: {of_default:.1f}")
if difference < 0.1:
    sys.exit("Changed: equal columns are encoded equally.")
if of_default > 1e-9:
    sys.exit("Changed: equal columns differ with degree 3 too.")
print("as stated")
PYTHON
