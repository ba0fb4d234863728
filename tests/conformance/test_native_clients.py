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
import asyncio, json
import numpy as np
from tritonclient.http import InferenceServerClient, InferInput
from tritonclient.http.aio import InferenceServerClient as AsyncClient
from tritonclient.utils import InferenceServerException
KINDS = {"age": ("FP64", np.float64), "cups of coffee": ("INT64", np.int64), "chronotype": ("BYTES", np.object_)}
inputs = []
for name, (datatype, kind) in KINDS.items():
    inputs.append(InferInput(name, [1, 1], datatype))
    inputs[-1].set_data_from_numpy(np.array([[INSTANCE[name]]], dtype=kind), binary_data=sys.argv[4] == "raw")
headers = json.loads(sys.argv[3])

async def asked():
    async with AsyncClient(URL.removeprefix("http://")) as client:
        return await client.infer("small", inputs, headers=headers)

try:
    if sys.argv[2] == "asyncio":
        answer = asyncio.run(asked())
    else:
        answer = InferenceServerClient(URL.removeprefix("http://")).infer("small", inputs, headers=headers)
    names = [output["name"] for output in answer.get_response()["outputs"]]
    text = lambda each: each.decode() if isinstance(each, bytes) else each
    found = {name: [text(each) for each in answer.as_numpy(name).ravel().tolist()] for name in names}
    print(json.dumps([["data" in output for output in answer.get_response()["outputs"]], found]))
except InferenceServerException as error:
    print(error.message())
"""

_KSERVE = """
import asyncio, json
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

KINDS = {"age": ("FP64", np.float64), "cups of coffee": ("INT64", np.int64), "chronotype": ("BYTES", np.object_)}

async def main(binary, outputs):
    inputs = []
    for name, (datatype, kind) in KINDS.items():
        tensor = InferInput(name, [1, 1], datatype)
        tensor.set_data_from_numpy(np.array([[INSTANCE[name]]], dtype=kind), binary_data=binary)
        inputs.append(tensor)
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    parameters = {"binary_data_output": True} if outputs else {}
    headers = {"accept": "application/octet-stream"} if outputs else {}
    request = InferRequest("small", inputs, parameters=parameters)
    answer = await client.infer(URL, request, model_name="small", headers=headers)
    return {each.name: each.data for each in answer.outputs}

print(json.dumps(asyncio.run(main("inputs" in sys.argv[2:], "outputs" in sys.argv[2:]))))
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


_OCTETS = "application/octet-stream"


@pytest.mark.parametrize(
    ("kind", "headers", "sent", "in_json"),
    [
        ("asyncio", {}, "raw", True),
        ("asyncio", {"Accept": _OCTETS}, "raw", False),
        ("asyncio", {}, "json", True),
        ("sync", {"Content-Type": _OCTETS}, "raw", True),
        ("sync", {"Content-Type": _OCTETS, "Accept": _OCTETS}, "raw", False),
        ("sync", {}, "json", True),
    ],
)
def test_tritonclients_tensors_get_the_prediction(
    api: Api, kind: str, headers: dict[str, str], sent: str, *, in_json: bool
) -> None:
    forms, found = json.loads(run("triton", _GIVEN + _TRITON, api.url, kind, json.dumps(headers), sent))
    assert found == _expected(api)
    assert set(forms) == {in_json}


def test_tritonclients_binary_tensors_without_a_media_type_get_a_sentence_with_the_header_to_send(api: Api) -> None:
    found = run("triton", _GIVEN + _TRITON, api.url, "sync", "{}", "raw")
    assert "Send the header 'Content-Type: application/octet-stream' (tritonclient: the argument headers" in found
    assert "pass binary_data=False to set_data_from_numpy" in found


@pytest.mark.parametrize("raw", [[], ["inputs"], ["inputs", "outputs"], ["outputs"]])
def test_kserves_client_gets_the_prediction_with_tensors_in_json_and_raw(api: Api, raw: list[str]) -> None:
    assert json.loads(run("kserve", _GIVEN + _KSERVE, api.url, *raw)) == _expected(api)


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
