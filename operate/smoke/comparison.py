"""Compares the answers of an API with the golden ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operate.smoke.caller import OK

if TYPE_CHECKING:
    from inference_lib.bundle.golden import Golden
    from operate.smoke.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One golden case that was not answered as it should be.

    Parameters
    ----------
    row : int
        Index in ``golden.json``.
    note : str
        Why the case is there.
    reason : str
        What differs.
    """

    row: int
    note: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a run found.

    Parameters
    ----------
    served : str
        Name and version of the model that answered.
    differences : list of Difference
        Empty when it passed.
    latencies_ms : list of float, milliseconds
        Of each answered request, in the order of sending.
    throttled : int
        How often a request was refused and sent again.
    """

    served: str
    differences: list[Difference]
    latencies_ms: list[float]
    throttled: int


def smoke(caller: Caller, golden: Golden) -> Verdict:
    """Send each golden case and compare the answers.

    Parameters
    ----------
    caller : Caller
        Of the API.
    golden : Golden
        Of the bundle that should be served.

    Raises
    ------
    SmokeError
        Nothing answers any more.
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
