#!/usr/bin/env bash
# MLServer 1.7.1 with pandas 3: PandasCodec raises KeyError 'O' for a frame with a column of text.
#
# Versions: mlserver 1.7.1, pandas 3.1.1, numpy 2.4.6, Python 3.11.
#
# Guess: MLServer sets no upper limit for pandas, pip installs pandas 3, and the codec encodes text as BYTES.
#
# Seen: pandas 3 reads text as its type "str", no longer as "object". The codec knows text by the type object only, looks
# the new type up in its table of NumPy kinds, and fails with a KeyError that names no column. Numbers and truth
# values pass. The same column, cast to object, is encoded.
#
# Output:
#   numbers: FP64
#   text as object: BYTES
#   text as str: KeyError: 'O'
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check mlserver==1.7.1 pandas==3.1.1 numpy==2.4.6
"$folder/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import pandas as pd
from mlserver.codecs import PandasCodec

print(f"mlserver {version('mlserver')}, pandas {pd.__version__}")
text = pd.DataFrame({"city": ["Bern", "Rome"]})


def datatype(frame):
    (column,) = PandasCodec.encode_request(frame).inputs
    return column.datatype


print(f"numbers: {datatype(pd.DataFrame({'age': [40.0, 41.0]}))}")
print(f"text as object: {datatype(text.astype(object))}")
try:
    encoded = datatype(text)
except KeyError as error:
    print(f"text as {text['city'].dtype}: KeyError: {error}")
else:
    sys.exit(f"Changed: text of pandas 3 is encoded as {encoded}.")
print("as stated")
PYTHON
