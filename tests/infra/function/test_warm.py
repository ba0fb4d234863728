from __future__ import annotations

from typing import TYPE_CHECKING

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

SCHEDULE = "2 = 30 5 * * ? *; 0 = 0 9 * * ? *; 3 = 0 20 ? * MON-FRI *; 0 = 30 22 * * ? *"


def warm(bundle: Path, **settings: str) -> Declared:
    return declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)


def test_by_default_nothing_is_kept_warm(dev: Declared) -> None:
    assert not dev.all("appautoscaling/target:Target")


def test_a_number_alone_is_always_warm(bundle: Path) -> None:
    declared = warm(bundle, provisionedConcurrency="2")
    target = declared.one("appautoscaling/target:Target")

    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (2, 2)
    assert target.inputs["resourceId"] == "function:inference-dev-predict:live"
    assert target.inputs["scalableDimension"] == "lambda:function:ProvisionedConcurrency"
    assert not target.ignore_changes
    assert not declared.all("appautoscaling/policy:Policy")


def test_a_maximum_lets_the_number_follow_the_use(bundle: Path) -> None:
    declared = warm(bundle, provisionedConcurrency="1", provisionedMaximum="5")
    target = declared.one("appautoscaling/target:Target").inputs
    tracking = declared.one("appautoscaling/policy:Policy").inputs["targetTrackingScalingPolicyConfiguration"]

    assert (target["minCapacity"], target["maxCapacity"]) == (1, 5)
    assert tracking["targetValue"] == 0.7
    assert tracking["predefinedMetricSpecification"] == {
        "predefinedMetricType": "LambdaProvisionedConcurrencyUtilization"
    }


def test_the_clock_is_that_of_the_users(bundle: Path) -> None:
    declared = warm(bundle, provisionedSchedule=SCHEDULE, timeZone="Asia/Tokyo")
    actions = [each.inputs for each in declared.all("ScheduledAction")]

    assert [each["schedule"] for each in actions] == [
        "cron(30 5 * * ? *)",
        "cron(0 9 * * ? *)",
        "cron(0 20 ? * MON-FRI *)",
        "cron(30 22 * * ? *)",
    ]
    assert {each["timezone"] for each in actions} == {"Asia/Tokyo"}
    capacities = [
        (each["scalableTargetAction"]["minCapacity"], each["scalableTargetAction"]["maxCapacity"]) for each in actions
    ]
    assert capacities == [(2, 2), (0, 0), (3, 3), (0, 0)]


def test_a_deployment_does_not_undo_what_the_clock_has_set(bundle: Path) -> None:
    target = warm(bundle, provisionedSchedule=SCHEDULE).one("appautoscaling/target:Target")

    assert set(target.ignore_changes) == {"minCapacity", "maxCapacity"}
