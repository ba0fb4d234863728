"""A model monitor with the log of a function, and the part of AWS that it calls."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.bundle.loading import load_bundle
from inference_lib.http.requests import Request
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger
from local_stack.monitoring.insights.query import run_query
from local_stack.traffic.instances import Sampler, drift_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from inference_lib.monitor.handler import ModelMonitor

PREDICTS, MONITOR, TOPIC = "/aws/lambda/predicts", "/aws/lambda/monitor", "arn:aws:sns:eu-central-1:123456789012:info"


class Aws:
    """The two log groups and the topic."""

    def __init__(self) -> None:
        self.logs: dict[str, list[str]] = {PREDICTS: [], MONITOR: []}
        self.published: list[Mapping[str, str]] = []
        self.has_topic = True

    def query(self, text: str, group: str, start: float, end: float, limit: int) -> Mapping[str, Any]:
        table = run_query(text, self.logs[group], start, end, log=group, limit=limit)
        return {"results": table.results()}

    def publish(self, members: Mapping[str, str]) -> str:
        if not self.has_topic:
            raise LookupError("there is no such topic")
        self.published.append(members)
        return "m-1"

    @property
    def told(self) -> list[str]:
        return [each["Subject"] for each in self.published]


def monitor_of(bundle: Path, endpoint: str, **variables: str) -> ModelMonitor:
    given = {
        "MODEL_BUNDLE": str(bundle),
        "MONITORED_LOG_GROUP": PREDICTS,
        "NOTICE_TOPIC": TOPIC,
        "AWS_LAMBDA_LOG_GROUP_NAME": MONITOR,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": endpoint,
        **variables,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        # The module builds its monitor when it is imported, as Lambda does.
        from inference_lib.monitor.handler import ModelMonitor as Monitor  # noqa: PLC0415 - as the line above says

        return Monitor(given)


def logged(bundle: Path, number: int, *drifts: str, batch: int = 1, seed: int = 1, **variables: str) -> list[str]:
    """Return the lines of a function that was asked for so many predictions."""
    settings = FunctionSettings({"MODEL_BUNDLE": str(bundle), **variables})
    loaded = load_bundle(str(bundle), batch)
    service = Service(loaded, Emitter("N", {"Model": "m"}), Logger("test", "INFO"), settings)
    generator = random.Random(seed)  # noqa: S311 - no secret
    sampler = Sampler(loaded.contract, bundle, generator, [drift_of(each, loaded.contract) for each in drifts])
    lines: list[str] = []
    for at in range(number):
        body = json.dumps({"instances": [sampler.instance() for _ in range(batch)]})
        request = Request(method="POST", path="/predict", headers={}, body=body, request_id=f"r-{seed}-{at}")
        response, written = service.handle(request)
        assert response.status == 200, response.body
        lines += written.splitlines()
    return lines


def records(aws: Aws) -> list[dict[str, Any]]:
    """Return what the monitor wrote, the newest first."""
    return [json.loads(line) for line in reversed(aws.logs[MONITOR])]
