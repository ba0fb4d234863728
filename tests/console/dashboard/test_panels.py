"""Every kind of widget is drawn, without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from console.dashboard.panels import span_words

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _every_kind() -> None:
    """Runs in the application, which takes its source and nothing around it."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from console.charts.frames import DrawnSeries  # noqa: PLC0415
    from console.dashboard.gather import Panel, Span  # noqa: PLC0415
    from console.dashboard.layout import rows_of, widgets_of  # noqa: PLC0415
    from console.dashboard.panels import draw, draw_rows  # noqa: PLC0415
    from console.monitoring.interface import LogAnswer  # noqa: PLC0415

    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    span = Span(start=noon - timedelta(hours=1), end=noon, period_s=None)
    series = (
        DrawnSeries(name="Errors", times=(noon,), values=(1234.5,)),
        DrawnSeries(name="None", times=(), values=()),
    )
    answer = LogAnswer(rows=({"@timestamp": "2026-11-21 12:00:00.000", "route": "POST /predict"},), records_scanned=1)
    wrong = {"annotations": {"horizontal": [{"value": "high"}]}}
    views = {"number": "singleValue", "gauge": "gauge", "bar": "bar", "table": "table", "graph": "timeSeries"}
    body = [
        {"type": "text", "properties": {"markdown": "# Hello"}},
        *({"type": "metric", "properties": {"view": view, "title": title}} for title, view in views.items()),
        {"type": "metric", "properties": {"view": "timeSeries", "title": "wrong", **wrong}},
        {"type": "log", "properties": {"view": "table", "title": "rows"}},
        {"type": "alarm", "properties": {"title": "alarms"}},
        {"type": "explorer", "properties": {"title": "explorer"}},
    ]
    widgets = widgets_of({"widgets": body})
    panels = {
        each: Panel(widget=each, series=series, answer=answer if each.type == "log" else None) for each in widgets
    }
    late = widgets[7]
    places = draw_rows(rows_of(widgets), {each: panels[each] for each in widgets if each is not late}, span)
    with places[late]:
        draw(panels[late], span)


def test_every_kind_of_widget_is_drawn_and_a_wrong_one_says_why() -> None:
    app = AppTest.from_function(_every_kind, default_timeout=30).run()
    assert not app.exception
    texts = [each.value for each in app.markdown]
    assert texts[0] == "# Hello"
    titles = ["number", "gauge", "bar", "table", "graph", "wrong", "rows", "alarms", "explorer"]
    assert [text for text in texts if text.strip("*") in titles] == [f"**{title}**" for title in titles]
    assert [(each.label, each.value) for each in app.metric] == [("Errors", "1,234"), ("None", "-")] * 2
    assert len(app.get("vega_lite_chart")) == 2, "bars and lines"
    assert [each.value for each in app.error] == [
        "A horizontal annotation of a widget: expected a number for its value."
    ]
    assert list(app.dataframe[1].value["route"]) == ["POST /predict"]
    assert [each.value for each in app.caption] == [
        "None of the alarms exists. Are they deployed?",
        "Widgets of the type explorer are shown only in the AWS console.",
    ]


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "1 hour"), (12, "12 hours"), (24, "1 day"), (72, "3 days"), (168, "7 days")]
)
def test_ranges_are_in_words(hours: int, words: str) -> None:
    assert span_words(timedelta(hours=hours)) == words
