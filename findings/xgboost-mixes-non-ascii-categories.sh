#!/usr/bin/env bash
# XGBoost 3.2.0 mixes up categories that are written with letters outside ASCII.
#
# Versions: xgboost-cpu 3.2.0, pandas 3.1.1, numpy 2.4.6, Python 3.11, Linux. XGBoost 3.4.1 keeps the categories apart.
#
# Guess: with enable_categorical, XGBoost 3 recodes the categories of a frame by their text, so a frame with fewer
# categories, or with the categories in another order, gets the same predictions.
#
# Seen: the model stores the texts as UTF-8 bytes, but their positions count characters. "ä" and "ö" are two bytes each;
# the model keeps the bytes c3 and a4, that is the first letter in two halves. A frame that holds only "ö" then gets
# the predictions of "ä". No warning is raised, and the accuracy on these rows falls from 1 to 0.
#
# Output:
#   stored positions [0, 1, 2], stored bytes c3 a4
#   P(y=1) of "ö" in a frame with both categories: 0.97
#   P(y=1) of "ö" in a frame with "ö" alone: 0.03
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check \
  xgboost-cpu==3.2.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
"$folder/bin/python" - <<'PYTHON'
import json
import sys

import numpy as np
import pandas as pd
import xgboost

print(f"xgboost {xgboost.__version__}, pandas {pd.__version__}, numpy {np.__version__}")
frame = pd.DataFrame({"letter": pd.Categorical(["ä", "ö"] * 150)})
target = (frame["letter"] == "ö").astype(int)
model = xgboost.XGBClassifier(n_estimators=10, enable_categorical=True).fit(frame, target)

saved = json.loads(bytes(model.get_booster().save_raw("json")))["learner"]["gradient_booster"]["model"]
(stored,) = saved["cats"]["enc"]
print(f"stored positions {stored['offsets']}, stored bytes {bytes(v % 256 for v in stored['values']).hex(' ')}")

together = model.predict_proba(frame)[1, 1]
alone = model.predict_proba(pd.DataFrame({"letter": pd.Categorical(["ö"])}))[0, 1]
print(f'P(y=1) of "ö" in a frame with both categories: {together:.2f}')
print(f'P(y=1) of "ö" in a frame with "ö" alone: {alone:.2f}')
if not (together > 0.9 and alone < 0.1):
    sys.exit('Changed: a frame with "ö" alone no longer gets the prediction of "ä".')
print("as stated")
PYTHON
