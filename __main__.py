"""The whole stack, from top to bottom: ``pulumi up`` runs this file."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.alarm_rules import alarm_rules
from infra.alarms import Alarms, AlarmsArgs
from infra.api import PredictionApi, PredictionApiArgs
from infra.dashboard import Dashboard, DashboardArgs
from infra.function import InferenceFunction, InferenceFunctionArgs
from infra.image import ModelImage, ModelImageArgs
from infra.metric_filters import MetricFilters, MetricFiltersArgs
from infra.naming import Names
from infra.notifications import Notifications, NotificationsArgs
from infra.queries import Queries, QueriesArgs
from infra.settings import load_settings

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
MetricFilters("metrics", MetricFiltersArgs(names=names, log_group=function.log_group))
Queries("queries", QueriesArgs(names=names, settings=settings, log_group=function.log_group))
rules = alarm_rules(names, settings)
alarms = Alarms(
    "alarms",
    AlarmsArgs(names=names, rules=rules, topic_arns=notifications.topic_arns, budget_usd=settings.budget_usd),
)
dashboard = Dashboard(
    "dashboard",
    DashboardArgs(names=names, settings=settings, rules=rules, alarm_arns=alarms.alarm_arns, api_url=api.url),
)

pulumi.export("api_url", api.url)
pulumi.export("predict_command", api.predict_command)
pulumi.export("dashboard_url", dashboard.url)
pulumi.export("function_name", function.function_name)
pulumi.export("log_group", function.log_group)
pulumi.export("alarm_names", alarms.alarm_names)
pulumi.export("slack", notifications.slack)
