"""Raw tensors as numpy and the clients write them, independently of the library."""

from __future__ import annotations

import base64
import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from inference_lib.http.events import request_of
from inference_lib.testing import rest_event

if TYPE_CHECKING:
    from inference_lib.http.requests import Response
    from tests.inference_lib.in_process import InProcessApi

Body = dict[str, Any]
OCTETS = "application/octet-stream"
ROWS: list[Body] = [
    {"age": 40.5, "cups of coffee": 0, "chronotype": "early"},
    {"age": None, "cups of coffee": 8, "chronotype": "late"},
]
KINDS = {"age": "FP64", "cups of coffee": "INT64", "chronotype": "BYTES"}
NUMPY = {
    "BOOL": "?",
    **{f"FP{bits}": f"<f{bits // 8}" for bits in (16, 32, 64)},
    **{f"INT{bits}": f"<i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": f"<u{bits // 8}" for bits in (8, 16, 32, 64)},
}


def raw_of(datatype: str, values: list[Any]) -> bytes:
    """Return what numpy and the clients make of values, independently of the library."""
    if datatype == "BYTES":
        texts = [value if isinstance(value, bytes) else value.encode() for value in values]
        return b"".join(struct.pack("<I", len(text)) + text for text in texts)
    missing = [np.nan if value is None else value for value in values]
    return np.array(missing).astype(NUMPY[datatype]).tobytes()


def tensor_of(name: str, datatype: str, values: list[Any], shape: list[int] | None = None) -> tuple[Body, bytes]:
    raw = raw_of(datatype, values)
    parameters = {"binary_data_size": len(raw)}
    return {
        "name": name, "shape": shape or [len(values), 1], "datatype": datatype, "parameters": parameters,
    }, raw  # fmt: skip


def tensors_of(rows: list[Body] = ROWS) -> list[tuple[Body, bytes]]:
    return [tensor_of(name, kind, [row[name] for row in rows]) for name, kind in KINDS.items()]


def message_of(tensors: list[tuple[Body, bytes]], **members: Any) -> tuple[bytes, int]:  # noqa: ANN401 - JSON
    head = json.dumps({"inputs": [described for described, _ in tensors], **members}).encode()
    return head + b"".join(raw for _, raw in tensors), len(head)


def send(api: InProcessApi, body: bytes, length: object, **headers: str) -> Response:
    sent = {"Content-Type": OCTETS, "Inference-Header-Content-Length": str(length), **headers}
    path = f"/v2/models/{api.bundle.contract.name}/infer"
    event = rest_event("POST", path, base64.b64encode(body).decode(), headers=sent)
    return api.service.handle(request_of({**event, "isBase64Encoded": True}, "r-1"))[0]


def infer(api: InProcessApi, tensors: list[tuple[Body, bytes]], **members: Any) -> tuple[int, Body]:  # noqa: ANN401 - JSON
    response = send(api, *message_of(tensors, **members))
    return response.status, json.loads(response.body)


def in_json(api: InProcessApi, rows: list[Body] = ROWS, **members: Any) -> tuple[int, Body]:  # noqa: ANN401 - JSON
    inputs: list[Any] = [
        {"name": name, "shape": [len(rows), 1], "datatype": kind, "data": [row[name] for row in rows]}
        for name, kind in KINDS.items()
    ]
    return api.post("/v2/models/small/infer", {"inputs": inputs, **members})
