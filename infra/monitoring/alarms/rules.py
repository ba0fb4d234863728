"""The alarms of a stack: alarms in CloudWatch, lines in the dashboard and the runbook follow from these rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.monitoring.alarms.maker import RuleMaker
from infra.monitoring.alarms.subjects import api, function, model, model_monitor

if TYPE_CHECKING:
    from infra.monitoring.alarms.rule import AlarmRule
    from infra.naming import Names
    from infra.settings.declaration import StackSettings


def alarm_rules(names: Names, settings: StackSettings) -> tuple[AlarmRule, ...]:
    """Return the alarms of a stack; with essential monitoring, the essential ones and those of its options."""
    maker = RuleMaker(names, settings)
    subjects = (api, function, model, model_monitor)
    made = (make(maker) for subject in subjects for make in subject.RULES)
    return tuple(rule for rule in made if rule is not None and (rule.is_essential or not settings.is_essential))
