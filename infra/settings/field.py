"""How a field of the settings is declared: its default, its rule, and an example for messages."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.settings.rules import Rule


def setting(default: str | float | bool, rule: Rule, example: str = "") -> Any:  # noqa: ANN401 - as dataclasses.field
    """Return the field of a setting.

    Parameters
    ----------
    default : str, int, float or bool
        Of the setting.
    rule : Rule
        What it may be.
    example : str
        Shown where the value is wrong; the default when empty.
    """
    shown_default = str(default).lower() if isinstance(default, bool) else str(default)
    return field(default=default, metadata={"rule": rule, "example": example or shown_default})


def secret(rule: Rule, example: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    """Return a field whose value is not shown.

    Parameters
    ----------
    rule : Rule
        What it may be.
    example : str
        Shown in messages.
    """
    return field(default="", repr=False, metadata={"rule": rule, "example": example})
