"""The versions of a model on this machine, and the differences between two of them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.model.bundle_files import BUNDLES_VARIABLE, DEFAULT_BUNDLES, bundle_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from console.monitoring.interface import JsonObject

ABSENT = "none"
MOST_CASES = 100
"""Most golden requests that are sent to the API, in one request."""
_COMPARED = (
    *("type", "nullable", "minimum", "maximum", "observed_minimum", "observed_maximum"),
    *("categories", "unit", "description"),
)


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of a model.

    Parameters
    ----------
    version : str
        Its name.
    contract : dict
        As in ``contract.json``.
    exported : datetime or None
        When its files were written, in UTC; None if they are not on this machine.
    folder : Path or None
        Directory of its files, likewise.
    """

    version: str
    contract: JsonObject
    exported: datetime | None = None
    folder: Path | None = None


def versions_of(name: str) -> list[Version]:
    """Return the versions of a model in the folder of the bundles, the one written last first.

    Parameters
    ----------
    name : str
        From the API, and therefore not trusted.
    """
    root = Path(os.environ.get(BUNDLES_VARIABLE, DEFAULT_BUNDLES)) / name
    try:
        entries = sorted(os.listdir(root))
    except (OSError, ValueError):
        return []
    found = [_version(name, entry) for entry in entries]
    return sorted((each for each in found if each), key=lambda each: each.exported or _EPOCH, reverse=True)


_EPOCH = datetime.fromtimestamp(0, UTC)


def _version(name: str, entry: str) -> Version | None:
    folder = bundle_folder(name, entry)
    if folder is None:
        return None
    file = folder / "contract.json"
    try:
        contract = json.loads(file.read_text(encoding="utf-8"))
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        complete = {key: contract[key] for key in ("version", "metrics", "features", "git_commit")}
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return Version(version=str(complete["version"]), contract=contract, exported=written, folder=folder)


def metric_changes(before: JsonObject, after: JsonObject) -> list[dict[str, str]]:
    """Return a row for each metric that differs between two contracts, with both values and their difference."""
    rows = []
    for name in dict.fromkeys([*before["metrics"], *after["metrics"]]):
        old, new = before["metrics"].get(name), after["metrics"].get(name)
        if old != new:
            change = ABSENT if old is None or new is None else f"{'+' if new > old else ''}{_number(new - old)}"
            row = {"before": _number(old), "after": _number(new), "change": change}
            rows.append({"metric": name.replace("_", " "), **row})
    return rows


def _number(value: float | None) -> str:
    if value is None:
        return ABSENT
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def feature_changes(before: JsonObject, after: JsonObject) -> list[dict[str, str]]:
    """Return a row for each change of a feature: added, removed, or another type, range or category."""
    old, new = ({each["name"]: each for each in contract["features"]} for contract in (before, after))
    return [
        {"feature": name, "what": what, "before": first, "after": second}
        for name in dict.fromkeys([*old, *new])
        for what, first, second in _changes(old.get(name), new.get(name))
    ]


def _changes(old: JsonObject | None, new: JsonObject | None) -> Iterator[tuple[str, str, str]]:
    if old is None or new is None:
        found = new or old or {}
        yield ("added", ABSENT, found["type"]) if old is None else ("removed", found["type"], ABSENT)
        return
    for member in _COMPARED:
        first, second = _text(old.get(member)), _text(new.get(member))
        if first != second:
            yield member.replace("_", " "), first, second


def _text(value: object) -> str:
    if value is None or value == "":
        return ABSENT
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def golden_cases(folder: Path) -> list[JsonObject]:
    """Return golden requests with their predictions, at most ``MOST_CASES``; none if the file cannot be read."""
    try:
        cases: list[JsonObject] = json.loads((folder / "golden.json").read_text(encoding="utf-8"))["cases"]
        return [each for each in cases if isinstance(each["instance"], dict)][:MOST_CASES]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def answer_changes(cases: Sequence[JsonObject], answers: Sequence[JsonObject]) -> list[dict[str, str]]:
    """Return a row for each golden request whose answer has another label or value, rounded to three digits."""
    rows = []
    for case, answer in zip(cases, answers, strict=True):
        before, after = answer_text(case["prediction"]), answer_text(answer)
        if before != after:
            rows.append({"request": str(case.get("note", "")), "this version": before, "live": after})
    return rows


def answer_text(prediction: JsonObject) -> str:
    """Return a prediction in words: its label or value, with its probability."""
    if "predictions" in prediction or "values" in prediction:
        return json.dumps(prediction.get("predictions") or prediction["values"], sort_keys=True)
    if "value" in prediction:
        return f"{prediction['value']:.3g}"
    probability = prediction.get("probability")
    return f"{prediction.get('label')}" + (f", {probability:.1%}" if probability is not None else "")
