"""One window compared with the reference: metrics, a record with every variable, and a notice when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_lib.monitor.drift.comparison import MEASURES, MIN_INSTANCES, compare, variable_title
from inference_lib.monitor.drift.counts import bin_queries, counts_of
from inference_lib.monitor.notices import Notice
from inference_lib.monitor.report import Report
from inference_lib.telemetry.logs import timestamp
from inference_lib.telemetry.metrics import FEATURE_DRIFT, PREDICTION_DRIFT, Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inference_lib.bundle.profile import Profile
    from inference_lib.contract.document import Contract, Json
    from inference_lib.monitor.drift.comparison import VariableDrift
    from inference_lib.monitor.log_insights import LogInsights

_NAMED: Final = 5
"""Most variables in a title; the text has them all."""

_SECTION: Final = "feature-drift"


class DriftReport(Report):
    """How a window compares with the reference profile.

    Parameters
    ----------
    contract : Contract
        Of the bundle.
    start, end : float, seconds since the epoch
        The window.
    instances : int
        How many of this model version were observed in it.
    variables : sequence of VariableDrift
        One for each variable of the profile; empty when there were too few instances.
    """

    MESSAGE = "drift report"

    def __init__(
        self, contract: Contract, start: float, end: float, instances: int, variables: Sequence[VariableDrift]
    ) -> None:
        super().__init__(contract, start, end)
        self.instances = instances
        self.variables = tuple(variables)

    @property
    def drifted(self) -> list[VariableDrift]:
        """The variables that have drifted, the largest change first."""
        return sorted((each for each in self.variables if each.has_drifted), key=lambda each: -each.ratio)

    @property
    def drifted_names(self) -> list[str]:
        """The titles of the variables that have drifted."""
        return [variable_title(each.variable) for each in self.drifted]

    @property
    def state(self) -> str:
        """The names of the variables that have drifted, one a line."""
        return "\n".join(self.drifted_names)

    @property
    def is_known(self) -> bool:
        """Whether there were enough instances to know the state."""
        return bool(self.variables)

    def metrics(self) -> dict[Metric, float]:
        """Return the worst feature and the worst part of the prediction, relative to their critical values."""
        ratios = {
            FEATURE_DRIFT: [each.ratio for each in self.variables if not each.variable.is_prediction],
            PREDICTION_DRIFT: [each.ratio for each in self.variables if each.variable.is_prediction],
        }
        return {metric: round(max(values), 6) for metric, values in ratios.items() if values}

    def members(self) -> dict[str, Json]:
        """Return the members of the record."""
        members = {**self._window(), "instances": self.instances, "drifted": ", ".join(self.drifted_names)}
        if not self.variables:
            members["reason"] = f"fewer than {MIN_INSTANCES} instances: too few to distinguish drift from chance"
        for group, is_prediction in (("features", False), ("prediction", True)):
            parts = [each for each in self.variables if each.variable.is_prediction == is_prediction]
            # By measure and then by variable: Logs Insights finds 200 members of a record, the first measures first.
            members[group] = {
                measure: {each.variable.name: each.measures()[measure] for each in parts} for measure in MEASURES
            }
        members["moved"] = {variable_title(each.variable): each.moved for each in self.drifted}
        return members

    def notice(self, earlier: str) -> Notice | None:
        """Return a notice when further variables have drifted, or when none does any more."""
        known, names = set(earlier.splitlines()), self.drifted_names
        if self.variables and known and not names:
            line = f"{', '.join(sorted(known))}: as in the reference profile again ({self.instances} instances)"
            return Notice(f"Drift of {self._model} is over", [line], [], section=_SECTION)
        if known.issuperset(names):
            return None
        lines = [
            f"{variable_title(each.variable)}: {each.moved}; stability index {each.psi:.2f}, "
            f"drift starts at {each.critical_psi:.2f}"
            for each in self.drifted
        ]
        shown = [*names[:_NAMED], f"and {len(names) - _NAMED} more"] if len(names) > _NAMED else names
        title = f"Drift of {self._model}: {', '.join(shown)}"
        steps = [
            "Find the start of the drift on the dashboard, and follow the runbook",
            f"{self.instances} instances from {timestamp(self._start)} to {timestamp(self._end)}",
        ]
        return Notice(title, lines, steps, section=_SECTION)


def drift_report(  # noqa: PLR0913 - a window, a model and a log
    contract: Contract, profile: Profile, insights: LogInsights, *, start: float, end: float, threshold: float
) -> DriftReport:
    """Query the function's log for a window, and compare it with the reference.

    Parameters
    ----------
    contract : Contract
        Of the bundle.
    profile : Profile
        The reference.
    insights : LogInsights
        Queries the log of the function that predicts.
    start, end : float, seconds since the epoch
        The window.
    threshold : float
        Smallest population stability index that is worth an alarm.

    Raises
    ------
    AwsError
        The log cannot be queried.
    """
    queries = bin_queries(profile, contract.version)
    answers = insights.query([query.text for query in queries], start, end)
    counts = counts_of(queries, answers, len(profile.variables))
    instances = int(_least(sum(each.values()) for each in counts))
    variables = compare(profile, counts, threshold) if instances >= MIN_INSTANCES else []
    return DriftReport(contract, start, end, instances, variables)


def _least(totals: Iterable[float]) -> float:
    # Concurrent queries may see a different last second.
    return min(totals, default=0.0)
