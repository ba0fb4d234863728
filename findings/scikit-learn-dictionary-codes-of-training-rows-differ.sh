#!/usr/bin/env bash
# DictionaryLearning of scikit-learn 1.9.1 codes the rows of the training otherwise than it codes the same rows later.
#
# Versions: scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1, Python 3.11, Linux.
#
# Guess: fit_transform(X) is fit(X) and then transform(X), up to rounding, as for the other decompositions.
#
# Seen: fit_transform returns the codes of the solver that learned the dictionary (least angle regression with a
# penalty), and transform those of matching pursuit. In a pipeline the next step is fitted on the first and is given the
# second. With split_sign=True even the number of columns differs, so that a pipeline fits and then predicts nothing.
#
# Output:
#   largest difference of a code of the training rows: above 0.5
#   split_sign: fit_transform (60, 3), transform (60, 6)
#   a fitted pipeline: X has 6 features, but Ridge is expecting 3 features as input.
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
from sklearn.decomposition import DictionaryLearning
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}")
rows = np.random.default_rng(0).normal(size=(60, 3))
learned = DictionaryLearning(n_components=3, random_state=0)
apart = np.abs(learned.fit_transform(rows) - learned.transform(rows)).max()
print(f"largest difference of a code of the training rows: {'above' if apart > 0.5 else 'below'} 0.5")
if not apart > 0.5:
    sys.exit("Changed: fit_transform and transform code the training rows alike.")

split = DictionaryLearning(n_components=3, split_sign=True, random_state=0)
first, later = split.fit_transform(rows).shape, split.transform(rows).shape
print(f"split_sign: fit_transform {first}, transform {later}")
if (first, later) != ((60, 3), (60, 6)):
    sys.exit(f"Changed: with split_sign, fit_transform returns the shape {first} and transform {later}.")
model = make_pipeline(DictionaryLearning(n_components=3, split_sign=True, random_state=0), Ridge())
model.fit(rows, rows[:, 0])
try:
    model.predict(rows)
except ValueError as error:
    print(f"a fitted pipeline: {error}")
else:
    sys.exit("Changed: the pipeline predicts.")
print("as stated")
PYTHON
