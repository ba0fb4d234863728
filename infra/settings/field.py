"""How a setting is declared: its default, its rule, what it is, and an example for messages."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.settings.values.rule import Rule, Value


def setting(default: Value, rule: Rule, description: str, example: str = "") -> Any:  # noqa: ANN401 - as dataclasses.field
    """Return the field of a setting.

    Parameters
    ----------
    default : str, int, float or bool
        Its value when the stack does not set it.
    rule : Rule
        The values that are allowed.
    description : str
        What it is, for ``Pulumi.yaml`` and ``docs/settings.md``.
    example : str
        A value for messages; the default when empty.
    """
    metadata = {"rule": rule, "description": description, "example": example or as_text(default)}
    return field(default=default, repr=not rule.is_secret, metadata=metadata)


def as_text(value: object) -> str:
    """Return a value as Pulumi's command line takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
