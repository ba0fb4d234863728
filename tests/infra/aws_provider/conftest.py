"""Terraform with the real provider, and moto as its AWS."""

from __future__ import annotations

import os
import shutil
import urllib.request
from typing import TYPE_CHECKING

import boto3
import pytest

from local_stack.declared.evaluation import declare
from tests.infra.aws_provider.account import Account
from tests.infra.aws_provider.configuration import References, terraform_configuration
from tests.infra.aws_provider.moto_server import moto_server
from tests.infra.aws_provider.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from local_stack.declared.evaluation import Declared
    from tests.infra.aws_provider.schema import Schema

SLACK = {"inference:slackTeamId": "T0123ABCD", "inference:slackChannelId": "C0123ABCD"}


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The address of moto; without Terraform on this machine there is nothing to ask it."""
    if not shutil.which("terraform"):
        assert not os.environ.get("CI"), "CI must have terraform on PATH: .ci/run says how"
        pytest.skip("terraform is not on PATH: https://developer.hashicorp.com/terraform/install")
    with moto_server() as address:
        yield address


@pytest.fixture(scope="session")
def schema(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Schema:
    """The schema of the provider."""
    return Terraform(tmp_path_factory.mktemp("schema"), endpoint).schema()


@pytest.fixture(scope="session")
def declared_for(bundle: Path, schema: Schema) -> Callable[[str, Mapping[str, str]], Declared]:
    """Run the program for a stack with settings; what AWS would compute is a reference."""
    return lambda stack, settings: declare(stack, settings, bundle=bundle, compute=References(schema))


@pytest.fixture(scope="session")
def configuration(
    declared_for: Callable[[str, Mapping[str, str]], Declared], schema: Schema
) -> Callable[..., dict[str, Any]]:
    """The Terraform configuration of a stack with settings."""

    def make(stack: str, settings: Mapping[str, str] | None = None, *, for_moto: bool = True) -> dict[str, Any]:
        return terraform_configuration(declared_for(stack, settings or {}), schema, for_moto=for_moto)

    return make


@pytest.fixture
def account(endpoint: str) -> Account:
    """An empty AWS account."""
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).close()  # noqa: S310 - http
    session = boto3.Session("test", "test", region_name="eu-central-1")
    return Account(session, endpoint)


@pytest.fixture
def terraform(endpoint: str, tmp_path: Path, account: Account) -> Terraform:  # noqa: ARG001 - empty when Terraform starts
    """Terraform in a new directory."""
    return Terraform(tmp_path, endpoint)
