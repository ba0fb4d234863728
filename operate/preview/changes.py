"""The changes that the engine plans, read from its event log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNCHANGED = frozenset({"same", "read", "refresh"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that an update would change.

    Parameters
    ----------
    operation : str
        Pulumi's name, such as ``update``.
    type, name : str
        Pulumi's token and name of the resource.
    old, new : dict
        Its inputs before and after; empty if it does not exist then.
    """

    operation: str
    type: str
    name: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]


def changes(lines: Iterable[str]) -> list[Change]:
    """Return the changes in the order of the engine.

    Parameters
    ----------
    lines : iterable of str
        Events in JSON, one a line [1]_.

    References
    ----------
    .. [1] https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#EngineEvent
    """
    found = []
    for line in lines:
        step = json.loads(line).get("resourcePreEvent", {}).get("metadata")
        if step and step["op"] not in UNCHANGED:
            found.append(
                Change(
                    operation=step["op"],
                    type=step["type"],
                    name=step["urn"].rpartition("::")[2],
                    old=_inputs(step.get("old")),
                    new=_inputs(step.get("new")),
                )
            )
    return found


def _inputs(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (state or {}).get("inputs") or {}
