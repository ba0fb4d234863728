#!/usr/bin/env bash
# XGBoost refuses a frame whose categories are the same whole numbers as in training, but in integers of another width; the
# codes of the rows, and a numeric column next to it, may have any width.
#
# Versions: xgboost-cpu 3.2.0, pandas 2.3.3, scikit-learn 1.8.0, numpy 2.3.5, Python 3.11.
#
# Guess: categories are matched by value, as texts are and as numeric columns are read, so that 1 of int32 is 1 of int64.
#
# Seen: the type of the categories must be that of training, in both directions. A model that was fitted on a frame with
# downcast columns answers no frame that was read from CSV or JSON, whose integers are int64, and the error says that one of
# the two is not categorical.
#
# Output:
#   xgboost 3.2.0
#   trained int64, asked int64: answered
#   trained int64, asked int32: XGBoostError
#   trained int32, asked int64: XGBoostError
#   trained int8, asked int64: XGBoostError
#   a numeric column, trained int8, asked int64: answered
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  xgboost-cpu==3.2.0 pandas==2.3.3 scikit-learn==1.8.0 numpy==2.3.5
cat >"$folder/widths.py" <<'PYTHON'
import numpy as np
import pandas as pd
import xgboost

plans = np.random.default_rng(0).integers(1, 5, 300)


def frame(values, width, categorical=True):
    column = pd.Series(values.astype(width))
    return pd.DataFrame({"plan": pd.Categorical(column) if categorical else column})


def asked(first, second, categorical=True):
    model = xgboost.XGBClassifier(n_estimators=5, enable_categorical=True)
    model.fit(frame(plans, first, categorical), (plans == 1).astype(int))
    try:
        model.predict_proba(frame(plans, second, categorical))
    except xgboost.core.XGBoostError as error:
        assert "Both should be either numeric or categorical" in str(error)
        return "XGBoostError"
    return "answered"


print("xgboost", xgboost.__version__)
for first, second in (("int64", "int64"), ("int64", "int32"), ("int32", "int64"), ("int8", "int64")):
    print(f"trained {first}, asked {second}:", asked(first, second))
print("a numeric column, trained int8, asked int64:", asked("int8", "int64", categorical=False))
PYTHON
seen=$("$folder/env/bin/python" -W ignore "$folder/widths.py")
echo "$seen"
expected='xgboost 3.2.0
trained int64, asked int64: answered
trained int64, asked int32: XGBoostError
trained int32, asked int64: XGBoostError
trained int8, asked int64: XGBoostError
a numeric column, trained int8, asked int64: answered'
if [ "$seen" != "$expected" ]; then
  echo "Changed: categories of another width are matched by value, or other frames are refused."
  exit 1
fi
echo "as stated"
