from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dashboard.layout import GRID_COLUMNS, Widget, rows_of, widgets_of
from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.dashboard.layout import Row


def _widget(x: int, y: int, width: int, height: int) -> Widget:
    return Widget(type="metric", properties={}, x=x, y=y, width=width, height=height)


_WIDGETS = st.lists(
    st.builds(
        lambda x, y, width, height: _widget(x, y, min(width, GRID_COLUMNS - x), height),
        st.integers(0, GRID_COLUMNS - 1),
        st.integers(0, 30),
        st.integers(1, GRID_COLUMNS),
        st.integers(1, 10),
    ),
    max_size=8,
)


def _placed(rows: tuple[Row, ...], left: int) -> Iterator[tuple[Widget, int, int]]:
    """Each widget with the place and the width that it is drawn at."""
    for row in rows:
        at = left
        for column in row:
            if isinstance(column.content, Widget):
                yield column.content, at, column.width
            elif column.content is not None:
                yield from _placed(column.content, at)
            at += column.width


def test_two_by_two_is_two_rows_of_two() -> None:
    widgets = [_widget(x, y, 12, 7) for y in (0, 7) for x in (0, 12)]
    rows = rows_of(widgets)
    assert [[column.content for column in row] for row in rows] == [widgets[:2], widgets[2:]]


def test_a_tall_widget_is_next_to_two_low_ones() -> None:
    tall, high, low = _widget(0, 0, 8, 10), _widget(8, 0, 16, 5), _widget(8, 5, 16, 5)
    ((left, right),) = rows_of([tall, high, low])
    assert left.content is tall
    assert isinstance(right.content, tuple)
    assert [[column.content for column in row] for row in right.content] == [[high], [low]]


def test_gaps_are_kept() -> None:
    ((before, shown, after),) = rows_of([_widget(6, 0, 6, 3)])
    assert (before.content, before.width, shown.width, after.content, after.width) == (None, 6, 6, None, 12)


@given(_WIDGETS)
def test_each_widget_is_drawn_once_and_rows_are_as_wide_as_the_grid(widgets: list[Widget]) -> None:
    rows = rows_of(widgets)
    drawn = [widget for widget, _, _ in _placed(rows, 0)]
    assert sorted(map(id, drawn)) == sorted(map(id, widgets))
    assert all(sum(column.width for column in row) == GRID_COLUMNS for row in rows)


@given(st.lists(st.integers(1, 24), min_size=1, max_size=6), st.integers(1, 9))
def test_widgets_side_by_side_stand_at_their_places(widths: list[int], height: int) -> None:
    widgets, x = [], 0
    for width in widths:
        if x + width <= GRID_COLUMNS:
            widgets.append(_widget(x, 0, width, height))
            x += width
    assert [(each.x, each.width) for each in widgets] == [(at, width) for _, at, width in _placed(rows_of(widgets), 0)]


def test_a_widget_without_a_position_is_below_the_others() -> None:
    first, second = widgets_of(
        {"widgets": [{"type": "text", "x": 0, "y": 0, "width": 24, "height": 2}, {"type": "log"}]}
    )
    assert (first.y, second.x, second.y, second.width, second.height) == (0, 0, 2, 6, 6)


@pytest.mark.parametrize("body", [{}, {"widgets": {}}, {"widgets": ["text"]}])
def test_what_is_no_dashboard_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(MonitoringError) as caught:
        widgets_of(body)
    assert str(caught.value) == 'The dashboard cannot be read: expected "widgets", a list of objects.'
