"""Doubles in their order: neighbours differ by one, so that a bisection between any two ends after 64 steps."""

from __future__ import annotations

import struct


def order_of(value: float) -> int:
    """Return the place of a double among all doubles; 0 for both zeros."""
    (bits,) = struct.unpack(">q", struct.pack(">d", abs(value)))
    return -int(bits) if value < 0 else int(bits)


def double_of(order: int) -> float:
    """Return the double at a place of ``order_of``."""
    (value,) = struct.unpack(">d", struct.pack(">q", abs(order)))
    return -float(value) if order < 0 else float(value)
