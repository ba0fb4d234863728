"""Warm execution environments: a constant number, by use, or on a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.settings.values.schedule import scheduled

if TYPE_CHECKING:
    from infra.function.live import LiveFunction
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

SERVICE = "lambda"
DIMENSION = "lambda:function:ProvisionedConcurrency"

TARGET_UTILISATION = 0.7
"""Above this share of busy warm environments, AWS adds more.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html#managing-provisioned-concurency
"""


@dataclass(frozen=True, kw_only=True)
class WarmFunctionArgs:
    """Arguments of ``WarmFunction``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        How many are warm, and when.
    live : LiveFunction
        The alias to keep warm.
    """

    names: Names
    settings: StackSettings
    live: LiveFunction


class WarmFunction(pulumi.ComponentResource):
    """The provisioned concurrency of the alias.

    Creates: a scalable target if the settings enable any; target tracking if their number follows the use; a scheduled
    action for each entry of the schedule.
    """

    def __init__(self, name: str, args: WarmFunctionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:function:WarmFunction", name, None, opts)
        settings = args.settings
        if settings.provisioned_concurrency or settings.provisioned_maximum or settings.provisioned_schedule:
            target = self._target(name, args)
            if settings.provisioned_maximum:
                self._follow_use(name, args, target)
            self._follow_clock(name, args, target)
        self.register_outputs({})

    def _target(self, name: str, args: WarmFunctionArgs) -> aws.appautoscaling.Target:
        settings = args.settings
        return aws.appautoscaling.Target(
            f"{name}-target",
            service_namespace=SERVICE,
            scalable_dimension=DIMENSION,
            resource_id=Output.concat("function:", args.live.function_name, ":", args.live.alias_name),
            min_capacity=settings.provisioned_concurrency,
            max_capacity=max(settings.provisioned_concurrency, settings.provisioned_maximum),
            tags=args.names.tags,
            opts=ResourceOptions(
                parent=self,
                # The scheduled actions change both, and the next deployment must not revert them.
                ignore_changes=["minCapacity", "maxCapacity"] if settings.provisioned_schedule else None,
            ),
        )

    def _follow_use(self, name: str, args: WarmFunctionArgs, target: aws.appautoscaling.Target) -> None:
        aws.appautoscaling.Policy(
            f"{name}-use",
            name=args.names.of("warm-use"),
            policy_type="TargetTrackingScaling",
            service_namespace=SERVICE,
            scalable_dimension=DIMENSION,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration={
                "target_value": TARGET_UTILISATION,
                "predefined_metric_specification": {
                    "predefined_metric_type": "LambdaProvisionedConcurrencyUtilization"
                },
            },
            opts=ResourceOptions(parent=self),
        )

    def _follow_clock(self, name: str, args: WarmFunctionArgs, target: aws.appautoscaling.Target) -> None:
        settings = args.settings
        for index, entry in enumerate(scheduled(settings.provisioned_schedule), start=1):
            aws.appautoscaling.ScheduledAction(
                f"{name}-clock-{index}",
                name=args.names.of(f"warm-clock-{index}"),
                service_namespace=SERVICE,
                scalable_dimension=DIMENSION,
                resource_id=target.resource_id,
                schedule=f"cron({entry.cron})",
                timezone=settings.time_zone,
                scalable_target_action={
                    "min_capacity": entry.count,
                    "max_capacity": max(entry.count, settings.provisioned_maximum),
                },
                opts=ResourceOptions(parent=self),
            )
