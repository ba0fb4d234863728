"""The command ``python -m benchmarks.routes``: the time of each route of the API inside the handler.

A request of the contract's example through the whole handler, in a loop in one process: the median of the requests of
all rounds. Logs and metric records are written to the null device.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.measure.paired import three_digits
from benchmarks.publish.pages import ROOT, quote
from inference_lib import environment
from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.http import routes
from inference_lib.testing import FakeContext, rest_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Contract

PAGE: Final = ROOT / "docs" / "clients.md"
_BUNDLE: Final = "bundles/sleep_advice"
_OK: Final = 200
_TYPES: Final = {"number": "FP64", "integer": "INT64", "string": "BYTES", "boolean": "BOOL"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page on request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds over all routes (default: 7)")
    parser.add_argument("--requests", type=int, default=200, help="requests of each route in a round (default: 200)")
    parser.add_argument("--publish", action="store_true", help="write the table into docs/clients.md")
    options = parser.parse_args(arguments)
    text = table(measure(options.rounds, options.requests))
    print(text)
    if options.publish:
        quote(PAGE, "routes", text)


def measure(rounds: int, requests: int) -> dict[str, float]:
    """Return the median microseconds of each route, by its method and path."""
    directory = str(resolve_bundle(_BUNDLE))
    os.environ[environment.MODEL_BUNDLE] = directory
    from inference_lib.handler import handler  # noqa: PLC0415 - it loads the bundle that the environment names

    events = _events(load_contract(directory))
    context: Any = FakeContext()  # a substitute for a class of AWS without a constructor
    taken: dict[str, list[float]] = {route: [] for route in events}
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        for round_ in range(rounds + 1):
            for route, event in events.items():
                for _ in range(requests):
                    started = time.perf_counter()
                    answer = handler(event, context)
                    elapsed = time.perf_counter() - started
                    if not isinstance(answer, dict) or answer["statusCode"] != _OK:
                        raise SystemExit(f"error: {route} answers {json.dumps(answer)[:300]}")
                    if round_:
                        taken[route].append(elapsed * 1e6)
    return {route: median(each) for route, each in taken.items()}


def table(medians: dict[str, float]) -> str:
    """Return the medians as Markdown, the slowest first."""
    rows = sorted(medians.items(), key=lambda each: -each[1])
    lines = ["| route | inside the handler, p50, µs |", "|---|---:|"]
    return "\n".join([*lines, *(f"| `{route}` | {three_digits(figure)} |" for route, figure in rows), ""])


def _events(contract: Contract) -> dict[str, dict[str, Any]]:
    instance = {feature.name: feature.example for feature in contract.features}
    bodies: dict[str, Any] = {
        routes.PREDICT: {"instances": [instance]},
        routes.INVOCATIONS: {"dataframe_records": [instance]},
        routes.V2_INFER: {
            "inputs": [
                {"name": each.name, "shape": [1], "datatype": _TYPES[each.type], "data": [each.example]}
                for each in contract.features
            ]
        },
    }
    events = {}
    for path, methods in routes.ROUTES.items():
        for method, operation in methods.items():
            place = path.replace("{model}", contract.name).replace("{version}", contract.version)
            events[f"{method} {path}"] = rest_event(method, place, body=bodies.get(operation))
    explained = json.loads(json.dumps(bodies[routes.PREDICT]))
    explained["parameters"] = {"explain": True}
    events["POST /predict, explained"] = rest_event("POST", "/predict", body=explained)
    return events


if __name__ == "__main__":
    main()
