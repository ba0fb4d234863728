"""Paired measurements: every way in turn, round by round, so that a machine that drifts drifts for all."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Result:
    """What one way costs.

    Parameters
    ----------
    way : str
        Its name.
    median_ms : float, milliseconds
        Median of the rounds.
    ratio : float
        Median of the rounds' ratios to the first way.
    peak_mb : float, megabytes
        Median peak memory of a process; 0 where all ways share one process.
    """

    way: str
    median_ms: float
    ratio: float
    peak_mb: float = 0.0


def processes(ways: Mapping[str, str], environment: Mapping[str, str], rounds: int) -> list[Result]:
    """Time whole fresh processes, each running one piece of Python.

    Parameters
    ----------
    ways : mapping of str to str
        Python source by name; the first is what the others are compared with.
    environment : mapping of str to str
        Added to the environment of each process.
    rounds : int
        How often each way runs, after one run that is not counted.
    """
    times: dict[str, list[float]] = {way: [] for way in ways}
    peaks: dict[str, list[float]] = {way: [] for way in ways}
    for round_ in range(rounds + 1):
        for way, source in ways.items():
            elapsed, peak = _process(source, environment)
            if round_:
                times[way].append(elapsed)
                peaks[way].append(peak)
    first = times[next(iter(ways))]
    return [
        Result(
            way,
            median(times[way]) * 1000,
            median(mine / base for mine, base in zip(times[way], first, strict=True)),
            median(peaks[way]),
        )
        for way in ways
    ]


def _process(source: str, environment: Mapping[str, str]) -> tuple[float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", source],
        stdout=subprocess.DEVNULL,
        env=compiling_environment(environment),
    )
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a measured process ended with exit code {process.returncode}: {source}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return elapsed, kilobytes / 1024


def compiling_environment(added: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a measured process, in which bytecode is cached for every way alike.

    The image of the function holds bytecode, so a way that compiled its sources at each start would be judged unfairly.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **added}


def calls(ways: Mapping[str, Callable[[], object]], rounds: int, repeats: int) -> list[Result]:
    """Time calls within this process.

    Parameters
    ----------
    ways : mapping of str to callable
        By name; the first is what the others are compared with.
    rounds, repeats : int
        Each round runs every way ``repeats`` times; a round's figure is the mean of one call.
    """
    times: dict[str, list[float]] = {way: [] for way in ways}
    gc.collect()
    for round_ in range(rounds + 1):
        for way, call in ways.items():
            started = time.perf_counter()
            for _ in range(repeats):
                call()
            if round_:
                times[way].append((time.perf_counter() - started) / repeats)
    first = times[next(iter(ways))]
    return [
        Result(
            way,
            median(times[way]) * 1000,
            median(mine / base for mine, base in zip(times[way], first, strict=True)),
        )
        for way in ways
    ]


def table(title: str, results: Sequence[Result]) -> str:
    """Return results as a Markdown table."""
    with_memory = any(result.peak_mb for result in results)
    lines = [
        f"### {title}",
        "",
        f"| way | median ms | ratio |{' peak MB |' if with_memory else ''}",
        f"|---|---:|---:|{'---:|' if with_memory else ''}",
    ]
    for result in results:
        memory = f" {result.peak_mb:.0f} |" if with_memory else ""
        lines.append(f"| {result.way} | {_three_digits(result.median_ms)} | {result.ratio:.2f} |{memory}")
    return "\n".join([*lines, ""])


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def document(machine: str, measured: Mapping[str, Sequence[Result]]) -> str:
    """Return all tables of a run as JSON, to be committed.

    Parameters
    ----------
    machine : str
        What the figures were measured on.
    measured : mapping of str to sequence of Result
        Results by the title of their table.
    """
    tables = {title: [asdict(result) for result in results] for title, results in measured.items()}
    return json.dumps({"machine": machine, "tables": tables}, indent=1) + "\n"


def page(content: str) -> str:
    """Return the Markdown of a committed run, as the README quotes it."""
    read = json.loads(content)
    tables = [table(title, [Result(**each) for each in results]) for title, results in read["tables"].items()]
    return "\n".join([f"Measured on: {read['machine']}.\n", *tables])
