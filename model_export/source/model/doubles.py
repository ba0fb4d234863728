"""Doubles in their order: neighbours differ by one, so that a bisection between any two ends after 64 steps."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_USUAL_BOUNDS: Final = (0.0, -1.0, 1.0)
"""Of functions that people put before a model."""
_HALVINGS: Final = 64
"""Doubles have 64 bits, so that so many halvings end at two neighbours."""


def order_of(value: float) -> int:
    """Return the place of a double among all doubles; 0 for both zeros."""
    (bits,) = struct.unpack(">q", struct.pack(">d", abs(value)))
    return -int(bits) if value < 0 else int(bits)


def double_of(order: int) -> float:
    """Return the double at a place of ``order_of``."""
    (value,) = struct.unpack(">d", struct.pack(">q", abs(order)))
    return -float(value) if order < 0 else float(value)


def last_answered(answers: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return the last double that is answered, between one that is and one that is not.

    A logarithm and a root end at 0, and ``log1p`` at -1: a few calls find such a bound, where halving takes sixty.

    Parameters
    ----------
    answers : callable
        Tells whether a number is answered.
    inside, outside : float
        A number that is, and one that is not.
    """
    inside, outside = _narrowed(answers, inside, outside)
    for _ in range(_HALVINGS):
        middle = double_of((order_of(inside) + order_of(outside)) // 2)
        if middle in {inside, outside}:
            break
        inside, outside = (middle, outside) if answers(middle) else (inside, middle)
    return inside


def _narrowed(answers: Callable[[float], bool], inside: float, outside: float) -> tuple[float, float]:
    """Return what is left between the two: neighbours where the bound is a usual one."""
    for bound in _USUAL_BOUNDS:
        if not min(inside, outside) <= bound <= max(inside, outside):
            continue
        if bound == inside or (bound != outside and answers(bound)):
            inside, beyond = bound, math.nextafter(bound, outside)
            if not answers(beyond):
                return inside, beyond
        else:
            outside, before = bound, math.nextafter(bound, inside)
            if answers(before):
                return before, outside
    return inside, outside
