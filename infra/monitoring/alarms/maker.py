"""The maker of alarm rules for every subject: settings, series and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from infra.monitoring.alarms.rule import ABOVE, GOOD, AlarmRule
from infra.monitoring.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.monitoring.metrics import Series
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

MIN_SAMPLES = 20
"""With fewer requests in a period, a share, a percentile or an average is not meaningful."""


class RuleMaker:
    """Makes the rules of one stack.

    Parameters
    ----------
    names : Names
        Names of the function and the API.
    settings : StackSettings
        Thresholds and periods, and the model.
    """

    def __init__(self, names: Names, settings: StackSettings) -> None:
        self.settings = settings
        self.metrics = Metrics(names, settings)
        # Without its version: a new one would change every alarm, and after a rollback another version is live.
        self._model = f"{settings.contract.name} in {settings.stack}"

    def rule(  # noqa: PLR0913 - one keyword for each property of a rule
        self,
        name: str,
        severity: str,
        series: Series | dict[str, Series],
        meaning: str,
        *,
        threshold: float | None,
        expression: str = "",
        comparison: str = ABOVE,
        missing: str = GOOD,
        panel: str = "",
        on_right: bool = False,
        is_essential: bool = True,
    ) -> AlarmRule:
        """Return a rule with the periods of its alarm; the parameters are those of ``AlarmRule``."""
        return AlarmRule(
            name=name,
            severity=severity,
            series=series if isinstance(series, dict) else {"m1": series},
            expression=expression,
            comparison=comparison,
            threshold=threshold,
            periods=self.settings.periods(name),
            missing=missing,
            panel=panel,
            on_right=on_right,
            is_essential=is_essential,
            meaning=f"{self._model}: {meaning} Live version: make live STACK={self.settings.stack}.",
            runbook=self.settings.runbook_url,
        )


MakeRule: TypeAlias = "Callable[[RuleMaker], AlarmRule | None]"
"""Returns the rule of one alarm; None when the settings or the model have no such alarm."""
