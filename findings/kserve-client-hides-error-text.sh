#!/usr/bin/env bash
# KServe 0.21.0: the Python client shows the server's error text for "application/json" alone, without any parameter.
#
# Versions: kserve 0.21.0, httpx 0.28.1, Python 3.11.
#
# Guess: when a server refuses a request with a JSON body {"error": "..."}, the raised error contains that text for each
# media type of JSON.
#
# Seen: the header is compared as a whole with "application/json". The same body as "application/json; charset=utf-8",
# which some frameworks send, or as "application/problem+json" of RFC 9457, is dropped, and the message begins with
# an empty text and a comma. The body remains available as error.response.text.
#
# Output:
#   application/json: age is missing, '400 Bad Request' for url 'http://model.example/v1/models/m:predict'
#   application/json; charset=utf-8: , '400 Bad Request' for url 'http://model.example/v1/models/m:predict'
#   application/problem+json: , '400 Bad Request' for url 'http://model.example/v1/models/m:predict'
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check kserve==0.21.0 httpx==0.28.1
"$folder/bin/python" - 2>"$folder/log" <<'PYTHON' || { tail -n 1 "$folder/log" >&2; exit 1; }
import asyncio
import sys
from importlib.metadata import version

import httpx
from kserve import InferenceRESTClient, RESTConfig

print(f"kserve {version('kserve')}, httpx {httpx.__version__}")


async def message(media_type):
    def refuse(_):
        return httpx.Response(400, headers={"content-type": media_type}, content=b'{"error": "age is missing"}')

    client = InferenceRESTClient(RESTConfig(transport=httpx.MockTransport(refuse), protocol="v1"))
    try:
        await client.infer("http://model.example", {"instances": [[1]]}, model_name="m")
    except httpx.HTTPStatusError as error:
        return str(error)


for media_type, shown in (
    ("application/json", True),
    ("application/json; charset=utf-8", False),
    ("application/problem+json", False),
):
    text = asyncio.run(message(media_type))
    print(f"{media_type}: {text}")
    if ("age is missing" in text) != shown:
        sys.exit(f"Changed: the error text of {media_type} is {'hidden' if shown else 'shown'}.")
print("as stated")
PYTHON
