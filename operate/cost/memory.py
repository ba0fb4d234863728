"""Cost and speed of each memory size, and the recommended one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from operate.cost.bill import bill
from operate.cost.usage import slowdown

if TYPE_CHECKING:
    from infra.prices.table import PriceList
    from operate.cost.inventory import Inventory
    from operate.cost.usage import Usage

STEPS_MB = (128, 256, 512, 1024, 1769, 3008)
"""One thread gains nothing above 1769 MB, which is a whole vCPU; 3008 shows that."""

HEADROOM = 2
"""Factor of the memory that one request of the export used."""

COLD_START_MS = 1000
"""Longest acceptable cold start, in milliseconds."""

WORTH_USD = 0.01
"""Sizes whose bills differ by less cost the same; the faster one is better."""


@dataclass(frozen=True, kw_only=True)
class MemorySize:
    """One size.

    Parameters
    ----------
    memory_mb : int, MB
        Of the function.
    latency_ms, cold_start_ms : float, milliseconds
        Duration of a warm request and of an initialisation.
    function_usd, total_usd : float, USD
        List price of a month for the function and for the whole stack.
    flaw : str
        Why it is not recommended; empty if it may be.
    """

    memory_mb: int
    latency_ms: float
    cold_start_ms: float
    function_usd: float
    total_usd: float
    flaw: str


def compare(inventory: Inventory, usage: Usage, prices: PriceList) -> list[MemorySize]:
    """Return the sizes in ascending order, including that of the stack."""
    return [
        _size(replace(inventory, memory_mb=memory_mb), usage, prices)
        for memory_mb in sorted({*STEPS_MB, inventory.memory_mb})
    ]


def _size(inventory: Inventory, usage: Usage, prices: PriceList) -> MemorySize:
    memory_mb, timing = inventory.memory_mb, usage.timing
    found = bill(inventory, usage, prices)
    return MemorySize(
        memory_mb=memory_mb,
        latency_ms=timing.latency_ms(memory_mb),
        cold_start_ms=timing.cold_start_ms(memory_mb),
        function_usd=found.services()["Lambda"].listed,
        total_usd=found.listed,
        flaw=_flaw(memory_mb, usage),
    )


def _flaw(memory_mb: int, usage: Usage) -> str:
    timing = usage.timing
    if memory_mb < HEADROOM * timing.memory_mb:
        return f"less than twice the {timing.memory_mb:.0f} MB used"
    if timing.cold_start_ms(memory_mb) > COLD_START_MS:
        return f"starts in more than {COLD_START_MS} ms"
    return ""


def recommended(sizes: list[MemorySize]) -> MemorySize | None:
    """Return the recommended size, or nothing if each has a flaw.

    It is the fastest of those that cost at most a cent more than the cheapest; of equally fast ones the smallest.
    """
    fit = [size for size in sizes if not size.flaw]
    if not fit:
        return None
    least = min(size.function_usd for size in fit)
    return min(
        (size for size in fit if size.function_usd <= least + WORTH_USD),
        key=lambda size: (slowdown(size.memory_mb), size.memory_mb),
    )
