"""What the roles of the delivery may do, read from their policies."""

from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_stack.declared.evaluation import Declared

CONFIG = {
    "repository": "octo-org/sleep",
    "stateBucket": "octo-pulumi-state",
    "stateKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
}


ROLES = ("preview", "models", "dev", "staging", "prod")


def documents(bootstrap: Declared, role: str) -> list[dict[str, Any]]:
    name = f"inference-bootstrap-{role}-role"
    inline = [json.loads(each.inputs["policy"]) for each in bootstrap.all("RolePolicy") if each.inputs["role"] == name]
    return inline + list(managed(bootstrap, role).values())


def managed(bootstrap: Declared, role: str) -> dict[str, dict[str, Any]]:
    """The policies that are attached to a role, by name."""
    name = f"inference-bootstrap-{role}-role"
    attached = {
        each.inputs["policyArn"] for each in bootstrap.all("RolePolicyAttachment") if each.inputs["role"] == name
    }
    return {
        each.inputs["name"]: json.loads(each.inputs["policy"])
        for each in bootstrap.all("iam/policy:Policy")
        if each.outputs["arn"] in attached
    }


def statements(bootstrap: Declared, role: str) -> list[dict[str, Any]]:
    return [statement for document in documents(bootstrap, role) for statement in document["Statement"]]


def is_allowed(bootstrap: Declared, role: str, action: str, resource: str) -> bool:
    """Whether a role may do something, conditions taken as fulfilled."""

    def listed(value: str | list[str]) -> list[str]:
        return [value] if isinstance(value, str) else value

    effects = {
        each["Effect"]
        for each in statements(bootstrap, role)
        if any(fnmatch.fnmatchcase(action, pattern) for pattern in listed(each["Action"]))
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in listed(each["Resource"]))
    }
    return effects == {"Allow"}
