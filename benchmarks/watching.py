"""The cost of a shadow and of capture: ``python -m benchmarks.watching``; ``--publish`` writes it into the manuals.

Each variant is a whole process behind the real awslambdaric, round by round. The shadow is a second copy of the
example's model; each request is sampled.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import Progress

from benchmarks.measure.paired import three_digits
from benchmarks.measure.runtime_api import Runtime
from benchmarks.publish.pages import RESULTS, ROOT, machine, quote
from inference_lib import environment
from inference_lib.contract.reading import load_contract, resolve_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN: Final = RESULTS / "watching.json"
PAGES: Final = {"shadow": ROOT / "docs" / "shadow.md", "capture": ROOT / "docs" / "capture.md"}

_REQUESTS: Final = 300
_BATCH: Final = 1000
_BATCHES: Final = 10
_OFF: Final = "neither"
_SHADOW: Final = "a shadow of every request"
_CAPTURE: Final = "every request captured"
_HASHED: Final = "every request captured, two features hashed"
SHOWN: Final = {"shadow": (_OFF, _SHADOW), "capture": (_OFF, _CAPTURE, _HASHED)}
FIGURES: Final = {
    "first response, fastest, ms": "first_ms",
    "peak memory, MB": "memory_mb",
    "warm, 1 instance, ms": "warm_ms",
    f"warm, {_BATCH} instances, ms": "batch_ms",
}


def _ways(bundle: str) -> dict[str, dict[str, str]]:
    names = [feature.name for feature in load_contract(bundle).features]
    capture = {environment.LOG_PAYLOAD_SAMPLE_RATE: "1"}
    hashed = {environment.LOG_PAYLOAD_HASH: json.dumps(names[:2]), environment.LOG_PAYLOAD_HASH_KEY: "k" * 64}
    return {
        _OFF: {},
        _SHADOW: {environment.SHADOW_BUNDLE: bundle, environment.SHADOW_SAMPLE_RATE: "1"},
        _CAPTURE: capture,
        _HASHED: {**capture, **hashed},
    }


def _event(bundle: str, rows: int) -> bytes:
    instance = {feature.name: feature.example for feature in load_contract(bundle).features}
    body = json.dumps({"instances": [instance] * rows})
    return json.dumps({"httpMethod": "POST", "path": "/predict", "headers": {}, "body": body}).encode()


def _one_process(added: Mapping[str, str], bundle: str) -> dict[str, float]:
    one, many = _event(bundle, 1), _event(bundle, _BATCH)
    variables = {environment.MODEL_BUNDLE: bundle, "AWS_LAMBDA_FUNCTION_NAME": "benchmark", **added}
    served = Runtime(Path(sys.executable), "inference_lib.handler.handler", variables, ROOT)
    try:
        answer, _ = served.invoke(one)
        first = time.perf_counter() - served.started
        if b"predictions" not in answer:
            raise SystemExit(f"error: the function answered {answer[:200]!r}")
        for _ in range(_REQUESTS // 3):
            served.invoke(one)
        warm = median(served.invoke(one)[1] for _ in range(_REQUESTS))
        batch = median(served.invoke(many)[1] for _ in range(_BATCHES))
        return {
            "first_ms": first * 1000,
            "memory_mb": served.memory_mb(),
            "warm_ms": warm * 1000,
            "batch_ms": batch * 1000,
        }
    finally:
        served.close()


def measure(bundle: str, rounds: int) -> dict[str, dict[str, float]]:
    """Return the medians of each variant, and the fastest start.

    Parameters
    ----------
    bundle : str
        Directory of one bundle version.
    rounds : int
        How often each variant is started, in turn, after one start that is not counted.
    """
    ways = _ways(bundle)
    seen: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Measuring, round by round", total=(rounds + 1) * len(ways))
        for round_ in range(rounds + 1):
            for way, added in ways.items():
                found = _one_process(added, bundle)
                if round_:
                    seen[way].append(found)
                progress.advance(task)
    return {
        way: {
            # A start is a process of its own, and other load on the machine can only add to it.
            figure: (min if figure == "first_ms" else median)(each[figure] for each in found)
            for figure in FIGURES.values()
        }
        for way, found in seen.items()
    }


def page(content: str, name: str) -> str:
    """Return the table of one manual, as Markdown.

    Parameters
    ----------
    content : str
        The run as JSON.
    name : {"shadow", "capture"}
        Which manual.
    """
    read = json.loads(content)
    lines = [f"| | {' | '.join(FIGURES)} |", f"|---|{'---:|' * len(FIGURES)}"]
    for way in SHOWN[name]:
        cells = [three_digits(read["ways"][way][figure]) for figure in FIGURES.values()]
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"Measured on {read['machine']}; medians, but for the first.", ""])


def main() -> None:
    """Measure and print, and write the manuals on request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watching", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=15, help="paired rounds; medians and the fastest start are reported (default: 15)"
    )
    parser.add_argument("--publish", action="store_true", help="write docs/shadow.md and docs/capture.md")
    options = parser.parse_args()
    bundle = str(Path(resolve_bundle("bundles/sleep_advice")).resolve())
    where = f"{machine()}, {options.rounds} paired rounds"
    content = json.dumps({"machine": where, "ways": measure(bundle, options.rounds)}, indent=1) + "\n"
    for name in PAGES:
        print(page(content, name))
    if options.publish:
        RUN.write_text(content, encoding="utf-8")
        for name, place in PAGES.items():
            quote(place, "benchmark", page(content, name))
        print("Written: docs/shadow.md, docs/capture.md, benchmarks/publish/results/watching.json")


if __name__ == "__main__":
    main()
