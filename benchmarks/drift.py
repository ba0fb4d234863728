"""The command ``python -m benchmarks.drift``: false alarms of the model monitor, and its delay until it reports drift.

Windows of requests are drawn from data that the example's model has never seen, binned by the function's own code and
compared by the monitor's. Without a change every alarm is false. With a change, the delay is the time from the first
changed request to the run of the monitor that reports it.
"""

from __future__ import annotations

import argparse
import json
import time
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from rich.progress import track

from benchmarks.publish.pages import ROOT, quote
from examples.sleep_advice.data import TARGET, generate
from inference_lib import environment
from inference_lib.bundle.loading import load_bundle
from inference_lib.bundle.profile import BinCoder
from inference_lib.contract.columns import Quality
from inference_lib.contract.reading import resolve_bundle
from inference_lib.http.requests import Request
from inference_lib.monitor.drift.comparison import MIN_INSTANCES, compare
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger
from inference_lib.telemetry.metrics import NAMESPACE, dimensions
from local_stack.traffic.day import Day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inference_lib.bundle.loading import Bundle
    from inference_lib.bundle.profile import Profile
    from inference_lib.contract.document import Json

    Codes = NDArray[np.uint8]

PAGE: Final = ROOT / "docs" / "monitoring.md"
BUNDLE: Final = "bundles/sleep_advice"

POOL: Final = 60_000
RUNS_A_DAY, DAYS_A_MONTH = 4, 30
INTERVAL_H: Final = 24 // RUNS_A_DAY
VOLUMES: Final = (200, 1_000, 10_000)
SHIFTS: Final = (0.25, 0.5, 1.0)
REPEATS: Final = 40
COST_ROUNDS, COST_REQUESTS = 200, 100
LIMIT_RUNS: Final = 5 * RUNS_A_DAY


class Verdict(NamedTuple):
    """The alarms that a window causes."""

    feature: bool
    prediction: bool


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, print, and write the page on request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("--windows", type=int, default=1_000, help="unchanged windows for each volume (default: 1000)")
    parser.add_argument("--publish", action="store_true", help="write the tables into docs/monitoring.md")
    options = parser.parse_args(arguments)
    bundle = load_bundle(str(resolve_bundle(BUNDLE)), POOL)
    profile, table = bundle.profile(), generate(POOL, seed=1).drop(columns=[TARGET])
    unchanged = coded(bundle, table)
    parts = (cost(bundle), false_alarms(profile, unchanged, options.windows), delays(bundle, table, unchanged))
    text = "\n".join(parts)
    print(text)
    if options.publish:
        quote(PAGE, "drift", text)


def cost(bundle: Bundle) -> str:
    """Return a sentence on the cost of the bins in a request, measured with and without them in turn."""
    services = [_service(bundle, flag) for flag in ("false", "true")]
    instance = {feature.name: feature.example for feature in bundle.contract.features}
    body = json.dumps({"instances": [instance]})
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id="r-1")
    taken: tuple[list[float], list[float]] = ([], [])
    size = [len(service.handle(request)[1]) for service in services]
    for _ in range(COST_ROUNDS):
        for service, times in zip(services, taken, strict=True):
            started = time.perf_counter()
            for _ in range(COST_REQUESTS):
                service.handle(request)
            times.append((time.perf_counter() - started) / COST_REQUESTS * 1e6)
    added = median(after - before for before, after in zip(*taken, strict=True))
    return (
        f"The bins of a request of {len(bundle.contract.features)} features take {added:.1f} µs of the "
        f"{median(taken[1]):.0f} µs inside the handler and {size[1] - size[0]} bytes of the {size[1]:,} that it logs.\n"
    )


def _service(bundle: Bundle, log_bins: str) -> Service:
    settings = FunctionSettings({environment.MODEL_BUNDLE: bundle.path, environment.LOG_BINS: log_bins})
    emitter = Emitter(NAMESPACE, dimensions(bundle.contract.name))
    return Service(bundle, emitter, Logger("benchmark", "INFO"), settings)


def coded(bundle: Bundle, table: pd.DataFrame) -> Codes:
    """Return the bin indexes of all instances and their predictions, as the function logs them."""
    records = table.to_dict("records")
    instances: Json = [
        {str(name): None if pd.isna(value) else value for name, value in record.items()} for record in records
    ]
    valid = bundle.validator.validate(instances, Quality())
    predictions = bundle.model.predict(valid.columns, valid.rows)
    coder = BinCoder(bundle.profile())
    text = "".join(coder.code(valid.columns, row, each) for row, each in enumerate(predictions))
    return np.frombuffer(text.encode(), dtype=np.uint8).reshape(valid.rows, -1)


def verdict(profile: Profile, window: Codes) -> Verdict:
    """Return the verdict of the monitor on a window."""
    if len(window) < MIN_INSTANCES:
        return Verdict(feature=False, prediction=False)
    counts = []
    for column in window.T:
        numbers = np.bincount(column)
        counts.append({chr(code): float(numbers[code]) for code in np.flatnonzero(numbers)})
    drifted = [each.variable.is_prediction for each in compare(profile, counts) if each.has_drifted]
    return Verdict(feature=False in drifted, prediction=True in drifted)


def requests_of_runs(generator: np.random.Generator, a_day: int, runs: int) -> list[int]:
    """Return how many requests come between two runs, by the shape of a day with two peaks."""
    day = Day(rate=1.0)
    shares = [sum(day.at(3600.0 * (INTERVAL_H * run + hour)) for hour in range(INTERVAL_H)) for run in range(4)]
    means = [a_day * share / sum(shares) for share in shares]
    return [int(generator.poisson(means[run % RUNS_A_DAY])) for run in range(runs)]


def false_alarms(profile: Profile, unchanged: Codes, windows: int) -> str:
    """Return a table of false alarms, over windows that slide by the monitor's interval."""
    lines = [
        (
            "| requests a day | windows | feature-drift fired | prediction-drift fired "
            f"| false alarms in {DAYS_A_MONTH} days |"
        ),
        "|---:|---:|---:|---:|---:|",
    ]
    for a_day in VOLUMES:
        generator = np.random.default_rng(a_day)
        parts: list[Codes] = []
        verdicts: list[Verdict] = []
        numbers = requests_of_runs(generator, a_day, windows + RUNS_A_DAY - 1)
        for number in track(numbers, f"{a_day} requests a day, nothing changes"):
            parts = [*parts, unchanged[generator.integers(0, len(unchanged), number)]][-RUNS_A_DAY:]
            if len(parts) == RUNS_A_DAY:
                verdicts.append(verdict(profile, np.concatenate(parts)))
        onsets = [_onsets([each[kind] for each in verdicts]) for kind in range(2)]
        a_month = sum(onsets) / windows * RUNS_A_DAY * DAYS_A_MONTH
        lines.append(f"| {a_day:,} | {windows:,} | {onsets[0]} | {onsets[1]} | {a_month:.2f} |")
    return "\n".join([*lines, ""])


def _onsets(states: Sequence[bool]) -> int:
    return sum(now and not before for before, now in zip([False, *states], states, strict=False))


def delays(bundle: Bundle, table: pd.DataFrame, unchanged: Codes) -> str:
    """Return a table of the hours until the monitor reports a shift of one numeric feature in all requests."""
    profile = bundle.profile()
    numbers = [each for each in bundle.contract.features if each.type in {"number", "integer"}]
    lines = [
        "| requests a day | shift, standard deviations | detected | hours until then, median | slowest of ten |",
        "|---:|---:|---:|---:|---:|",
    ]
    for shift in SHIFTS:
        moved = [coded(bundle, _shifted(table, feature.name, shift)) for feature in numbers]
        for a_day in VOLUMES:
            generator = np.random.default_rng(a_day)
            found = [
                _delay(profile, unchanged, codes, a_day, generator)
                for codes in track(moved, f"{a_day} requests a day, {shift} standard deviations")
                for _ in range(REPEATS)
            ]
            detected = [hours for hours in found if hours is not None]
            share = f"{len(detected) / len(found):.0%}"
            hours = f"{np.quantile(detected, 0.5):.0f} | {np.quantile(detected, 0.9):.0f}" if detected else "- | -"
            lines.append(f"| {a_day:,} | {shift:g} | {share} | {hours} |")
    return "\n".join([*lines, ""])


def _shifted(table: pd.DataFrame, feature: str, shift: float) -> pd.DataFrame:
    column = table[feature]
    by = shift * column.std()
    moved = column + (round(by) or 1 if column.dtype.kind == "i" else by)
    return table.assign(**{feature: moved.clip(upper=column.max()).astype(column.dtype)})


def _delay(
    profile: Profile, unchanged: Codes, moved: Codes, a_day: int, generator: np.random.Generator
) -> float | None:
    """Return the hours from the change, at a random time, to the run that reports it; None after five days."""
    into_run = generator.random()
    numbers = requests_of_runs(generator, a_day, RUNS_A_DAY + LIMIT_RUNS)
    first = int(generator.integers(0, RUNS_A_DAY))
    parts = [unchanged[generator.integers(0, len(unchanged), number)] for number in numbers[: RUNS_A_DAY + first]]
    for run, number in enumerate(numbers[RUNS_A_DAY + first :]):
        before = int(number * into_run) if run == 0 else 0
        rows = generator.integers(0, len(unchanged), number)
        parts.append(np.concatenate([unchanged[rows[:before]], moved[rows[before:]]]))
        if any(verdict(profile, np.concatenate(parts[-RUNS_A_DAY:]))):
            return INTERVAL_H * (run + 1 - into_run)
    return None


if __name__ == "__main__":
    main()
