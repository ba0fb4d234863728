"""The requests to send: recorded in a file, golden, or synthetic."""

from __future__ import annotations

import csv
import itertools
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference_lib.bundle.golden import Golden, GoldenCase, parse_golden
from inference_lib.contract.document import GOLDEN_FILE
from inference_lib.errors import BundleError
from local_stack.errors import LocalStackError
from local_stack.monitoring.insights.records import document_of, time_of
from local_stack.traffic.day import Day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.traffic.instances import Instance, Sampler


@dataclass(frozen=True)
class Planned:
    """One request to send.

    Parameters
    ----------
    moment : float, seconds since the epoch
        Time to send it, by the stack's clock.
    body : dict
        Of ``POST /predict``.
    case : GoldenCase or None
        The expected answer, if known.
    """

    moment: float
    body: dict[str, Any]
    case: GoldenCase | None = None


def synthetic(
    sampler: Sampler, day: Day, start: float, generator: random.Random, invalid: float = 0.0
) -> Iterator[Planned]:
    """Yield requests of one drawn instance each, at the rate of a day, without end.

    Parameters
    ----------
    sampler : Sampler
        Draws the instances.
    day : Day
        The rate of requests.
    start : float, seconds since the epoch
        Time of the first request.
    generator : random.Random
        Of random values.
    invalid : float
        Share of invalid requests.
    """
    for moment in day.arrivals(start, generator):
        if generator.random() < invalid:
            yield Planned(moment, {"instances": [{"no such feature": 1}]})
        else:
            yield Planned(moment, {"instances": [sampler.instance()]})


def golden_requests(golden: Golden, day: Day, start: float, generator: random.Random) -> Iterator[Planned]:
    """Yield the golden requests of a bundle in an endless loop."""
    cases = itertools.cycle(golden.cases)
    for moment, case in zip(day.arrivals(start, generator), cases, strict=False):
        yield Planned(moment, {"instances": [case.instance]}, case)


def read_golden(bundle: Path) -> Golden:
    """Return the golden cases of a bundle.

    Raises
    ------
    LocalStackError
        The golden cases cannot be read.
    """
    try:
        return parse_golden((bundle / GOLDEN_FILE).read_bytes(), GOLDEN_FILE)
    except (OSError, BundleError) as error:
        raise LocalStackError(f"{bundle / GOLDEN_FILE}: cannot be read; export the model again") from error


def recorded(path: Path, contract: Contract, day: Day, start: float, generator: random.Random) -> list[Planned]:
    """Return the requests of a file, with their recorded times, or at the rate of a day.

    Parameters
    ----------
    path : Path
        JSON lines: bodies of ``POST /predict``, single instances, or the function's log with sampled
        payloads, with or without a ``timestamp``; or CSV with a column for each feature.
    contract : Contract
        The features.
    day : Day
        The rate of requests without times.
    start : float, seconds since the epoch
        Time of the first request.
    generator : random.Random
        Draws the times of requests without times.

    Raises
    ------
    LocalStackError
        The file cannot be read, or contains no request.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(_of_csv(file, contract) if path.suffix.lower() == ".csv" else _of_lines(file, contract))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LocalStackError(f"{path}: cannot be read: {error}") from error
    if not found:
        names = ", ".join(feature.name for feature in contract.features[:3])
        raise LocalStackError(
            f'{path}: contains no request. Expected JSON lines such as {{"instances": [{{...}}]}}, the function\'s log '
            f"with payloads (inference:capture), or CSV with the columns {names} ..."
        )
    arrivals = day.arrivals(start, generator)
    first = next((moment for moment, _ in found if moment is not None), None)
    planned = [
        Planned(next(arrivals) if moment is None or first is None else start + moment - first, body)
        for moment, body in found
    ]
    return sorted(planned, key=lambda each: each.moment)


def rows_of(path: Path, contract: Contract) -> list[Instance]:
    """Return the instances of a file that ``recorded`` reads.

    Raises
    ------
    LocalStackError
        The file cannot be read, or contains no instance.
    """
    planned = recorded(path, contract, Day(1.0), 0.0, random.Random(0))  # noqa: S311 - the times are ignored
    return [instance for each in planned for instance in each.body["instances"]]


def _of_lines(lines: Iterable[str], contract: Contract) -> Iterator[tuple[float | None, dict[str, Any]]]:
    names = {feature.name for feature in contract.features}
    for line in lines:
        document = document_of(line.strip())
        moment = time_of(document)
        if isinstance(document.get("instances"), list):
            yield moment, {"instances": document["instances"]}
        elif isinstance(document.get("body"), dict):
            yield moment, document["body"]
        elif isinstance(document.get("payload"), list):
            yield moment, {"instances": [entry["instance"] for entry in document["payload"]]}
        elif names & set(document):
            yield moment, {"instances": [{name: document[name] for name in names & set(document)}]}


def _of_csv(lines: Iterable[str], contract: Contract) -> Iterator[tuple[float | None, dict[str, Any]]]:
    types = {feature.name: feature.type for feature in contract.features}
    for row in csv.DictReader(lines):
        known = {name: _cell(value, types[name]) for name, value in row.items() if name in types}
        if known:
            yield time_of({"timestamp": row.get("timestamp")}), {"instances": [known]}


def _cell(value: str | None, type_: str) -> Any:  # noqa: ANN401 - as the feature has it
    if value is None or value == "":
        return None
    if type_ == "string":
        return value
    try:
        number = json.loads(value.lower())
    except ValueError:
        return value
    return int(number) if type_ == "integer" and isinstance(number, float) and number.is_integer() else number
