"""The page of the settings, made from their declaration: ``python -m infra.settings.page > docs/settings.md``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from infra.settings.declaration import declared as declared_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT_FILE = Path(__file__).resolve().parents[2] / "Pulumi.yaml"
INTRODUCTION = """\
# Settings of a stack

Each environment is a Pulumi stack with a file of its own, `Pulumi.STACK.yaml`. Set a value with
`pulumi config set inference:KEY VALUE`; what is not set has the default. Wrong values and unknown keys
are reported together, before anything is changed.

The ids of Slack and `captureHashKey` are set with `pulumi config set --secret`. The AWS region is the setting
`aws:region`.

This page is made from `Pulumi.yaml` by `python -m infra.settings.page > docs/settings.md`.

| key | default | allowed | what it is |
|---|---|---|---|
"""


def settings_page(project: Mapping[str, Any]) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    project : dict
        The members of ``Pulumi.yaml``.
    """
    rules = {key: field.metadata["rule"] for key, field in declared_settings().items()}
    rows = [
        f"| `{project['name']}:{key}` | {_default(declared['default'])} | {rules[key].expected} "
        f"| {declared['description']} |"
        for key, declared in project["config"].items()
    ]
    return INTRODUCTION + "\n".join(rows) + "\n"


def _default(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else "(empty)"


if __name__ == "__main__":
    sys.stdout.write(settings_page(yaml.safe_load(PROJECT_FILE.read_text(encoding="utf-8"))))
