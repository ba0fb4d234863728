"""Draws annotations: lines, filled sides and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from console.charts.frames import epoch_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from console.charts.annotations import Level, Moment
    from console.charts.frames import Axis

WORDS_COLOR = "#6f7a8a"
"""Legible on light and dark, and on red."""
_FILL_OPACITY = 0.1
_FONT_SIZE = 11
_LINE_HEIGHT = 14
_DASH = [5, 4]
_NEAR_TOP = 0.9


def fills(levels: Sequence[Level], limits: tuple[float, float], y: alt.Y) -> list[alt.Chart]:
    """Return the filled sides of levels, within the limits of their scale."""
    bottom, top = limits
    made = []
    for level in levels:
        sides = {"above": (level.value, top), "below": (bottom, level.value), "between": (level.value, level.until)}
        ends = [min(max(end, bottom), top) for end in sides.get(level.fill, ()) if end is not None]
        if ends:
            table = pd.DataFrame([{"value": min(ends), "until": max(ends)}])
            made.append(alt.Chart(table).mark_rect(color=level.color, opacity=_FILL_OPACITY).encode(y=y, y2="until:Q"))
    return made


def rules(levels: Sequence[Level], limits: tuple[float, float], y: alt.Y) -> list[alt.Chart]:
    """Return the lines of levels with their labels; those beyond the limits are shown at the edge, with an arrow."""
    bottom, top = limits
    made = []
    beyond = 0
    for level in levels:
        for value in (level.value, level.until):
            if value is not None and bottom <= value <= top:
                table = alt.Chart(pd.DataFrame([{"value": value}]))
                made.append(table.mark_rule(color=level.color, strokeDash=_DASH, strokeWidth=1.2).encode(y=y))
        label = f"{level.label} {level.value:g}".strip()
        if bottom <= level.value <= top:
            below = level.value > bottom + (top - bottom) * _NEAR_TOP
            made.append(_words(label, level.axis, dy=9 if below else -7).encode(y=alt.datum(level.value)))
        else:
            distance = 6 + _LINE_HEIGHT * beyond
            is_above = level.value > top
            words = _words(f"{'↑' if is_above else '↓'} {label}", level.axis)
            made.append(words.encode(y=alt.value(distance if is_above else alt.expr(f"height - {distance}"))))
            beyond += 1
    return made


def _words(text: str, axis: Axis, dy: int = 0) -> alt.Chart:
    made: alt.Chart = alt.Chart(pd.DataFrame([{}], index=[0])).mark_text(
        text=text,
        color=WORDS_COLOR,
        fontSize=_FONT_SIZE,
        # Labels of the two scales start at opposite ends, so that they do not overlap.
        align="left" if axis == "right" else "right",
        x=alt.expr("4" if axis == "right" else "width - 4"),
        dy=dy,
    )
    return made


def moments(marks: Sequence[Moment], start: datetime, end: datetime, x: alt.X) -> list[alt.Chart]:
    """Return the lines of moments with their labels and filled sides, within the range of the graph."""
    made = []
    for mark in marks:
        table = alt.Chart(pd.DataFrame([{"time": epoch_ms(mark.time)}]))
        made.append(table.mark_rule(color=mark.color, strokeDash=_DASH).encode(x=x))
        words = table.mark_text(text=mark.label, color=WORDS_COLOR, align="left", dx=4, y=8, fontSize=_FONT_SIZE)
        made.append(words.encode(x=x))
        sides = {"before": (start, mark.time), "after": (mark.time, end), "between": (mark.time, mark.until)}
        if mark.fill in sides:
            first, last = sides[mark.fill]
            side = alt.Chart(pd.DataFrame([{"time": epoch_ms(first), "until": epoch_ms(last or first)}]))
            made.append(side.mark_rect(color=mark.color, opacity=_FILL_OPACITY).encode(x=x, x2="until:T"))
    return made
