"""The declaration of a setting: default, rule, description, and an example for messages."""

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
        Its value if the stack does not set it.
    rule : Rule
        The allowed values.
    description : str
        Description for ``Pulumi.yaml`` and ``docs/settings.md``.
    example : str
        A value for messages; empty means the default.
    """
    metadata = {"rule": rule, "description": description, "example": example or as_text(default)}
    return field(default=default, repr=not rule.is_secret, metadata=metadata)


def as_text(value: object) -> str:
    """Return a value in the form of Pulumi's command line."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
