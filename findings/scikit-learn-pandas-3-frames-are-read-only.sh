#!/usr/bin/env bash
# scikit-learn 1.9.1 with pandas 3: chi2_kernel and IterativeImputer raise "read-only" for a frame, not for its array.
#
# Versions: scikit-learn 1.9.1, pandas 3.1.1, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# Guess: what takes an array takes a frame of the same floats, and neither function writes into its input.
#
# Seen: since copy-on-write in pandas 3, the array of a frame with one type is a read-only view. chi2_kernel passes it to
# compiled code that asks for a writable buffer, though it only reads; laplacian_kernel is compiled too and accepts it.
# IterativeImputer writes into it only with keep_empty_features=True, and then also when no column is empty. A writable
# copy of the same values works in each case. The message names neither pandas nor the argument.
#
# Output:
#   laplacian_kernel, frame: shape (4, 4)
#   chi2_kernel, frame: ValueError: buffer source array is read-only
#   chi2_kernel, array: shape (4, 4)
#   IterativeImputer(), frame: shape (4, 3)
#   IterativeImputer(keep_empty_features=True), frame: ValueError: assignment destination is read-only
#   IterativeImputer(keep_empty_features=True), array: shape (4, 3)
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
"$folder/bin/python" - <<'PYTHON'
import sys

import numpy as np
import pandas as pd
import sklearn
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.metrics.pairwise import chi2_kernel, laplacian_kernel

print(f"scikit-learn {sklearn.__version__}, pandas {pd.__version__}, numpy {np.__version__}")
frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 5.0], "b": [1.0, 0.5, 2.0, 4.0], "c": [2.0, 3.0, 2.5, 1.0]})
array = frame.to_numpy().copy()
drop, keep = IterativeImputer(), IterativeImputer(keep_empty_features=True)
calls = [
    ("laplacian_kernel, frame", laplacian_kernel, frame, False),
    ("chi2_kernel, frame", chi2_kernel, frame, True),
    ("chi2_kernel, array", chi2_kernel, array, False),
    ("IterativeImputer(), frame", drop.fit_transform, frame, False),
    ("IterativeImputer(keep_empty_features=True), frame", keep.fit_transform, frame, True),
    ("IterativeImputer(keep_empty_features=True), array", keep.fit_transform, array, False),
]
for name, function, data, fails in calls:
    try:
        outcome, failed = f"shape {function(data).shape}", False
    except ValueError as error:
        outcome, failed = f"ValueError: {error}", "read-only" in str(error)
    print(f"{name}: {outcome}")
    if failed != fails:
        sys.exit(f"Changed: {name}.")
print("as stated")
PYTHON
