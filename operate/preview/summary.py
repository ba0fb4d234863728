"""The summary of a preview: changes for users of the API and of the alarms, and the cost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from inference_lib.contract.document import Contract
    from operate.preview.changes import Change

_IMAGE, _ALARM, _API = "docker:index/image:Image", "MetricAlarm", "RestApi"
_WATCHED = ("threshold", "period", "evaluationPeriods", "datapointsToAlarm")
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's placeholder of a value that only an update computes."""
_METHODS = frozenset({"get", "post", "put", "delete", "patch", "head", "options"})


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """The input of a summary.

    Parameters
    ----------
    stack : str
        Name of the stack.
    changes : sequence of Change
        The changes that the engine plans.
    live, served : Contract or None
        Contracts of the live model, if its bundle is in this checkout, and of the model that would be served.
    costs : tuple of float, or str
        List price in USD a month, before (None before the first deployment) and after; or why it is not known.
    """

    stack: str
    changes: Sequence[Change]
    live: Contract | None
    served: Contract
    costs: tuple[float | None, float] | str


def live_version(changes: Iterable[Change]) -> str:
    """Return the version of the model in the image that would be replaced; empty when no image changes."""
    return next((_version(each.old) for each in changes if each.type == _IMAGE and _version(each.old)), "")


def summary(reviewed: Reviewed) -> str:
    """Return the summary as text."""
    parts = [_model(reviewed), _thresholds(reviewed.changes), _routes(reviewed.changes), _cost(reviewed.costs)]
    return "\n".join(
        [f"Summary for {reviewed.stack}", *(f"  {line}" for part in parts for line in part), _list(reviewed)]
    )


def _version(inputs: Mapping[str, Any]) -> str:
    return str(inputs.get("build", {}).get("args", {}).get("MODEL_VERSION", ""))


def _model(reviewed: Reviewed) -> Iterator[str]:
    before = live_version(reviewed.changes)
    served = reviewed.served
    created = any(each.type == _IMAGE and each.operation == "create" for each in reviewed.changes)
    if created or before in {"", served.version}:
        yield f"model: {served.name} {served.version}, {'new' if created else 'as before'}"
        return
    yield f"model: {served.name} {before} -> {served.version}"
    if reviewed.live is None:
        yield f"  metrics of {before}: its bundle is not in this checkout"
    live = reviewed.live.metrics if reviewed.live else {}
    for name, value in (served.metrics or {}).items():
        yield f"  {name}: {(live or {}).get(name, '?')} -> {value}"


def _thresholds(changes: Iterable[Change]) -> Iterator[str]:
    found = [
        f"  {each.new['name']}: {key} {each.old.get(key, 'none')} -> {each.new[key]}"
        for each in changes
        if each.type.endswith(_ALARM) and each.old and each.new
        for key in _WATCHED
        if key in each.new and each.old.get(key) != each.new[key]
    ]
    yield from ["thresholds:", *found] if found else ["thresholds: as before"]


def _routes(changes: Iterable[Change]) -> Iterator[str]:
    for each in changes:
        if each.type.endswith(_API) and each.old and each.new:
            if each.new["body"] == _UNKNOWN:
                yield "routes: known after the update"
                return
            old, new = _paths(each.old), _paths(each.new)
            found = [*(f"  + {route}" for route in sorted(new - old)), *(f"  - {route}" for route in sorted(old - new))]
            yield from ["routes:", *found] if found else ["routes: as before; what the gateway checks changes"]
            return
    yield "routes: as before"


def _paths(inputs: Mapping[str, Any]) -> set[str]:
    paths = json.loads(inputs["body"])["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods if method in _METHODS}


def _cost(costs: tuple[float | None, float] | str) -> Iterator[str]:
    if isinstance(costs, str):
        yield f"cost: not estimated: {costs}"
        return
    before, after = costs
    start = "" if before is None else f"{before:.2f} -> "
    yield f"cost: {start}{after:.2f} USD a month, list price with 200,000 requests"


def _list(reviewed: Reviewed) -> str:
    counts = Counter(each.operation for each in reviewed.changes if not each.type.startswith("pulumi:"))
    listed = ", ".join(f"{count} {operation}" for operation, count in sorted(counts.items()))
    return f"  resources: {listed or 'no change'}\n"
