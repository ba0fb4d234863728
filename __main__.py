"""The whole stack, from top to bottom: ``pulumi up`` runs this file."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.api.definition import PredictionApi, PredictionApiArgs
from infra.api.domain import ApiDomain, ApiDomainArgs
from infra.api.firewall import ApiFirewall, ApiFirewallArgs
from infra.api.keys import ApiKeys, ApiKeysArgs
from infra.api.stage import ApiStage, ApiStageArgs
from infra.batch.component import BatchScoring, BatchScoringArgs
from infra.capture.component import Capture, CaptureArgs
from infra.console.balancer import ConsoleBalancer, ConsoleBalancerArgs
from infra.console.image import ConsoleImage, ConsoleImageArgs
from infra.console.service import ConsoleService, ConsoleServiceArgs
from infra.console.sign_in import ConsoleSignIn, ConsoleSignInArgs
from infra.function.inference import InferenceFunction, InferenceFunctionArgs
from infra.function.warm import WarmFunction, WarmFunctionArgs
from infra.image.component import ModelImage, ModelImageArgs
from infra.model_monitor.component import ModelMonitor, ModelMonitorArgs
from infra.model_store import ModelStore, ModelStoreArgs
from infra.monitoring.alarms.component import Alarms, AlarmsArgs
from infra.monitoring.alarms.rules import alarm_rules
from infra.monitoring.dashboard.component import Dashboard, DashboardArgs
from infra.monitoring.filters import MetricFilters, MetricFiltersArgs
from infra.monitoring.notifications import Notifications, NotificationsArgs
from infra.monitoring.queries import Queries, QueriesArgs
from infra.naming import Names
from infra.outputs import export_outputs
from infra.settings.reading import load_settings
from infra.storage.file_system import SharedStorage, SharedStorageArgs
from infra.storage.network import Network, NetworkArgs
from infra.storage.upload import UploadFunction, UploadFunctionArgs

settings = load_settings(pulumi.Config(), pulumi.get_stack())
account_id, region = aws.get_caller_identity().account_id, aws.get_region().region
names = Names(stack=settings.stack, model=settings.contract.name, account_id=account_id, region=region)

notifications = Notifications("notifications", NotificationsArgs(names=names, settings=settings))
image = ModelImage("image", ModelImageArgs(names=names, settings=settings))
network = Network("network", NetworkArgs(names=names, settings=settings))
storage = SharedStorage("storage", SharedStorageArgs(names=names, settings=settings, network=network))
function = InferenceFunction(
    "function", InferenceFunctionArgs(names=names, settings=settings, image_uri=image.uri, mount=storage.mount)
)
upload = UploadFunction(
    "upload", UploadFunctionArgs(names=names, settings=settings, image_uri=image.uri, mount=storage.mount)
)
ModelMonitor(
    "monitor",
    ModelMonitorArgs(
        names=names,
        settings=settings,
        image_uri=image.uri,
        notifications=notifications,
        log_group=function.log_group,
    ),
)
WarmFunction("warm", WarmFunctionArgs(names=names, settings=settings, live=function.live))
api = PredictionApi("api", PredictionApiArgs(names=names, settings=settings, live=function.live))
stage = ApiStage(
    "stage", ApiStageArgs(names=names, settings=settings, rest_api=api.rest_api, definition=api.definition)
)
keys = ApiKeys("keys", ApiKeysArgs(names=names, settings=settings, rest_api=api.rest_api, stage_name=stage.stage_name))
domain = ApiDomain(
    "domain", ApiDomainArgs(names=names, settings=settings, rest_api=api.rest_api, stage_name=stage.stage_name)
)
ApiFirewall("firewall", ApiFirewallArgs(names=names, settings=settings, stage_arn=stage.arn))

MetricFilters("metrics", MetricFiltersArgs(names=names, settings=settings, log_group=function.log_group))
Queries("queries", QueriesArgs(names=names, settings=settings, log_group=function.log_group))
rules = alarm_rules(names, settings)
alarms = Alarms("alarms", AlarmsArgs(names=names, settings=settings, rules=rules, topic_arns=notifications.topic_arns))
dashboard = Dashboard(
    "dashboard",
    DashboardArgs(names=names, settings=settings, rules=rules, alarm_arns=alarms.alarm_arns, api_url=stage.url),
)

batches = BatchScoring("batch", BatchScoringArgs(names=names, settings=settings, live=function.live))
sign_in = ConsoleSignIn("console-sign-in", ConsoleSignInArgs(names=names, settings=settings)).sign_in
balancer = ConsoleBalancer(
    "console-balancer", ConsoleBalancerArgs(names=names, settings=settings, network=network, sign_in=sign_in)
)
console_image = ConsoleImage("console-image", ConsoleImageArgs(names=names, settings=settings))
ConsoleService(
    "console",
    ConsoleServiceArgs(
        names=names, settings=settings, image=console_image, network=network, balanced=balancer.balanced,
        mount=storage.mount, api_url=stage.url, api_keys=keys.keys,
    ),
)  # fmt: skip

store = ModelStore("store", ModelStoreArgs(names=names, settings=settings))
capture = Capture("capture", CaptureArgs(names=names, settings=settings, log_group=function.log_group))

export_outputs(names, function, stage, keys, domain, alarms, dashboard, notifications, store, batches)
pulumi.export("capture", capture.url)
pulumi.export("console_url", balancer.url)
pulumi.export("console_domain_target", balancer.target)
pulumi.export("file_system_id", storage.file_system_id)
