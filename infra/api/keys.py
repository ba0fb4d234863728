"""The keys of the API: one for each caller, under a usage plan with a throttle and a quota."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings


@dataclass(frozen=True, kw_only=True)
class ApiKeysArgs:
    """Arguments of ``ApiKeys``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        The callers, their throttle and their quota.
    rest_api, stage_name : Input of str
        The stage that the keys give access to.
    """

    names: Names
    settings: StackSettings
    rest_api: pulumi.Input[str]
    stage_name: pulumi.Input[str]


class ApiKeys(pulumi.ComponentResource):
    """The keys of the callers.

    Creates: a usage plan, and a key in it for each caller.

    Outputs: ``keys``, secret, and ``key_ids``, which the access log holds; both by the name of the caller.
    """

    keys: Output[dict[str, str]]
    key_ids: Output[dict[str, str]]

    def __init__(self, name: str, args: ApiKeysArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:api:ApiKeys", name, None, opts)
        callers = args.settings.callers
        keys = self._keys(name, args, callers) if callers else {}
        self.keys = Output.secret(_together({caller: key.value for caller, key in keys.items()}))
        self.key_ids = _together({caller: key.id for caller, key in keys.items()})
        self.register_outputs({"keys": self.keys, "key_ids": self.key_ids})

    def _keys(self, name: str, args: ApiKeysArgs, callers: tuple[str, ...]) -> dict[str, aws.apigateway.ApiKey]:
        settings = args.settings
        plan = aws.apigateway.UsagePlan(
            f"{name}-plan",
            name=args.names.of("callers"),
            description="How much each caller may use the API",
            api_stages=[{"api_id": args.rest_api, "stage": args.stage_name}],
            throttle_settings={"rate_limit": settings.throttle_rate, "burst_limit": settings.throttle_burst},
            quota_settings={"limit": settings.quota_per_day, "period": "DAY"} if settings.quota_per_day else None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=settings.deletion_protection),
        )
        return {caller: self._key(name, args, plan, caller) for caller in callers}

    def _key(self, name: str, args: ApiKeysArgs, plan: aws.apigateway.UsagePlan, caller: str) -> aws.apigateway.ApiKey:
        names = args.names
        key = aws.apigateway.ApiKey(
            f"{name}-{caller}",
            name=f"{names.prefix}-{caller}",
            description=f"Key of {caller}",
            tags=names.tags,
            # AWS generates a new value: callers would lose the old one.
            opts=ResourceOptions(
                parent=self, additional_secret_outputs=["value"], protect=args.settings.deletion_protection
            ),
        )
        aws.apigateway.UsagePlanKey(
            f"{name}-{caller}-in-plan",
            key_id=key.id,
            key_type="API_KEY",
            usage_plan_id=plan.id,
            opts=ResourceOptions(parent=self),
        )
        return key


def _together(values: dict[str, Output[str]]) -> Output[dict[str, str]]:
    # Pulumi turns an empty dict into a list.
    return Output.all(**values) if values else Output.from_input({})
