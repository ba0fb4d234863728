#!/usr/bin/env bash
# SparsePCA and MiniBatchSparsePCA of scikit-learn 1.9.1 return one row without its first dimension.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1, Python 3.11, Linux.
#
# Guess: transform returns an array of shape (n_samples, n_components), as documented, for one row as for many.
#
# Seen: one row comes back with the shape (n_components,). A pipeline with a predictor behind it was fitted, predicts
# two rows, and raises an error for each of them alone, which is how a service asks.
#
# Output:
#   SparsePCA: two rows (2, 2), one row (2,)
#   MiniBatchSparsePCA: two rows (2, 2), one row (2,)
#   a pipeline predicts 2 rows, and for one: Expected 2D array, got 1D array instead
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
"$folder/bin/python" - <<'PYTHON'
import sys

import numpy as np
import scipy
import sklearn
from sklearn.decomposition import MiniBatchSparsePCA, SparsePCA
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}")
rows = np.random.default_rng(0).normal(size=(60, 3))
for kind in (SparsePCA, MiniBatchSparsePCA):
    fitted = kind(n_components=2, random_state=0).fit(rows)
    two, one = fitted.transform(rows[:2]).shape, fitted.transform(rows[:1]).shape
    print(f"{kind.__name__}: two rows {two}, one row {one}")
    if (two, one) != ((2, 2), (2,)):
        sys.exit(f"Changed: {kind.__name__}.transform returns the shape {one} for one row.")

model = make_pipeline(SparsePCA(n_components=2, random_state=0), Ridge()).fit(rows, rows[:, 0])
predicted = len(model.predict(rows[:2]))
try:
    model.predict(rows[:1])
except ValueError as error:
    print(f"a pipeline predicts {predicted} rows, and for one: {str(error).split(':')[0]}")
else:
    sys.exit("Changed: the pipeline predicts one row.")
print("as stated")
PYTHON
