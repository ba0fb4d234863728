"""Looks into an AWS account by boto3, as somebody would who does not trust the program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import boto3

ACCOUNT_ID = "123456789012"


class _Listing(NamedTuple):
    """How one kind of thing is listed."""

    service: str
    call: str
    member: str
    name: str
    arguments: dict[str, Any] = {}  # noqa: RUF012 - never changed


_LISTINGS = (
    _Listing("apigateway", "get_rest_apis", "items", "name"),
    _Listing("apigateway", "get_api_keys", "items", "name"),
    _Listing("apigateway", "get_usage_plans", "items", "name"),
    _Listing("apigateway", "get_domain_names", "items", "domainName"),
    _Listing("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId"),
    _Listing("application-autoscaling", "describe_scheduled_actions", "ScheduledActions", "ScheduledActionName"),
    _Listing("application-autoscaling", "describe_scaling_policies", "ScalingPolicies", "PolicyName"),
    _Listing("budgets", "describe_budgets", "Budgets", "BudgetName", {"AccountId": ACCOUNT_ID}),
    _Listing("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    _Listing("cloudwatch", "describe_alarms", "CompositeAlarms", "AlarmName"),
    _Listing("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    _Listing("cognito-idp", "list_user_pools", "UserPools", "Name", {"MaxResults": 60}),
    _Listing("ecs", "describe_clusters", "clusters", "clusterName"),
    _Listing("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    _Listing("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    _Listing("ecr", "describe_repositories", "repositories", "repositoryName"),
    _Listing("firehose", "list_delivery_streams", "DeliveryStreamNames", ""),
    _Listing("ec2", "describe_vpcs", "Vpcs", "VpcId", {"Filters": [{"Name": "is-default", "Values": ["false"]}]}),
    _Listing("efs", "describe_file_systems", "FileSystems", "FileSystemId"),
    _Listing("efs", "describe_access_points", "AccessPoints", "AccessPointId"),
    _Listing("iam", "list_roles", "Roles", "RoleName"),
    _Listing("iam", "list_policies", "Policies", "PolicyName", {"Scope": "Local"}),
    _Listing("kms", "list_aliases", "Aliases", "AliasName"),
    _Listing("lambda", "list_functions", "Functions", "FunctionName"),
    _Listing("logs", "describe_log_groups", "logGroups", "logGroupName"),
    _Listing("logs", "describe_metric_filters", "metricFilters", "filterName"),
    _Listing("s3", "list_buckets", "Buckets", "Name"),
    _Listing("stepfunctions", "list_state_machines", "stateMachines", "name"),
    _Listing("secretsmanager", "list_secrets", "SecretList", "Name"),
    _Listing("sns", "list_topics", "Topics", "TopicArn"),
    _Listing("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    _Listing("wafv2", "list_web_acls", "WebACLs", "Name", {"Scope": "REGIONAL"}),
)
_OF_AWS_ITSELF = "alias/aws/"
_CALLS_OF_SCALING = {"ServiceNamespace": "lambda"}


class Account:
    """One AWS account in one region.

    Parameters
    ----------
    session : boto3.Session
        Whose credentials and region are used.
    endpoint : str
        Address that stands for every service of AWS.
    """

    def __init__(self, session: boto3.Session, endpoint: str) -> None:
        self._session = session
        self._endpoint = endpoint

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes when they are asked for
        """Return a client of one service."""
        return self._session.client(service, endpoint_url=self._endpoint)

    def everything(self) -> list[str]:
        """Return ``service: name`` of all that somebody made; keys that wait for their deletion are gone."""
        found = []
        for each in _LISTINGS:
            arguments = _CALLS_OF_SCALING if each.service == "application-autoscaling" else each.arguments
            listed = getattr(self.client(each.service), each.call)(**arguments)
            members = listed.get(each.member, [])
            found += [f"{each.service}: {one[each.name] if each.name else one}" for one in members]
        kms = self.client("kms")
        for key in kms.list_keys()["Keys"]:
            if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled":
                found.append(f"kms: {key['KeyId']}")
        return sorted(each for each in found if _OF_AWS_ITSELF not in each)

    def alarms(self) -> dict[str, dict[str, Any]]:
        """Return the metric alarms by name."""
        listed = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return {each["AlarmName"]: each for each in listed}

    def dashboard(self, name: str) -> dict[str, Any]:
        """Return the body of a dashboard."""
        body: dict[str, Any] = json.loads(self.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
        return body
