"""One setting changes exactly the resources that it should, in an environment that stands already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest

from tests.infra.aws_provider.account import Account
from tests.infra.aws_provider.moto_server import moto_server
from tests.infra.aws_provider.terraform import UPDATE, Terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FUNCTION = {
    "aws_lambda_function.function-function": UPDATE,
    # A new version is published, and the alias follows.
    "aws_lambda_alias.function-alias": UPDATE,
}


class Change(NamedTuple):
    """Settings, and what they do to an environment without them."""

    settings: dict[str, str]
    changes: dict[str, str]


CHANGES = {
    "memory": Change(
        # The dashboard draws the limit.
        {"inference:memoryMb": "1024"},
        {**FUNCTION, "aws_cloudwatch_dashboard.dashboard-dashboard": UPDATE},
    ),
    "timeout": Change({"inference:timeoutS": "20"}, FUNCTION),
    "retention": Change({"inference:logRetentionDays": "30"}, {"aws_cloudwatch_log_group.function-logs": UPDATE}),
    "throttle": Change({"inference:throttleRate": "11"}, {"aws_api_gateway_method_settings.api-throttles": UPDATE}),
}


class Standing(NamedTuple):
    """An environment that is up."""

    terraform: Terraform
    account: Account


@pytest.fixture(scope="module")
def standing(
    endpoint: str,  # noqa: ARG001 - skips when Terraform is missing
    tmp_path_factory: pytest.TempPathFactory,
    configuration: Callable[..., dict[str, Any]],
) -> Iterator[Standing]:
    """The stack dev, in an account of its own."""
    with moto_server() as address:
        terraform = Terraform(tmp_path_factory.mktemp("standing"), address)
        terraform.write(configuration("dev"))
        terraform.apply()
        session = boto3.Session("test", "test", region_name="eu-central-1")
        yield Standing(terraform, Account(session, address))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_setting_changes_what_it_is_about_and_nothing_else(
    change: Change, standing: Standing, configuration: Callable[..., dict[str, Any]]
) -> None:
    standing.terraform.write(configuration("dev", change.settings))

    assert standing.terraform.changes() == change.changes


def test_an_option_can_be_switched_on_and_off_again(
    standing: Standing, configuration: Callable[..., dict[str, Any]]
) -> None:
    before = standing.account.everything()
    for settings in ({key: value for each in CHANGES.values() for key, value in each.settings.items()}, {}):
        standing.terraform.write(configuration("dev", settings))
        standing.terraform.apply()
        assert standing.terraform.changes() == {}

    assert standing.account.everything() == before
