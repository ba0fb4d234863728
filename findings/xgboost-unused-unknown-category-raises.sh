#!/usr/bin/env bash
# XGBoost refuses a frame whose categorical column declares a category that the training frame did not declare, although
# no row has it; and takes rows with a category that no training row had, if the training frame declared it.
#
# Versions: xgboost-cpu 3.2.0, pandas 2.3.3, scikit-learn 1.8.0, numpy 2.3.5, Python 3.11.
#
# Guess: since categories are matched by name, the values of the rows decide: a frame with known values is answered
# whatever its dtype declares, and a row with a category that no training row had is refused, or is missing.
#
# Seen: the declared categories of both frames decide, and the values do not. One table of a whole country, filtered to
# known values without remove_unused_categories, is refused as a whole; after training on a filtered table, a category
# that the model never saw is answered.
#
# Output:
#   xgboost 3.2.0
#   declared a, b, c; rows a, b: answered
#   declared a, b, c, z; rows a, b: XGBoostError
#   the same after remove_unused_categories: answered
#   trained with z declared and in no row; row z: answered
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  xgboost-cpu==3.2.0 pandas==2.3.3 scikit-learn==1.8.0 numpy==2.3.5
cat >"$folder/categories.py" <<'PYTHON'
import numpy as np
import pandas as pd
import xgboost

random = np.random.default_rng(0)
values = random.choice(list("abc"), 300)


def frame(rows, declared):
    return pd.DataFrame({"c": pd.Categorical(rows, categories=list(declared))})


def trained(declared):
    model = xgboost.XGBClassifier(n_estimators=5, enable_categorical=True)
    return model.fit(frame(values, declared), (values == "a").astype(int))


def asked(model, table):
    try:
        model.predict_proba(table)
    except xgboost.core.XGBoostError as error:
        assert "Found a category not in the training set" in str(error)
        return "XGBoostError"
    return "answered"


print("xgboost", xgboost.__version__)
model = trained("abc")
print("declared a, b, c; rows a, b:", asked(model, frame(["a", "b"], "abc")))
wide = frame(["a", "b"], "abcz")
print("declared a, b, c, z; rows a, b:", asked(model, wide))
narrow = wide.assign(c=wide["c"].cat.remove_unused_categories())
print("the same after remove_unused_categories:", asked(model, narrow))
print("trained with z declared and in no row; row z:", asked(trained("abcz"), frame(["z"], "abcz")))
PYTHON
seen=$("$folder/env/bin/python" -W ignore "$folder/categories.py")
echo "$seen"
expected='xgboost 3.2.0
declared a, b, c; rows a, b: answered
declared a, b, c, z; rows a, b: XGBoostError
the same after remove_unused_categories: answered
trained with z declared and in no row; row z: answered'
if [ "$seen" != "$expected" ]; then
  echo "Changed: the values of the rows decide, or other frames are refused."
  exit 1
fi
echo "as stated"
