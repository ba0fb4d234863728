"""The page for people and what else needs no prediction."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from inference_lib.openapi import page
from inference_lib.openapi.descriptions import VERSION
from tests.inference_lib.asking import Asker


@pytest.fixture(scope="module")
def asker(bundle_path: Path) -> Asker:
    return Asker(bundle_path)


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_the_page_loads_nothing_from_outside(asker: Asker) -> None:
    shown = asker.send("GET", "/docs")
    assert (shown.status, shown.media_type) == (200, "text/html; charset=utf-8")
    assert re.findall(r'<(?:link|script) [^>]*(?:src|href)="([^"]*)"', shown.body) == [
        "data:,",
        f"docs/{page.STYLE}",
        f"docs/{page.SCRIPT}",
    ]
    for name, media_type in ((page.STYLE, "text/css"), (page.SCRIPT, "text/javascript")):
        asset = asker.send("GET", f"/docs/{name}")
        assert asset.status == 200
        assert asset.media_type.startswith(media_type)
        assert len(asset.body) < 5_000_000, "Lambda answers with 6 MB at most"


def test_a_missing_package_is_told(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PACKAGE", "no_such_package")
    response = asker.send("GET", f"/docs/{page.SCRIPT}")
    assert response.status == 404
    assert "swagger-ui-bundle, which is not installed here" in response.body


def test_head_is_get_without_a_body(asker: Asker) -> None:
    head, get = asker.send("HEAD", "/health"), asker.send("GET", "/health")
    assert (head.status, head.media_type, head.body) == (get.status, get.media_type, "")
    assert asker.send("HEAD", "/predict").status == 405


def test_pages_of_another_origin_may_call_by_setting_alone(bundle_path: Path, asker: Asker) -> None:
    assert asker.send("OPTIONS", "/predict").status == 405
    assert "access-control-allow-origin" not in asker.send("GET", "/health").headers
    allowing = Asker(bundle_path, CORS_ALLOW_ORIGIN="https://app.example.com")
    preflight = allowing.send("OPTIONS", "/predict")
    assert (preflight.status, preflight.body) == (204, "")
    assert preflight.headers["access-control-allow-methods"] == "POST, OPTIONS"
    for response in (preflight, allowing.send("GET", "/health"), allowing.send("GET", "/none")):
        assert response.headers["access-control-allow-origin"] == "https://app.example.com"
    assert allowing.send("OPTIONS", "/none").status == 404
