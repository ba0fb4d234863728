#!/usr/bin/env bash
# scikit-learn 1.9.1: IterativeImputer fills an empty row with other numbers alone than next to a second row.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# Guess: transform treats each row by itself, with the regressions that were fitted, so a batch of one gives the same
# numbers as a batch of many.
#
# Seen: when every value of the batch is missing, transform returns the initial imputation, the means of training, and
# runs no regression. As soon as another row of the batch has one value, the empty row passes through the regressions
# and gets other numbers. Tests in batches do not show what a request with one row gets.
#
# Output (digits may differ by platform):
#   means of training: [3.864 3.933 6.285]
#   alone:             [3.864 3.933 6.285]
#   with a second row: [3.823 3.96  6.242]
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
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
random = np.random.default_rng(0)
X = np.exp((random.normal(size=(200, 3)) @ random.normal(size=(3, 3)) + [1, 2, 3]) / 2)
X[random.random(X.shape) < 0.1] = np.nan
imputer = IterativeImputer(random_state=0).fit(X)

empty = [np.nan] * 3
alone = imputer.transform([empty])[0]
together = imputer.transform([empty, [1.0, 2.0, 3.0]])[0]
means = np.nanmean(X, axis=0)
with np.printoptions(precision=3):
    print(f"means of training: {means}\nalone:             {alone}\nwith a second row: {together}")
if np.abs(alone / together - 1).max() < 1e-4:
    sys.exit("Changed: an empty row gets the same numbers alone and in a batch.")
if not np.allclose(alone, means):
    sys.exit("Changed: an empty row alone no longer gets the means of training.")
print("as stated")
PYTHON
