"""Compares the predictions of an API with the golden ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operate.smoke.caller import OK

if TYPE_CHECKING:
    from inference_lib.bundle.golden import Golden
    from operate.smoke.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One golden case whose prediction differs.

    Parameters
    ----------
    row : int
        Index in ``golden.json``.
    note : str
        The reason for the case.
    reason : str
        The difference.
    """

    row: int
    note: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict of a run.

    Parameters
    ----------
    served : str
        Name and version of the served model.
    differences : list of Difference
        Empty if the run passed.
    latencies_ms : list of float, milliseconds
        Latency of each answered request, in the order of sending.
    throttled : int
        Number of throttled requests that were sent again.
    """

    served: str
    differences: list[Difference]
    latencies_ms: list[float]
    throttled: int


def smoke(caller: Caller, golden: Golden) -> Verdict:
    """Send each golden case and compare the predictions.

    Parameters
    ----------
    caller : Caller
        Caller of the API.
    golden : Golden
        Golden cases of the expected bundle.

    Raises
    ------
    SmokeError
        The API no longer responds.
    """
    differences, latencies, served = [], [], ""
    for row, case in enumerate(golden.cases):
        status, answer, elapsed_ms = caller.send("POST", "/predict", {"instances": [case.instance]})
        predictions = answer.get("predictions") if isinstance(answer, dict) else None
        if status != OK or not predictions:
            differences.append(Difference(row=row, note=case.note, reason=f"status {status}: {_detail(answer)}"))
            continue
        latencies.append(elapsed_ms)
        served = " ".join(str(part) for part in answer.get("model", {}).values())
        if reason := golden.disagreement(case, predictions[0]):
            differences.append(Difference(row=row, note=case.note, reason=reason))
    return Verdict(served=served, differences=differences, latencies_ms=latencies, throttled=caller.throttled)


def _detail(answer: Any) -> str:  # noqa: ANN401 - any JSON value
    if not isinstance(answer, dict):
        return "no JSON object"
    return str(answer.get("detail") or answer.get("title") or answer.get("message") or "no detail")
