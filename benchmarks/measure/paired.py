"""Paired measurements: every alternative in turn, round by round, so that drift of the machine affects all."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Result:
    """The cost of one alternative.

    Parameters
    ----------
    way : str
        Its name.
    median : float
        Median of the rounds, in the unit of its table's title.
    ratio : float
        Median of the rounds' ratios to the reference.
    """

    way: str
    median: float
    ratio: float


def calls(ways: Mapping[str, Callable[[], object]], rounds: int, repeats: int) -> list[Result]:
    """Time calls within this process.

    Parameters
    ----------
    ways : mapping of str to callable
        By name; the first is the reference.
    rounds, repeats : int
        Each round calls every alternative ``repeats`` times; a round's figure is the mean of one call.
    """
    times: dict[str, list[float]] = {way: [] for way in ways}
    gc.collect()
    for round_ in range(rounds + 1):
        for way, call in ways.items():
            started = time.perf_counter()
            for _ in range(repeats):
                call()
            if round_:
                times[way].append((time.perf_counter() - started) / repeats)
    first = times[next(iter(ways))]
    return [
        Result(
            way,
            median(times[way]) * 1000,
            median(mine / base for mine, base in zip(times[way], first, strict=True)),
        )
        for way in ways
    ]


def table(title: str, results: Sequence[Result]) -> str:
    """Return results as a Markdown table."""
    lines = [f"### {title}", "", "| way | median | ratio |", "|---|---:|---:|"]
    lines += [f"| {each.way} | {three_digits(each.median)} | {each.ratio:.2f} |" for each in results]
    return "\n".join([*lines, ""])


def three_digits(value: float) -> str:
    """Return a number with three digits."""
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
