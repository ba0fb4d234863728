"""Writes docs/licences.md, the packages of the image and their licences: ``python -m infra.image.licences``."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from infra.image.bill_of_materials import licence_of, normalised

_ROOT = Path(__file__).resolve().parents[2]
PAGE = _ROOT / "docs" / "licences.md"

_HEAD = """# Licences

For reviewers of licences. This page lists the packages that the function's image adds to its base image, with the
licence that each package states. The image contains the packages' own licence files, ONNX Runtime's
`ThirdPartyNotices.txt`, and its bill of materials as CycloneDX at `/opt/sbom.cdx.json`. This project is under
[Apache-2.0](../LICENSE). `python -m infra.image.licences` writes this page, and a test compares it.

| package | version | licence |
|---|---|---|
"""


def image_packages() -> list[str]:
    """Return the names of the packages that the Dockerfile copies into the image."""
    dockerfile = (_ROOT / "Dockerfile").read_text(encoding="utf-8")
    return sorted({normalised(name) for name in re.findall(r"(\w+)-\*\.dist-info", dockerfile)})


def _home(package: Distribution) -> str:
    """Return the address that a package names as its home, or else as its source."""
    named = dict(each.lower().split(", ", 1) for each in package.metadata.get_all("Project-URL") or ())
    return package.metadata["Home-page"] or named.get("homepage") or named.get("source", "")


def page() -> str:
    """Return the page, from the metadata of the packages that are installed here."""
    rows = [distribution(name) for name in image_packages()]
    lines = [
        f"| [{normalised(each.metadata['Name'])}]({_home(each)}) | {each.version} | {licence_of(each)} |\n"
        for each in rows
    ]
    return _HEAD + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
