"""Clients of the other protocols with what they send by default, against the local stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.conformance.conftest import run

if TYPE_CHECKING:
    from tests.conformance.conftest import Api

_INSTANCE = {"age": 40.5, "cups of coffee": 3, "chronotype": "early"}
_GIVEN = "import sys\nURL, INSTANCE = sys.argv[1], {'age': 40.5, 'cups of coffee': 3, 'chronotype': 'early'}\n"

_TRITON = """
import numpy as np
from tritonclient.http import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException
client = InferenceServerClient(URL.removeprefix("http://"))
tensor = InferInput("age", [1, 1], "FP64")
tensor.set_data_from_numpy(np.array([[40.5]]))
try:
    client.infer("small", [tensor])
except InferenceServerException as error:
    print(error.message())
"""

_KSERVE = """
import asyncio, json
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

KINDS = {"age": ("FP64", np.float64), "cups of coffee": ("INT64", np.int64), "chronotype": ("BYTES", np.object_)}

async def main(binary):
    inputs = []
    for name, (datatype, kind) in KINDS.items():
        tensor = InferInput(name, [1, 1], datatype)
        tensor.set_data_from_numpy(np.array([[INSTANCE[name]]], dtype=kind), binary_data=binary)
        inputs.append(tensor)
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    answer = await client.infer(URL, InferRequest("small", inputs), model_name="small")
    return {each.name: each.data for each in answer.outputs}

try:
    print(json.dumps(asyncio.run(main(sys.argv[2] == "binary"))))
except Exception as error:
    # Its message has the sentence of application/json alone, and the answer is application/problem+json.
    print(error.response.json()["error"])
"""

_MLSERVER = """
import json
import pandas as pd
import urllib.request
from mlserver.codecs import PandasCodec
from mlserver.types import InferenceResponse
table = pd.DataFrame([INSTANCE])
body = PandasCodec.encode_request(table, use_bytes=False).model_dump_json().encode()
request = urllib.request.Request(f"{URL}/v2/models/small/infer", body, {"content-type": "application/json"})
answer = InferenceResponse.model_validate_json(urllib.request.urlopen(request).read())
print(json.dumps({each.name: each.data.root for each in answer.outputs}))
"""


def _predicted(api: Api) -> dict[str, Any]:
    (prediction,) = httpx.post(f"{api.url}/predict", json={"instances": [_INSTANCE]}).json()["predictions"]
    return dict(prediction)


def _expected(api: Api) -> dict[str, Any]:
    found = _predicted(api)
    probabilities = list(found["probabilities"].values())
    return {"label": [found["label"]], "probability": [found["probability"]], "probabilities": probabilities}


def test_tritonclients_binary_tensors_get_a_sentence_that_names_the_option(api: Api) -> None:
    assert "pass binary_data=False to set_data_from_numpy" in run("triton", _GIVEN + _TRITON, api.url)


def test_kserves_client_gets_the_prediction_with_tensors_as_json(api: Api) -> None:
    assert json.loads(run("kserve", _GIVEN + _KSERVE, api.url, "json")) == _expected(api)


def test_kserves_binary_tensors_get_a_sentence_that_names_the_option(api: Api) -> None:
    assert "pass binary_data=False to set_data_from_numpy" in run("kserve", _GIVEN + _KSERVE, api.url, "binary")


def test_mlservers_codec_of_tables_gets_the_prediction(api: Api) -> None:
    assert json.loads(run("mlserver", _GIVEN + _MLSERVER, api.url)) == _expected(api)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/csv", "40.5,3,early"),
        ("application/jsonlines", '[40.5, 3, "early"]\n'),
        ("application/jsonlines", json.dumps(_INSTANCE)),
    ],
    ids=["CSV without a header", "JSON Lines of lists", "JSON Lines of objects"],
)
def test_what_sagemakers_serializers_send_gets_the_prediction(api: Api, media_type: str, body: str) -> None:
    answer = httpx.post(f"{api.url}/invocations", content=body, headers={"content-type": media_type})
    assert (answer.status_code, answer.json()) == (200, {"predictions": [_predicted(api)]})
