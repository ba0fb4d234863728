"""Each way as a whole process behind the real awslambdaric: cold start, warm round trip, memory, processor time."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from rich.console import Console
from rich.progress import track

from benchmarks.measure import Result
from benchmarks.runtime_api import Runtime

OURS: Final = "this project, with metrics, log and validation"
WAYS: Final = {
    "awslambdaric, a handler that does nothing": "benchmarks.ways.echo.handler",
    "awslambdaric, a bare ONNX Runtime session": "benchmarks.ways.bare_session.handler",
    OURS: "inference_lib.handler.handler",
    "onnxruntime, NumPy, metric_scope": "benchmarks.ways.onnx_numpy.handler",
    "scikit-learn, pandas, joblib, metric_scope": "benchmarks.ways.sklearn_joblib.handler",
}
_ROOT = Path(__file__).parents[1]
_WARM_REQUESTS = 300


def measure(bundle: Path, model: Path, rounds: int) -> dict[str, list[Result]]:
    """Time the ways in turn, round by round; ratios are to this project.

    Parameters
    ----------
    bundle : Path
        Directory of one bundle version.
    model : Path
        The fitted pipeline that it was made of, as joblib wrote it.
    rounds : int
        How often each way is started, after one start that is not counted.

    Returns
    -------
    dict of str to list of Result
        By table: first response, warm round trip (median and p99), processor time, peak memory.
    """
    golden = json.loads((bundle / "golden.json").read_text(encoding="utf-8"))
    body = json.dumps({"instances": [golden["cases"][0]["instance"]]})
    event = json.dumps({"httpMethod": "POST", "path": "/predict", "headers": {}, "body": body}).encode()
    environment = {
        "MODEL_BUNDLE": str(bundle.resolve()),
        "MODEL_JOBLIB": str(model.resolve()),
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    }
    figures: dict[str, dict[str, list[float]]] = {}
    progress = Console(stderr=True)
    for round_ in track(range(rounds + 1), "Measuring, round by round", console=progress, transient=True):
        for way, handler in WAYS.items():
            seen = _one_process(handler, environment, event)
            if round_:
                for figure, value in seen.items():
                    figures.setdefault(figure, {}).setdefault(way, []).append(value)
    return {figure: _results(by_way) for figure, by_way in figures.items()}


def _one_process(handler: str, environment: dict[str, str], event: bytes) -> dict[str, float]:
    runtime = Runtime(Path(sys.executable), handler, environment, _ROOT)
    try:
        runtime.invoke(event)
        first = time.perf_counter() - runtime.started
        for _ in range(_WARM_REQUESTS // 3):
            runtime.invoke(event)
        before = runtime.cpu_s()
        trips = [runtime.invoke(event)[1] for _ in range(_WARM_REQUESTS)]
        used = runtime.cpu_s() - before
        return {
            "Start of the process to the first response, ms": first * 1e3,
            "Warm round trip, median, ms": median(trips) * 1e3,
            "Warm round trip, p99, ms": quantiles(trips, n=100)[98] * 1e3,
            "Processor time of a warm request, ms": used / _WARM_REQUESTS * 1e3,
            "Peak memory, MB": runtime.memory_mb(),
        }
    finally:
        runtime.close()


def _results(by_way: dict[str, list[float]]) -> list[Result]:
    ours = by_way[OURS]
    return [
        Result(way, median(values), median(value / base for value, base in zip(values, ours, strict=True)))
        for way, values in by_way.items()
    ]
