"""Each alternative as a whole process: cold start, warm round trip, memory, processor time, batches, loaded files."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import Progress

from benchmarks.environments.locked import interpreter
from benchmarks.measure.paired import Result
from benchmarks.measure.quota import quota
from benchmarks.publish.pages import ROOT
from benchmarks.ways.catalogue import OURS, WAYS
from model_export.proof.edges import HELD_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.measure.quota import Quota
    from benchmarks.ways.catalogue import Instance, Way
    from inference_lib.contract.document import Json

WARM_REQUESTS: Final = 300
"""Of one instance in a round, by default."""
FEWEST_REQUESTS: Final = 50
"""Linux counts processor time in hundredths of a second."""
BATCHES: Final = {10: 30, 100: 20, 1000: 5, 10_000: 3}
"""Instances in a request, and how many such requests go with the warm ones of a round."""

_OPENED: Final = Path(__file__).parents[1] / "measure" / "opened"


@dataclass(frozen=True)
class Measured:
    """Results by figure.

    Parameters
    ----------
    unlimited : dict of str to list of Result
        With all of the machine's cores.
    by_memory : dict of int to dict
        The same with the share of a function of this memory, in MB.
    """

    unlimited: dict[str, list[Result]]
    by_memory: dict[int, dict[str, list[Result]]]


class Figures:
    """What was measured: by figure and alternative, one value a round."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, list[float]]] = {}

    def add(self, way: Way, seen: Mapping[str, float]) -> None:
        """Keep the figures of one process."""
        for figure, value in seen.items():
            self._values.setdefault(figure, {}).setdefault(way.title, []).append(value)

    def results(self) -> dict[str, list[Result]]:
        """Return medians and the medians of the ratios to this project, by figure."""
        return {
            figure: [
                Result(way, median(values), median(value / base for value, base in zip(values, ours, strict=True)))
                for way, values in by_way.items()
            ]
            for figure, by_way in self._values.items()
            for ours in [by_way[OURS.title]]
        }


class WrongAnswer(Exception):
    """An alternative returned a wrong number of predictions, so that its times are meaningless."""


def measure(
    bundle: Path, model: Path, rounds: int, memories: Sequence[int] = (), requests: int = WARM_REQUESTS
) -> Measured:
    """Time the alternatives in turn, round by round; ratios are to this project.

    Parameters
    ----------
    bundle : Path
        Directory of one bundle version.
    model : Path
        The fitted pipeline that it was made of, as joblib wrote it.
    rounds : int
        How often each alternative is started, after one start that is not counted.
    memories : sequence of int
        Also with the processor time that Lambda gives a function of this memory, in MB.
    requests : int, optional
        Warm requests of one instance in a round; those of several instances follow in proportion.

    Raises
    ------
    NoQuota
        A memory is given, and this machine has no quotas.
    """
    instances = everyday_instances(bundle)
    console = Console(stderr=True)
    with _environment(bundle, model, console) as added, Progress(console=console, transient=True) as progress:
        task = progress.add_task("Measuring, round by round", total=len(WAYS) * (rounds + 1 + rounds * len(memories)))

        def each(one: Callable[[Way], dict[str, float]], into: Figures) -> None:
            for way in WAYS:
                into.add(way, one(way))
                progress.advance(task)

        loaded = Figures()
        each(lambda way: _loaded(way, added, instances), loaded)
        one = partial(_one_process, added=added, instances=instances, requests=requests)
        unlimited, shares = _rounds(each, one, rounds, memories)
    return Measured(unlimited.results() | loaded.results(), {mb: found.results() for mb, found in shares.items()})


def _rounds(
    each: Callable[[Callable[[Way], dict[str, float]], Figures], None],
    one: Callable[..., dict[str, float]],
    rounds: int,
    memories: Sequence[int],
) -> tuple[Figures, dict[int, Figures]]:
    unlimited, shares = Figures(), {memory: Figures() for memory in memories}
    for _ in range(rounds):
        each(one, unlimited)
        for memory, into in shares.items():
            with quota(memory) as share:
                each(partial(one, share=share), into)
    return unlimited, shares


def everyday_instances(bundle: Path) -> list[dict[str, Json]]:
    """Return the golden instances that each alternative answers: rows of the data, complete.

    The others are there for the proof. XGBoost, for one, refuses a category that it was not trained with.
    """
    cases = json.loads((bundle / "golden.json").read_text(encoding="utf-8"))["cases"]
    return [case["instance"] for case in cases if case["note"] == HELD_OUT and None not in case["instance"].values()]


@contextlib.contextmanager
def _environment(bundle: Path, model: Path, console: Console) -> Iterator[dict[str, str]]:
    """Prepare the alternatives, and yield their additional environment variables."""
    with console.status("Making the locked environments") as status:
        for way in WAYS:
            status.update(f"Making the locked environment of: {way.title}")
            interpreter(way.requirements)
        boosted = ROOT / "build" / "benchmarks" / "model.json"
        if not boosted.exists():
            python = interpreter(next(way.requirements for way in WAYS if way.title.startswith("XGBoost")))
            command: list[str | Path] = [python, "-W", "ignore", "-m", "benchmarks.ways.pandas_xgboost.train", boosted]
            subprocess.run(command, cwd=ROOT, check=True)
    yield {
        "MODEL_BUNDLE": str(bundle.resolve()),
        "MODEL_JOBLIB": str(model.resolve()),
        "MODEL_XGBOOST": str(boosted),
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "MAX_INSTANCES": str(max(BATCHES)),
    }


def _one_process(
    way: Way, added: Mapping[str, str], instances: Sequence[Instance], requests: int, share: Quota | None = None
) -> dict[str, float]:
    request = way.request(instances[:1])
    with share.joined() if share else contextlib.nullcontext():
        served = way.start(interpreter(way.requirements), added)
    try:
        answer, _ = served.invoke(request)
        first = time.perf_counter() - served.started
        _check(way, answer, 1)
        for _ in range(requests // 3):
            served.invoke(request)
        before = served.cpu_s()
        trips = [served.invoke(request)[1] for _ in range(requests)]
        used = served.cpu_s() - before
        seen = {
            "Start of the process to the first response, ms": first * 1e3,
            "Warm round trip, median, ms": median(trips) * 1e3,
            "Warm round trip, p99, ms": quantiles(trips, n=100)[98] * 1e3,
            "Processor time of a warm request, ms": used / requests * 1e3,
            "Peak memory, MB": served.memory_mb(),
        }
        for rows, repeats in BATCHES.items() if way.reads_rows else ():
            request = way.request([instances[index % len(instances)] for index in range(rows)])
            _check(way, served.invoke(request)[0], rows)
            elapsed = median(served.invoke(request)[1] for _ in range(max(1, repeats * requests // WARM_REQUESTS)))
            seen[f"Instances a second, in requests of {rows}"] = rows / elapsed
        return seen
    finally:
        served.close()


def _check(way: Way, answer: bytes, rows: int) -> None:
    if way.reads_rows and way.predictions(answer) != rows:
        raise WrongAnswer(f"{way.title}: expected {rows} predictions, got {answer[:500]!r}")


def _loaded(way: Way, added: Mapping[str, str], instances: Sequence[Instance]) -> dict[str, float]:
    """Start a process that is not timed, and count what it opens and maps until its first response."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "opened"
        watched = {**added, "PYTHONPATH": str(_OPENED), "OPENED_FILES": str(log)}
        mapped: set[Path] = set()
        # The first start of an environment compiles what it imports.
        for variables in (added, watched):
            served = way.start(interpreter(way.requirements), variables)
            try:
                served.invoke(way.request(instances[:1]))
                mapped = served.files()
            finally:
                served.close()
        opened = {ROOT / line for line in log.read_text(encoding="utf-8").splitlines()}
        found = {os.path.realpath(path) for path in opened | mapped if path.is_file()}
    files = [Path(path) for path in found if not path.startswith(("/proc/", "/sys/", folder))]
    return {
        "Files that are loaded": len(files),
        "Bytes of the files that are loaded, MB": sum(path.stat().st_size for path in files) / 1e6,
    }
