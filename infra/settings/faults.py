"""Messages about settings: the key, the fault, the allowed values, and the command that sets one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from infra.settings.agreement import key_of
from infra.settings.declaration import declared
from infra.settings.subjects.capture import RANDOM_KEY

if TYPE_CHECKING:
    from dataclasses import Field


def fault_in(namespace: str, name: str, fault: str, expected: str = "", example: str = "") -> str:
    """Return the message about one setting of a stack; the parameters are those of ``fault_of``, with a name."""
    return fault_of(namespace, declared()[key_of(name)], fault, expected, example)


def fault_of(namespace: str, field: Field[Any], fault: str, expected: str = "", example: str = "") -> str:
    """Return the message about one setting.

    Parameters
    ----------
    namespace : str
        Namespace of the keys.
    field : Field
        The declaration of the setting, made by ``infra.settings.field.setting``.
    fault : str
        The fault, such as ``64 is too small``.
    expected, example : str
        The allowed values and an example; empty for those of the setting itself.
    """
    key, metadata = key_of(field.name), field.metadata
    value = example or metadata["example"]
    option = "--secret " if metadata["rule"].is_secret else ""
    return (
        f"{namespace}:{key}: {fault}; expected {expected or metadata['rule'].expected}. "
        f"Set it: pulumi config set {option}{namespace}:{key} {value if value == RANDOM_KEY else shlex.quote(value)}"
    )
