"""The page of the settings and the keys of ``Pulumi.yaml``, generated from the declaration.

``python -m infra.settings.page`` writes both.
"""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import yaml

from infra.naming import PROJECT
from infra.settings.agreement import key_of
from infra.settings.declaration import SUBJECTS
from infra.settings.field import as_text
from infra.settings.reading import PROJECT_DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from dataclasses import Field

    from infra.settings.agreement import Subject

PAGE = PROJECT_DIRECTORY / "docs" / "settings.md"
PROJECT_FILE = PROJECT_DIRECTORY / "Pulumi.yaml"

INTRODUCTION = """\
# Settings of a stack

For platform engineers. This page lists every setting, with its default and the allowed values.

Each environment is a Pulumi stack with its own file, `Pulumi.STACK.yaml`. Set a value with
`pulumi config set inference:KEY VALUE`; a key that is not set has its default. Wrong values and unknown keys
are reported together, before anything changes.

Set the ids of Slack and `captureHashKey` with `pulumi config set --secret`. The AWS region is the setting
`aws:region`.

`python -m infra.settings.page` generates this page and the keys of `Pulumi.yaml` from `infra/settings/subjects/`.
"""
HEAD = """
| key | default | allowed | description |
|---|---|---|---|
"""
CONFIG = "config:\n"
PULUMI_TYPES = {str: "string", int: "integer", bool: "boolean", float: "string"}
"""Pulumi has no type for fractions."""


def settings_page() -> str:
    """Return the page as Markdown."""
    return INTRODUCTION + "".join(map(_section, SUBJECTS))


def _section(subject: Subject) -> str:
    rows = [_row(each) for each in fields(subject.settings)]
    return f"\n## {subject.title}\n\n{_sentence(subject)}\n{HEAD}" + "\n".join(rows) + "\n"


def _sentence(subject: Subject) -> str:
    return (inspect.getdoc(subject.settings) or "").partition("\n")[0]


def _row(field: Field[Any]) -> str:
    default = as_text(field.default)
    shown = f"`{default}`" if default else "(empty)"
    metadata = field.metadata
    return f"| `{PROJECT}:{key_of(field.name)}` | {shown} | {metadata['rule'].expected} | {metadata['description']} |"


def project_file(text: str) -> str:
    """Return ``Pulumi.yaml`` with the declared keys.

    Parameters
    ----------
    text : str
        The file as it is; ``config:`` is its last member.
    """
    head, _, _ = text.partition(f"\n{CONFIG}")
    return f"{head}\n{CONFIG}" + "".join(line for subject in SUBJECTS for line in _keys(subject))


def _keys(subject: Subject) -> Iterator[str]:
    yield f"  # {subject.title}. {_sentence(subject)}\n"
    for field in fields(subject.settings):
        kind = type(field.default)
        declared = {
            "type": PULUMI_TYPES[kind],
            "description": field.metadata["description"],
            "default": as_text(field.default) if kind is float else field.default,
        }
        dumped = yaml.safe_dump({key_of(field.name): declared}, sort_keys=False, width=10_000, allow_unicode=True)
        yield textwrap.indent(dumped, "  ")


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
    PROJECT_FILE.write_text(project_file(PROJECT_FILE.read_text(encoding="utf-8")), encoding="utf-8")
