from __future__ import annotations

from datetime import UTC, datetime

from console.dashboard.gather import drawn
from console.dashboard.metric_entries import lines_of
from console.monitoring.interface import Series

_NOON = (datetime(2026, 11, 21, 12, tzinfo=UTC),)


def test_visible_lines_are_drawn_in_the_order_of_the_widget_with_names_of_their_own() -> None:
    lines = lines_of(
        {"metrics": [["N", "A", {"id": "a", "visible": False}], ["N", "B"], ["N", "C", {"yAxis": "right"}]]}
    )
    found = [
        Series(id="m2", label="Errors", times=_NOON, values=(2.0,)),
        Series(id="m1", label="Errors", times=_NOON, values=(1.0,)),
        Series(id="a", label="hidden", times=_NOON, values=(0.0,)),
    ]
    assert [(each.name, each.values, each.axis) for each in drawn(lines, found)] == [
        ("Errors", (1.0,), "left"),
        ("Errors (2)", (2.0,), "right"),
    ]
