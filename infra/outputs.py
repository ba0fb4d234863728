"""The outputs of a stack, which ``pulumi stack output`` shows."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import pulumi

Exports: TypeAlias = dict[str, pulumi.Input[object]]
"""Exported values, by name."""


class Exporting(Protocol):
    """A component that contributes to the outputs of the stack."""

    exports: Exports


def export_outputs(*components: Exporting) -> None:
    """Export the addresses, names and commands of the components.

    Parameters
    ----------
    *components : Exporting
        The components with exports.
    """
    for component in components:
        for name, value in component.exports.items():
            pulumi.export(name, value)
