"""What is wrong between settings, and what people call a setting."""

from __future__ import annotations

from typing import NamedTuple


class Disagreement(NamedTuple):
    """What is wrong between settings.

    Parameters
    ----------
    name : str
        The field whose setting is to be mended.
    fault : str
        What is wrong with it.
    expected, example : str
        What is allowed; empty when it is as for the setting alone.
    """

    name: str
    fault: str
    expected: str = ""
    example: str = ""


def key_of(name: str) -> str:
    """Return the configuration key of a field: ``memory_mb`` is ``memoryMb``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
