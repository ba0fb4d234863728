"""A simulated user: sends one golden request after the other, and checks the answers.

Locust runs this file in an environment of its own, see ``__main__``.
"""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from locust import FastHttpUser, constant_pacing, events, task

if TYPE_CHECKING:
    from locust.env import Environment

_CASES = json.loads(Path(os.environ["GOLDEN"]).read_text(encoding="utf-8"))["cases"]
_KEY = os.environ.get("INFERENCE_API_KEY", "")
_INSTANCES = int(os.environ["INSTANCES"])


class Caller(FastHttpUser):
    """A caller that sends requests at a constant rate."""

    wait_time = constant_pacing(float(os.environ["PACE_S"]))

    @task
    def predict(self) -> None:
        """Send golden instances; an answer of another length is a failure."""
        chosen = random.choices(_CASES, k=_INSTANCES)  # noqa: S311 - no secret depends on it
        body = {"instances": [case["instance"] for case in chosen]}
        headers = {"x-api-key": _KEY} if _KEY else {}
        with self.client.post("/predict", json=body, headers=headers, name="predict", catch_response=True) as answer:
            if answer.status_code != 200:  # noqa: PLR2004 - HTTP
                answer.failure(f"status {answer.status_code}")
            elif len(answer.json()["predictions"]) != _INSTANCES:
                answer.failure("wrong number of predictions")


@events.quitting.add_listener
def fail_without_a_request(environment: Environment, **_: object) -> None:
    """End with 1 where nothing was answered: a table without a row is no result, whatever its errors."""
    if environment.stats.total.num_requests == 0:
        print("error: no request was answered in the time that was given; give more: --seconds 60", file=sys.stderr)
        environment.process_exit_code = 1
