"""Who may call the API: holders of a key, and the networks of an allow list; part of the API's definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.policies import network_policy
from infra.text_rules import items

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.stack_settings import StackSettings

API_KEY = "api_key"
POLICY = "x-amazon-apigateway-policy"
OPEN_PATHS = frozenset({"/health", "/ping", "/v2/health/live", "/v2/health/ready"})
"""Asked by those who watch, and they hold no key."""
PREFLIGHT = "options"
"""Browsers ask without a key whether they may ask."""


def with_access(document: dict[str, Json], settings: StackSettings) -> dict[str, Json]:
    """Return the definition of the API with its keys and its allow list.

    Parameters
    ----------
    document : dict
        The OpenAPI document that the REST API is made of.
    settings : StackSettings
        ``api_keys`` and ``allowed_networks``.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
    .. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html
    """
    made = dict(document)
    networks = items(settings.allowed_networks)
    if networks:
        made[POLICY] = network_policy(networks)
    if settings.api_keys:
        components, paths = made.get("components", {}), made["paths"]
        if not isinstance(components, dict) or not isinstance(paths, dict):
            raise TypeError("expected objects in the OpenAPI document")
        scheme: Json = {"type": "apiKey", "name": "x-api-key", "in": "header"}
        made["components"] = {**components, "securitySchemes": {API_KEY: scheme}}
        made["x-amazon-apigateway-api-key-source"] = "HEADER"
        made["paths"] = {path: _keyed(path, operations) for path, operations in paths.items()}
    return made


def _keyed(path: str, operations: Json) -> Json:
    if not isinstance(operations, dict) or path in OPEN_PATHS:
        return operations
    return {
        method: {**operation, "security": [{API_KEY: []}]}
        if isinstance(operation, dict) and method != PREFLIGHT
        else operation
        for method, operation in operations.items()
    }
