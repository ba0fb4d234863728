"""The feedback of a window compared with the evaluation in the bundle: metrics, a record, and a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_lib.monitor.notices import Notice
from inference_lib.monitor.quality.measures import MIN_TRUTHS, quality_of
from inference_lib.monitor.report import Report
from inference_lib.telemetry.logs import timestamp
from inference_lib.telemetry.metrics import QUALITY_LOSS, Metric

if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json
    from inference_lib.monitor.quality.feedback import Joined
    from inference_lib.monitor.quality.measures import Quality

WORSE: Final = "worse"
"""The state when the predictions are worse than in the evaluation."""

_SECTION: Final = "prediction-quality"
_DIGITS: Final = 6
"""Significant digits: predicted values may be of any size."""


class QualityReport(Report):
    """The quality of the predictions in a window of feedback.

    Parameters
    ----------
    contract : Contract
        Of the bundle.
    start, end : float, seconds since the epoch
        The window.
    joined : Joined
        Its feedback.
    threshold : float
        Largest loss that is not worth an alarm.
    """

    MESSAGE = "quality report"

    def __init__(self, contract: Contract, start: float, end: float, joined: Joined, threshold: float) -> None:
        super().__init__(contract, start, end)
        self._joined = joined
        enough = len(joined.outcomes) >= MIN_TRUTHS
        self._quality: Quality | None = quality_of(contract, joined.outcomes, threshold) if enough else None

    @property
    def is_worse(self) -> bool:
        """Whether the predictions are worse than in the evaluation, both significantly and by enough."""
        return self._quality is not None and self._quality.loss is not None and self._quality.loss > 1

    @property
    def state(self) -> str:
        """``worse``, or nothing."""
        return WORSE if self.is_worse else ""

    @property
    def is_known(self) -> bool:
        """Whether there was enough feedback to know the state."""
        return self._quality is not None

    def metrics(self) -> dict[Metric, float]:
        """Return what is emitted."""
        if self._quality is None:
            return {}
        loss = {} if self._quality.loss is None else {QUALITY_LOSS: self._quality.loss}
        return {metric: float(f"{value:.{_DIGITS}g}") for metric, value in {**self._quality.metrics, **loss}.items()}

    def members(self) -> dict[str, Json]:
        """Return the members of the record."""
        joined = self._joined
        members: dict[str, Json] = {
            **self._window(),
            "feedback_received": joined.received,
            "feedback_repeated": joined.repeated,
            "feedback_unmatched": joined.unmatched,
            "feedback_not_observed": joined.not_observed,
            "feedback_left_out": joined.left_out,
            "predictions": len(joined.outcomes),
        }
        if self._quality is None:
            members["reason"] = f"fewer than {MIN_TRUTHS} predictions with feedback: too few to measure quality"
        else:
            members["reference"] = {metric.name: value for metric, value in self._quality.reference.items()}
        return members

    def notice(self, earlier: str) -> Notice | None:
        """Return a notice when the predictions have become worse, or are as good as at export again."""
        if self._quality is None or self.state == earlier:
            return None
        reference = self._quality.reference
        lines = [
            f"{metric.name}: {value:.3g}" + (f", {reference[metric]:.3g} at export" if metric in reference else "")
            for metric, value in self._quality.metrics.items()
        ]
        lines.append(f"{len(self._joined.outcomes)} predictions with feedback since {timestamp(self._start)}")
        if not self.is_worse:
            return Notice(f"Predictions of {self._model} are as good as at export again", lines, [], section=_SECTION)
        steps = ["Find the start on the dashboard, and follow the runbook"]
        return Notice(f"Predictions of {self._model} are worse than at export", lines, steps, section=_SECTION)
