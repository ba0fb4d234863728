from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inference_lib.http import routes
from infra.api.access import API_KEY, OPEN_PATHS, POLICY, PREFLIGHT
from infra.api.definition import ANY_METHOD, INTEGRATION
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


def body_of(declared: Declared) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(declared.one("RestApi").inputs["body"])
    return body


def test_with_keys_every_way_into_the_function_asks_for_one_but_that_of_watchers(bundle: Path) -> None:
    body = body_of(declare("dev", {"inference:apiKeys": "mobile-app"}, bundle=bundle))

    assert body["components"]["securitySchemes"][API_KEY] == {"type": "apiKey", "name": "x-api-key", "in": "header"}
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            if method != PREFLIGHT:
                asks = operation.get("security") == [{API_KEY: []}]
                assert asks == (path not in OPEN_PATHS), f"{method} {path}"


def test_the_manual_is_closed_unless_a_setting_opens_it_for_reading(bundle: Path) -> None:
    keys = {"inference:apiKeys": "mobile-app"}
    closed = body_of(declare("dev", keys, bundle=bundle))["paths"]
    opened = body_of(declare("dev", {**keys, "inference:publicDocs": "true"}, bundle=bundle))["paths"]
    read = [path for path, methods in routes.ROUTES.items() if path.startswith("/docs") or path == "/openapi.json"]

    assert len(read) == 4, "the document, the page and its two files"
    assert all(closed[path]["get"]["security"] for path in ("/docs", "/openapi.json"))
    for path in read:
        assert "security" not in opened[path]["get"]
        assert opened[path][ANY_METHOD]["security"], "other methods ask for a key"
        assert opened[path]["get"][INTEGRATION] == opened["/predict"]["post"][INTEGRATION]
    names = [each["operationId"] for path in opened.values() for each in path.values() if "operationId" in each]
    assert len(set(names)) == len(names)
    assert opened["/predict"]["post"]["security"]
    assert {path for path in opened if not closed.get(path)} == set(read) - {"/docs", "/openapi.json"}


def test_browsers_may_ask_without_a_key_whether_they_may_ask(bundle: Path) -> None:
    settings = {"inference:apiKeys": "web", "inference:corsAllowOrigin": "https://app.example.com"}
    paths = body_of(declare("dev", settings, bundle=bundle))["paths"]

    preflights = [operations[PREFLIGHT] for operations in paths.values() if PREFLIGHT in operations]
    assert preflights
    assert not any("security" in preflight for preflight in preflights)


def test_the_paths_that_watchers_ask_are_paths_of_the_api(dev: Declared) -> None:
    assert body_of(dev)["paths"].keys() >= OPEN_PATHS


def test_without_keys_nobody_is_asked_for_one(dev: Declared) -> None:
    assert API_KEY not in json.dumps(body_of(dev)["paths"])


def test_an_allow_list_lets_its_networks_in_and_nobody_else(bundle: Path) -> None:
    declared = declare("dev", {"inference:allowedNetworks": "203.0.113.0/24, 2001:db8::/32"}, bundle=bundle)
    (statement,) = body_of(declared)[POLICY]["Statement"]

    assert statement["Effect"] == "Allow"
    assert statement["Condition"] == {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}
    assert (statement["Action"], statement["Resource"]) == ("execute-api:Invoke", "execute-api:/*")


def test_without_an_allow_list_there_is_no_policy(dev: Declared) -> None:
    assert POLICY not in body_of(dev)


def test_who_may_call_is_deployed_like_any_change_of_the_definition(bundle: Path, dev: Declared) -> None:
    triggers = {
        json.dumps(declare("dev", settings, bundle=bundle).one("Deployment").inputs["triggers"])
        for settings in ({}, {"inference:apiKeys": "web"}, {"inference:allowedNetworks": "203.0.113.0/24"})
    }

    assert len(triggers) == 3
    assert json.dumps(dev.one("Deployment").inputs["triggers"]) in triggers
