"""Pieces of the report page: tiles, tables, bars and histograms as HTML and inline SVG."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Json

_KILO = 1000
_MAX_BARS = 24
_GAP = 1.5
_THINNEST = 0.04


def tile(value: str, caption: str) -> str:
    """Return one large number with its caption."""
    return f'<div class="tile"><b>{escape(value)}</b><span>{escape(caption)}</span></div>'


def size_text(size_bytes: int) -> str:
    """Return a size for people, in kB or MB of 1000."""
    return f"{size_bytes / _KILO:.0f} kB" if size_bytes < _KILO * _KILO else f"{size_bytes / _KILO / _KILO:.1f} MB"


def metric_text(value: float) -> str:
    """Return a metric for people: a large whole number in full, others with four digits."""
    return f"{value:,.0f}" if value >= _KILO and float(value).is_integer() else f"{value:.4g}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return a table.

    Parameters
    ----------
    head : sequence of str
        Column titles, as text.
    rows : sequence of sequence of str
        Cells, as HTML.
    numbers : sequence of int
        Columns that are set flush right.
    """

    def attribute(column: int) -> str:
        return ' class="number"' if column in numbers else ""

    titles = "".join(f"<th{attribute(column)}>{escape(title)}</th>" for column, title in enumerate(head))
    body = "".join(
        f"<tr>{''.join(f'<td{attribute(column)}>{cell}</td>' for column, cell in enumerate(row))}</tr>" for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'


def bars(counts: Json) -> str:
    """Return horizontal bars of the share of each name.

    Parameters
    ----------
    counts : dict of str to int
        Rows by name.
    """
    numbers = _counts(counts)
    total = sum(numbers.values()) or 1
    rows = "".join(
        f'<dt>{escape(name)}</dt><dd class="track"><i style="width:{100 * count / total:.1f}%"></i></dd>'
        f'<dd class="share">{count / total:.1%}</dd>'
        for name, count in numbers.items()
    )
    return f'<dl class="bars">{rows}</dl>'


def columns(counts: Json, size: tuple[int, int]) -> str:
    """Return the counts of categories as columns of equal width.

    Parameters
    ----------
    counts : dict of str to int
        Rows by category.
    size : tuple of int, pixels
        Width and height of the picture.
    """
    shown = list(_counts(counts).items())[:_MAX_BARS]
    return _picture([(name, 1.0, count, count) for name, count in shown], size)


def histogram(profile: Json, size: tuple[int, int], ends: tuple[float, float] | None = None) -> str:
    """Return the density of numbers: a column's area stands for its count.

    Parameters
    ----------
    profile : dict
        ``edges`` and ``counts`` of ``profile.json``.
    size : tuple of int, pixels
        Width and height of the picture.
    ends : tuple of float, optional
        Lowest and highest value, which close the first and the last bin; by default these bins
        are as wide as their neighbours.
    """
    if not isinstance(profile, dict):
        return ""
    edges, counts = _floats(profile.get("edges")), _floats(profile.get("counts"))
    if not edges:
        return _picture([("all", 1.0, count, count) for count in counts], size)
    low, high = ends or (2 * edges[0] - (edges[1:2] or edges)[0], 2 * edges[-1] - edges[-2:][0])
    limits = [low, *edges, high]
    # A bin of one value, such as zero, has no width of its own.
    thinnest = (high - low) * _THINNEST or 1.0
    bins = [
        (*pair, max(pair[1] - pair[0], thinnest), count) for pair, count in zip(pairwise(limits), counts, strict=True)
    ]
    return _picture(
        [(f"{left:g} to {right:g}", width, count / width, count) for left, right, width, count in bins], size
    )


def _picture(bins: Sequence[tuple[str, float, float, float]], size: tuple[int, int]) -> str:
    """Draw columns of (name, width, height, count), scaled to the picture."""
    width, height = size
    across = width / (sum(each for _, each, _, _ in bins) or 1)
    upwards = height / (max((each for _, _, each, _ in bins), default=0) or 1)
    pieces, left = [], 0.0
    for name, wide, high, count in bins:
        pieces.append(
            f'<rect class="bar" x="{left + _GAP / 2:.1f}" y="{height - high * upwards:.1f}" rx="1"'
            f' width="{max(wide * across - _GAP, 1):.1f}" height="{high * upwards:.1f}">'
            f"<title>{escape(name)}: {count:g} rows</title></rect>"
        )
        left += wide * across
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="distribution">{"".join(pieces)}</svg>'
    )


def _counts(counts: Json) -> dict[str, int]:
    if not isinstance(counts, dict):
        return {}
    return {name: count for name, count in counts.items() if isinstance(count, int)}


def _floats(values: Json) -> list[float]:
    return [value for value in values if isinstance(value, (int, float))] if isinstance(values, list) else []
