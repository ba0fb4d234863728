#!/usr/bin/env bash
# SimpleImputer with its default mark leaves None in a column of texts, and most_frequent can fill a gap with None.
#
# Versions: scikit-learn 1.8.0, pandas 2.3.3, numpy 2.3.5, Python 3.11.
#
# Guess: pandas and scikit-learn's encoders take None and NaN in an object column for the same missing value, and a table
# that is read from a database has None: so SimpleImputer fills both, or refuses None.
#
# Seen: only NaN is filled. None stays without a warning and is a category of its own for the encoder behind the imputer;
# as the most frequent value it is what NaN is filled with. missing_values=None refuses a table that also has NaN, and a
# column of pandas' string dtype, whose mark is NA, ends in a TypeError that does not name the column.
#
# Output:
#   scikit-learn 1.8.0
#   constant, object column: ['a', None, 'none']
#   categories behind it: ['a', 'none', None]
#   most_frequent, object column: ['a', None, None, None]
#   missing_values=None: ValueError
#   string dtype: TypeError
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.8.0 pandas==2.3.3 numpy==2.3.5
cat >"$folder/imputer.py" <<'PYTHON'
import numpy as np
import pandas as pd
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

print("scikit-learn", sklearn.__version__)
table = pd.DataFrame({"c": pd.Series(["a", None, np.nan], dtype=object)})
filling = SimpleImputer(strategy="constant", fill_value="none")
print("constant, object column:", filling.fit_transform(table).ravel().tolist())
encoded = make_pipeline(filling, OneHotEncoder()).fit(table)
print("categories behind it:", encoded[1].categories_[0].tolist())
often = pd.DataFrame({"c": pd.Series(["a", None, None, np.nan], dtype=object)})
print("most_frequent, object column:", SimpleImputer(strategy="most_frequent").fit_transform(often).ravel().tolist())
try:
    marked = SimpleImputer(missing_values=None, strategy="constant", fill_value="none")
    print("missing_values=None:", marked.fit_transform(table).ravel().tolist())
except ValueError:
    print("missing_values=None: ValueError")
try:
    print("string dtype:", filling.fit_transform(table.astype("string")).ravel().tolist())
except TypeError:
    print("string dtype: TypeError")
PYTHON
seen=$("$folder/env/bin/python" -W ignore "$folder/imputer.py")
echo "$seen"
expected="scikit-learn 1.8.0
constant, object column: ['a', None, 'none']
categories behind it: ['a', 'none', None]
most_frequent, object column: ['a', None, None, None]
missing_values=None: ValueError
string dtype: TypeError"
if [ "$seen" != "$expected" ]; then
  echo "Changed: the imputer takes None for missing, or treats it otherwise."
  exit 1
fi
echo "as stated"
