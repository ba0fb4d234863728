"""Checks of the AWS account and region: credentials, quota of executions, role for logs, Slack and budget."""

from __future__ import annotations

import difflib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore import exceptions
from botocore.config import Config

from infra.naming import Names
from operate.batch.cloud.errors import code_of, credentials_fault
from operate.doctor.finding import BLOCKED, NOTE, OK, SKIPPED, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import boto3

    from infra.settings.declaration import StackSettings

CREDENTIALS = "AWS credentials"
REGION = "AWS region"
CONCURRENCY = "Concurrency"
LOG_ROLE = "API Gateway log role"
SLACK = "Slack workspace"
TAG = "Cost allocation tag"

LEAST_UNRESERVED = 100
"""Executions that AWS Lambda keeps for functions without a reservation.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""
QUOTA = "L-B99A9384"
"""Code of the quota "Concurrent executions". https://docs.aws.amazon.com/general/latest/gr/lambda-service.html"""

CHATBOT_REGIONS = ("us-west-2", "us-east-2", "eu-west-1", "ap-southeast-1")
"""Regions that have the API; workspaces are the same in all. https://docs.aws.amazon.com/chatbot/latest/APIReference/"""

BUDGET_TAG = "stack"
"""The tag of ``Names.tags`` by which the budget finds the cost of a stack."""

_QUICK = Config(connect_timeout=5, read_timeout=15, retries={"max_attempts": 2})


class _UncheckedError(Exception):
    """AWS does not answer a question; the message gives the reason and the fix."""


@dataclass(frozen=True)
class Account:
    """The account and the region of a stack.

    Parameters
    ----------
    session : boto3.Session
        With the credentials and the region of the stack.
    region : str
        The region.
    """

    session: boto3.Session
    region: str

    def client(self, service: str, region: str = "") -> Any:  # noqa: ANN401 - boto3 ships no types
        """Return a client that gives up soon."""
        return self.session.client(service, region_name=region or self.region, config=_QUICK)

    @cached_property
    def identity(self) -> dict[str, str]:
        """Account and ARN of the caller."""
        answer: dict[str, str] = self.client("sts").get_caller_identity()
        return answer


def region_check(session: boto3.Session, region: str, stack: str) -> Finding:
    """Check that AWS has the region."""
    known = session.get_available_regions("lambda")
    if region in known:
        return Finding(REGION, OK, region)
    nearest = (difflib.get_close_matches(region, known, n=1, cutoff=0.0) or [""])[0]
    fix = f"Set it: pulumi config set aws:region {nearest} --stack {stack}"
    return Finding(REGION, BLOCKED, f"AWS Lambda has no region {region!r}. {fix}")


def credentials_check(account: Account) -> Finding:
    """Check that AWS accepts the credentials."""
    try:
        with _explained():
            identity = account.identity
    except _UncheckedError as error:
        return Finding(CREDENTIALS, BLOCKED, str(error))
    return Finding(CREDENTIALS, OK, f"account {identity['Account']}, {identity['Arn']}")


def account_checks(account: Account, settings: StackSettings, slack_team: str) -> Iterator[Finding]:
    """Check what the stack needs of the account; a call that AWS refuses is a note.

    Parameters
    ----------
    account : Account
        An account whose credentials are valid.
    settings : StackSettings
        The settings of the stack.
    slack_team : str
        Slack workspace of the stack, which may be an encrypted setting; empty without one.
    """
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        (CONCURRENCY, lambda: _concurrency(account, settings)),
        (LOG_ROLE, lambda: _log_role(account, settings)),
        (SLACK, lambda: _slack(account, slack_team)),
        (TAG, lambda: _tag(account, settings)),
    )
    for check, look in checks:
        try:
            with _explained():
                found = look()
        except _UncheckedError as error:
            found = Finding(check, NOTE, str(error))
        yield found


def skipped_account_checks(reason: str) -> Iterator[Finding]:
    """Yield the checks of the account as skipped."""
    yield from (Finding(check, SKIPPED, reason) for check in (CONCURRENCY, LOG_ROLE, SLACK, TAG))


def _concurrency(account: Account, settings: StackSettings) -> Finding:
    limits = account.client("lambda").get_account_settings()["AccountLimit"]
    limit, free = int(limits["ConcurrentExecutions"]), int(limits["UnreservedConcurrentExecutions"])
    reserved = settings.reserved_concurrency
    increase = (
        f"aws service-quotas request-service-quota-increase --service-code lambda --quota-code {QUOTA} "
        f"--desired-value 1000 --region {account.region}"
    )
    if not reserved:
        if limit < LEAST_UNRESERVED:
            return Finding(
                CONCURRENCY, NOTE, f"the account runs at most {limit} requests at once. Increase: {increase}"
            )
        return Finding(CONCURRENCY, OK, f"{free} of {limit} executions at once are not reserved")
    free += _reserved_already(account, settings)
    if free - reserved < LEAST_UNRESERVED:
        text = (
            f"inference:reservedConcurrency is {reserved}, and AWS Lambda keeps {LEAST_UNRESERVED} executions "
            f"unreserved, but only {free} of {limit} are free. Lower it: pulumi config set "
            f"inference:reservedConcurrency {max(0, free - LEAST_UNRESERVED)} --stack {settings.stack}, or: {increase}"
        )
        return Finding(CONCURRENCY, BLOCKED, text)
    return Finding(CONCURRENCY, OK, f"{reserved} of {limit} executions at once for this stack, {free} are free")


def _reserved_already(account: Account, settings: StackSettings) -> int:
    """Return the reservation of the deployed function, which an update replaces; 0 before the first deployment."""
    names = Names(
        stack=settings.stack,
        model=settings.contract.name,
        account_id=account.identity["Account"],
        region=account.region,
    )
    client = account.client("lambda")
    try:
        answer = client.get_function_concurrency(FunctionName=names.function)
    except client.exceptions.ResourceNotFoundException:
        return 0
    return int(answer.get("ReservedConcurrentExecutions", 0))


def _log_role(account: Account, settings: StackSettings) -> Finding:
    if not settings.access_logs:
        return Finding(LOG_ROLE, OK, "not needed, because inference:accessLogs is off")
    if role := account.client("apigateway").get_account().get("cloudwatchRoleArn", ""):
        return Finding(LOG_ROLE, OK, role)
    fix = "Create it with the three commands of docs/deploy.md, Prepare an account and region, step 3"
    text = (
        f"account {account.identity['Account']} has none in {account.region}, and inference:accessLogs needs it. {fix}"
    )
    return Finding(LOG_ROLE, BLOCKED, text)


def _slack(account: Account, team: str) -> Finding:
    if not team:
        return Finding(SLACK, OK, "not needed, because Slack is off (docs/deploy.md, Connect Slack)")
    region = account.region if account.region in CHATBOT_REGIONS else CHATBOT_REGIONS[0]
    pages = account.client("chatbot", region).get_paginator("describe_slack_workspaces").paginate()
    if team in (each["SlackTeamId"] for page in pages for each in page.get("SlackWorkspaces", ())):
        return Finding(SLACK, OK, "authorised")
    fix = "Authorise it once in the console of Amazon Q Developer in chat applications: docs/deploy.md, Connect Slack"
    return Finding(SLACK, BLOCKED, f"the workspace of inference:slackTeamId is not authorised in this account. {fix}")


def _tag(account: Account, settings: StackSettings) -> Finding:
    if not settings.budget_usd:
        return Finding(TAG, OK, "not needed, because inference:budgetUsd is 0")
    tags = account.client("ce", "us-east-1").list_cost_allocation_tags(TagKeys=[BUDGET_TAG])["CostAllocationTags"]
    states = [each["Status"] for each in tags if each["TagKey"] == BUDGET_TAG]
    if "Active" in states:
        return Finding(TAG, OK, BUDGET_TAG)
    activate = (
        "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status "
        f"TagKey={BUDGET_TAG},Status=Active --region us-east-1"
    )
    when = "Activate it" if states else "It appears one day after the first deployment; then activate it"
    return Finding(
        TAG, NOTE, f"{BUDGET_TAG} is not active, and without it the budget counts nothing. {when}: {activate}"
    )


@contextmanager
def _explained() -> Iterator[None]:
    """Turn the errors of boto3 within the block into sentences with a fix."""
    try:
        yield
    except exceptions.ClientError as error:
        message = error.response.get("Error", {}).get("Message", "").rstrip(".") or code_of(error)
        call = f"{error.operation_name}"
        refused = f"AWS refuses {call} ({' '.join(message.split())}). Check the permissions of these credentials"
        raise _UncheckedError(credentials_fault(error) or refused) from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise _UncheckedError("AWS does not respond. Check the network, the proxy and the region") from error
    except exceptions.BotoCoreError as error:
        fault = credentials_fault(error) or f"AWS cannot be called: {str(error).rstrip('.')}"
        raise _UncheckedError(
            f"{fault}" if ". " in fault else f"{fault}. Check: aws sts get-caller-identity"
        ) from error
