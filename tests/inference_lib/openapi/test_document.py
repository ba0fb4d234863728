"""The OpenAPI document is valid, and matches the contract and the routes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from openapi_spec_validator import validate

from inference_lib.contract.reading import load_contract
from inference_lib.http.routes import ROUTES
from inference_lib.openapi.document import feature_schema, openapi_document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_document_is_valid_openapi_3_0_and_has_every_route(bundle_path: Path) -> None:
    document = openapi_document(load_contract(str(bundle_path)))
    validate(json.loads(json.dumps(document)))
    paths = json.loads(json.dumps(document["paths"]))
    assert {path: {m.upper() for m in methods} for path, methods in paths.items()} == {
        path: set(methods) for path, methods in ROUTES.items() if not path.startswith("/docs/")
    }


def test_features_keep_their_ranges_categories_and_nullability(bundle_path: Path) -> None:
    age, cups, chronotype = load_contract(str(bundle_path)).features
    assert feature_schema(age).items() >= {"type": "number", "nullable": True, "minimum": 0, "maximum": 120}.items()
    assert feature_schema(cups).items() >= {"type": "integer", "minimum": 0, "maximum": 20}.items()
    assert feature_schema(chronotype)["enum"] == ["early", "late"]
