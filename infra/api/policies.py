"""The IAM policy of the API, and what a deployment may do for it, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import SERVE, TAGS, Held, Permissions, actions, arn_of, document

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


def network_policy(networks: tuple[str, ...]) -> dict[str, Json]:
    """Return the policy of the API with an allow list: every caller from these networks, and no other.

    The principal is ``*``, because the API authenticates callers by key and not by AWS identity.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    """
    allowed: list[Json] = list(networks)
    return document(
        {
            "Sid": "AllowedNetworks",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"aws:SourceIp": allowed}},
        }
    )


def _held(_names: Names) -> tuple[Held, ...]:
    return (Held("REST API, with an allow list", network_policy(("NETWORK",))),)


def _deployment(names: Names) -> list[dict[str, Json]]:
    # AWS generates the ids of APIs and keys. /account is left out: the role for the gateway's logs belongs to the
    # account.
    paths = ("restapis", "usageplans", "apikeys", "domainnames", "tags")
    return [
        {
            "Sid": "Api",
            "Action": [f"apigateway:{verb}" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")],
            "Resource": [f"arn:aws:apigateway:{names.region}::/{path}{tail}" for path in paths for tail in ("", "/*")],
        },
        {
            # AWS WAF requires this to be associated with a stage.
            "Sid": "FirewallBeforeStage",
            "Action": "apigateway:SetWebACL",
            "Resource": f"arn:aws:apigateway:{names.region}::/restapis/*/stages/{names.stack}",
        },
        {
            "Sid": "Firewall",
            "Action": actions(
                "wafv2", "Get*", "List*", *TAGS, "CreateWebACL", "UpdateWebACL", "DeleteWebACL", "AssociateWebACL",
                "DisassociateWebACL",
            ),
            "Resource": [
                arn_of(names, "wafv2", f"regional/webacl/{names.prefix}-*"),
                arn_of(names, "wafv2", "regional/managedruleset/*"),
                f"arn:aws:apigateway:{names.region}::/restapis/*/stages/{names.stack}",
            ],
        },
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, lambda names: {SERVE: _deployment(names)})
