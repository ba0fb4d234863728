"""Who may call the API: holders of a key, and the networks of an allow list; part of the API's definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.http import routes
from infra.api.json_object import json_object
from infra.api.policies import network_policy
from infra.settings.values.rule import items

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.settings.declaration import StackSettings

API_KEY = "api_key"
POLICY = "x-amazon-apigateway-policy"
OPEN_PATHS = frozenset({"/health", "/ping", "/v2/health/live", "/v2/health/ready"})
"""Monitoring systems call these without a key."""
OPENAPI_PATH = "/openapi.json"
READ = "get"
PREFLIGHT = "options"
"""Browsers send preflights without a key."""


def with_access(document: dict[str, Json], settings: StackSettings) -> dict[str, Json]:
    """Return the definition of the API with its keys and its allow list.

    Parameters
    ----------
    document : dict
        The OpenAPI document of the REST API.
    settings : StackSettings
        ``api_keys``, ``public_docs`` and ``allowed_networks``.

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
        scheme: Json = {"type": "apiKey", "name": "x-api-key", "in": "header"}
        made["components"] = {**json_object(made.get("components", {})), "securitySchemes": {API_KEY: scheme}}
        made["x-amazon-apigateway-api-key-source"] = "HEADER"
        paths = json_object(made["paths"])
        if settings.public_docs:
            paths = _with_files_of_docs(paths)
        made["paths"] = {
            path: _keyed(path, json_object(operations), public_docs=settings.public_docs)
            for path, operations in paths.items()
        }
    return made


def _with_files_of_docs(paths: dict[str, Json]) -> dict[str, Json]:
    """Add a path for each file of the docs page; without one, the catch-all path would require a key for it."""
    page = json_object(paths[routes.DOCS_PATH])
    files = [path for path in routes.ROUTES if path.startswith(f"{routes.DOCS_PATH}/")]
    return {**paths, **{path: {**page, READ: _file(json_object(page[READ]), path)} for path in files}}


def _file(operation: dict[str, Json], path: str) -> dict[str, Json]:
    return {**operation, "operationId": routes.ROUTES[path][READ.upper()], "summary": "Part of the docs page"}


def _keyed(path: str, operations: dict[str, Json], *, public_docs: bool) -> Json:
    if path in OPEN_PATHS:
        return operations
    is_docs = path == OPENAPI_PATH or f"{path}/".startswith(f"{routes.DOCS_PATH}/")
    open_methods = (PREFLIGHT, READ) if public_docs and is_docs else (PREFLIGHT,)
    return {
        method: operation if method in open_methods else {**json_object(operation), "security": [{API_KEY: []}]}
        for method, operation in operations.items()
    }
