"""The API of a bundle in this process, without HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from inference_lib.bundle.loading import load_bundle
from inference_lib.http.requests import Request, Response
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Json


class InProcessApi:
    """A service of one bundle; requests go to it without HTTP."""

    def __init__(self, bundle: Path, **variables: str) -> None:
        settings = FunctionSettings({"MODEL_BUNDLE": str(bundle), **variables})
        self.bundle = load_bundle(
            settings.bundle,
            settings.max_instances,
            ignores_unknown_features=settings.ignores_unknown_features,
        )
        self.service = Service(self.bundle, Emitter("N", {"Model": "m"}), Logger("test", "INFO"), settings)

    def send(self, method: str, path: str, body: str = "", **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method=method, path=path, headers=named, body=body, request_id="r-1")
        return self.service.handle(request)[0]

    def post(self, path: str, document: Json) -> tuple[int, dict[str, Json]]:
        response = self.send("POST", path, json.dumps(document))
        return response.status, json.loads(response.body)

    def get(self, path: str) -> tuple[int, dict[str, Json]]:
        response = self.send("GET", path)
        return response.status, json.loads(response.body)
