#!/usr/bin/env bash
# scikit-learn 1.9.1: SplineTransformer(degree=0) raises an error for each value above the range of training.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# Guess: degree 0 is accepted and gives one indicator for each interval. Constant extrapolation, the default, then
# repeats the last indicator for values above the range.
#
# Seen: transform sets the last "degree" columns, and with degree 0 the slice [-0:] is the whole array instead of
# nothing, so the shapes do not fit. Below the range no error is raised, but the result is not the first indicator: all
# columns are 0. One new maximum in production makes a whole batch fail.
#
# Output:
#   inside the range (3.0): [[0. 1. 0. 0.]]
#   below the range (-1.0): [[0. 0. 0. 0.]]
#   above the range (11.0): ValueError: shape mismatch: value array of shape (4,) could not be broadcast to indexing result of shape (1,0)
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
transformer = SplineTransformer(n_knots=5, degree=0).fit(np.linspace(0, 10, 50)[:, None])
below = transformer.transform([[-1.0]])
print(f"inside the range (3.0): {transformer.transform([[3.0]])}")
print(f"below the range (-1.0): {below}")
try:
    above = transformer.transform([[11.0]])
except ValueError as error:
    print(f"above the range (11.0): ValueError: {error}")
else:
    sys.exit(f"Changed: a value above the range is encoded as {above}.")
if below.any():
    sys.exit("Changed: a value below the range is no longer encoded as zeros.")
print("as stated")
PYTHON
