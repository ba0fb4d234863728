#!/usr/bin/env bash
# orjson 3.13.0 reads whole numbers beyond 64 bits as floats, and refuses to write the same numbers.
#
# Versions: orjson 3.13.0, Python 3.11.
#
# Guess: orjson supports integers of 64 bits, so it refuses larger ones in both directions, or reads them exactly as json
# of the standard library does. The type of a whole number in JSON is int.
#
# Seen: loads returns a float that is rounded to 16 digits, and raises nothing; dumps of the integer raises. Identifiers of
# 20 digits that differ in the last places become equal, and an integer check (isinstance) fails for them alone.
#
# Output:
#   18446744073709551615: json int 18446744073709551615, orjson int 18446744073709551615
#   18446744073709551617: json int 18446744073709551617, orjson float 1.8446744073709552e+19
#   dumps of 18446744073709551617: TypeError: Integer exceeds 64-bit range
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check orjson==3.13.0
"$folder/bin/python" - <<'PYTHON'
import json
import sys

import orjson

print(f"orjson {orjson.__version__}")
for number, expected in ((2**64 - 1, int), (2**64 + 1, float)):
    exact, read = json.loads(str(number)), orjson.loads(str(number))
    print(f"{number}: json {type(exact).__name__} {exact}, orjson {type(read).__name__} {read}")
    if type(read) is not expected:
        sys.exit(f"Changed: orjson reads {number} as {type(read).__name__}.")
try:
    orjson.dumps(2**64 + 1)
except TypeError as error:
    print(f"dumps of {2**64 + 1}: TypeError: {error}")
else:
    sys.exit("Changed: orjson writes integers beyond 64 bits.")
print("as stated")
PYTHON
