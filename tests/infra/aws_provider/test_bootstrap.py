"""The real provider makes the roles of the delivery in moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local_stack.declared.evaluation import declare_bootstrap
from tests.infra.aws_provider.configuration import References, terraform_configuration
from tests.infra.delivery.rights import CONFIG

if TYPE_CHECKING:
    from tests.infra.aws_provider.account import Account
    from tests.infra.aws_provider.schema import Schema
    from tests.infra.aws_provider.terraform import Terraform


def test_the_roles_are_made_stay_as_they_are_and_leave_nothing(
    terraform: Terraform, account: Account, schema: Schema
) -> None:
    declared = declare_bootstrap(CONFIG, References(schema))
    terraform.write(terraform_configuration(declared, schema))
    terraform.apply()
    iam = account.client("iam")
    roles = {role["RoleName"]: role for role in iam.list_roles()["Roles"]}

    assert sorted(roles) == [
        f"inference-bootstrap-{each}-role" for each in ("dev", "models", "preview", "prod", "staging")
    ]
    (provider,) = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    trust = json.dumps(roles["inference-bootstrap-prod-role"]["AssumeRolePolicyDocument"])
    assert provider["Arn"] in trust
    assert "repo:octo-org/sleep:environment:prod" in trust
    role = "inference-bootstrap-prod-role"
    assert sorted(iam.list_role_policies(RoleName=role)["PolicyNames"]) == ["models", "state"]
    managed = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert sorted(each["PolicyName"] for each in managed) == [
        f"inference-bootstrap-prod-{part}" for part in ("console", "keep", "network", "serve", "watch")
    ]
    assert terraform.changes() == {}, "a second `pulumi up` has nothing to do"

    terraform.destroy()
    assert account.everything() == []
