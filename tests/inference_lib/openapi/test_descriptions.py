"""The page for people and what else needs no prediction."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from inference_lib.openapi import page
from inference_lib.openapi.descriptions import VERSION
from tests.inference_lib.in_process import InProcessApi


@pytest.fixture(scope="module")
def api(bundle_path: Path) -> InProcessApi:
    return InProcessApi(bundle_path)


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_the_page_loads_nothing_from_outside(api: InProcessApi) -> None:
    shown = api.send("GET", "/docs")
    assert (shown.status, shown.media_type) == (200, "text/html; charset=utf-8")
    assert re.findall(r'<(?:link|script) [^>]*(?:src|href)="([^"]*)"', shown.body) == [
        "data:,",
        f"docs/{page.STYLE}",
        f"docs/{page.SCRIPT}",
    ]
    for name, media_type in ((page.STYLE, "text/css"), (page.SCRIPT, "text/javascript")):
        asset = api.send("GET", f"/docs/{name}")
        assert asset.status == 200
        assert asset.media_type.startswith(media_type)
        assert len(asset.body) < 5_000_000, "Lambda answers with 6 MB at most"


def test_a_missing_package_is_reported(api: InProcessApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PACKAGE", "no_such_package")
    response = api.send("GET", f"/docs/{page.SCRIPT}")
    assert response.status == 404
    assert "swagger-ui-bundle, which is not installed here" in response.body


def test_head_is_get_without_a_body(api: InProcessApi) -> None:
    head, get = api.send("HEAD", "/health"), api.send("GET", "/health")
    assert (head.status, head.media_type, head.body) == (get.status, get.media_type, "")
    assert api.send("HEAD", "/predict").status == 405


def test_pages_of_another_origin_may_call_by_setting_alone(bundle_path: Path, api: InProcessApi) -> None:
    assert api.send("OPTIONS", "/predict").status == 405
    assert "access-control-allow-origin" not in api.send("GET", "/health").headers
    allowing = InProcessApi(bundle_path, CORS_ALLOW_ORIGIN="https://app.example.com")
    preflight = allowing.send("OPTIONS", "/predict")
    assert (preflight.status, preflight.body) == (204, "")
    assert preflight.headers["access-control-allow-methods"] == "POST, OPTIONS"
    for response in (preflight, allowing.send("GET", "/health"), allowing.send("GET", "/none")):
        assert response.headers["access-control-allow-origin"] == "https://app.example.com"
    assert allowing.send("OPTIONS", "/none").status == 404
