"""The whole stack, from top to bottom: ``pulumi up`` runs this file."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.alarm_rules import alarm_rules
from infra.alarms import Alarms, AlarmsArgs
from infra.api import PredictionApi, PredictionApiArgs
from infra.api_domain import ApiDomain, ApiDomainArgs
from infra.api_firewall import ApiFirewall, ApiFirewallArgs
from infra.api_keys import ApiKeys, ApiKeysArgs
from infra.api_stage import ApiStage, ApiStageArgs
from infra.console_links import ConsoleLinks
from infra.dashboard import Dashboard, DashboardArgs
from infra.function import InferenceFunction, InferenceFunctionArgs
from infra.image import ModelImage, ModelImageArgs
from infra.metric_filters import MetricFilters, MetricFiltersArgs
from infra.naming import Names
from infra.notifications import Notifications, NotificationsArgs
from infra.queries import ERRORS, Queries, QueriesArgs
from infra.settings import load_settings
from infra.warm_function import WarmFunction, WarmFunctionArgs

settings = load_settings(pulumi.Config(), pulumi.get_stack())
names = Names(
    stack=settings.stack,
    model=settings.contract.name,
    account_id=aws.get_caller_identity().account_id,
    region=aws.get_region().region,
)

notifications = Notifications("notifications", NotificationsArgs(names=names, settings=settings))
image = ModelImage("image", ModelImageArgs(names=names, settings=settings))
function = InferenceFunction("function", InferenceFunctionArgs(names=names, settings=settings, image_uri=image.uri))
WarmFunction(
    "warm",
    WarmFunctionArgs(
        names=names, settings=settings, function_name=function.function_name, alias_name=function.alias_name
    ),
)
api = PredictionApi(
    "api",
    PredictionApiArgs(
        names=names,
        settings=settings,
        function_name=function.function_name,
        alias_name=function.alias_name,
        invoke_arn=function.invoke_arn,
    ),
)
stage = ApiStage(
    "stage", ApiStageArgs(names=names, settings=settings, rest_api=api.rest_api, definition=api.definition)
)
keys = ApiKeys("keys", ApiKeysArgs(names=names, settings=settings, rest_api=api.rest_api, stage_name=stage.stage_name))
domain = ApiDomain(
    "domain", ApiDomainArgs(names=names, settings=settings, rest_api=api.rest_api, stage_name=stage.stage_name)
)
ApiFirewall("firewall", ApiFirewallArgs(names=names, settings=settings, stage_arn=stage.arn))
MetricFilters("metrics", MetricFiltersArgs(names=names, log_group=function.log_group))
Queries("queries", QueriesArgs(names=names, settings=settings, log_group=function.log_group))
rules = alarm_rules(names, settings)
alarms = Alarms(
    "alarms",
    AlarmsArgs(names=names, rules=rules, topic_arns=notifications.topic_arns, budget_usd=settings.budget_usd),
)
dashboard = Dashboard(
    "dashboard",
    DashboardArgs(names=names, settings=settings, rules=rules, alarm_arns=alarms.alarm_arns, api_url=stage.url),
)

links = ConsoleLinks(names)
pulumi.export("api_url", stage.url)
pulumi.export("api_keys", keys.keys)
pulumi.export("api_key_ids", keys.key_ids)
pulumi.export("api_domain_target", domain.target)
pulumi.export("predict_command", stage.predict_command)
pulumi.export("dashboard_url", dashboard.url)
pulumi.export("logs_url", links.logs(ERRORS.text))
pulumi.export("alarms_url", links.alarms)
pulumi.export("traces_url", links.traces)
pulumi.export("function_name", function.function_name)
pulumi.export("function_version", function.function_version)
pulumi.export("log_group", function.log_group)
pulumi.export("alarm_names", alarms.alarm_names)
pulumi.export("slack", notifications.slack)
