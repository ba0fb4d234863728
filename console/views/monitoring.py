"""The declared dashboard, panel by panel."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from console.connection import session
from console.dashboard.gather import Span, panels_of
from console.dashboard.layout import rows_of, widgets_of
from console.dashboard.panels import draw, draw_rows, span_words

_RANGES = {
    name: timedelta(hours=hours)
    for name, hours in {"1 h": 1, "3 h": 3, "12 h": 12, "1 d": 24, "3 d": 72, "1 w": 168}.items()
}
_PERIODS: dict[str, int | None] = {
    "As declared": None,
    "1 minute": 60,
    "5 minutes": 300,
    "1 hour": 3600,
    "1 day": 86400,
}
_REFRESHES: dict[str, int | None] = {"Off": None, "5 s": 5, "10 s": 10, "30 s": 30, "1 min": 60, "5 min": 300}
_TRAFFIC = "python -m local_stack replay synthetic"


def main() -> None:
    """Draw the controls, and the dashboard, which refreshes automatically."""
    is_billed = session.monitoring().is_billed
    title, length, period, refresh = st.columns([2.4, 4, 2, 1.6], vertical_alignment="bottom")
    title.header("Monitoring", anchor=False)
    # A newly started stack has no data for the half day of the declared dashboard.
    start = "12 h" if is_billed else "1 h"
    chosen = length.segmented_control("Range", list(_RANGES), default=start, required=True, key="range")
    period_s = _PERIODS[period.selectbox("Period", list(_PERIODS), key="period")]
    every = refresh.selectbox(
        "Refresh",
        list(_REFRESHES),
        index=list(_REFRESHES).index("1 min" if is_billed else "5 s"),
        key="refresh",
        help="AWS bills each requested metric; log queries are repeated at most every five minutes."
        if is_billed
        else None,
    )
    length_of_range = _RANGES[chosen or start]
    st.fragment(_dashboard, run_every=_REFRESHES[every])(length_of_range, period_s)


def _dashboard(length: timedelta, period_s: int | None) -> None:
    with session.errors_shown():
        monitoring = session.monitoring()
        stack = monitoring.about()
        widgets = widgets_of(monitoring.dashboard())
        span = Span(start=stack.now - length, end=stack.now, period_s=period_s)
        logs = [widget for widget in widgets if widget.type == "log"]
        panels = panels_of(monitoring, [widget for widget in widgets if widget not in logs], span)
        st.caption(f"{stack.place[0].upper()}{stack.place[1:]} · {stack.now:%d %b %Y %H:%M:%S} UTC · all times are UTC")
        if not any(panel.is_measured for panel in panels.values()):
            _explain_how(span_words(length), is_local=not monitoring.is_billed)
        places = draw_rows(rows_of(widgets), panels, span)
        # A query of a long log takes seconds; the graphs must not wait for it.
        for widget, panel in panels_of(monitoring, logs, span).items():
            with places[widget]:
                draw(panel, span)


def _explain_how(length: str, *, is_local: bool) -> None:
    st.info(
        f"No data in the last {length}. "
        + ("Generate traffic from a terminal:" if is_local else "Choose a longer range, or call the API:"),
        icon=":material/lightbulb:",
    )
    st.code(_TRAFFIC if is_local else f"curl {session.settings().api_url}/health", language="sh")


if __name__ == "__main__":
    with session.errors_shown():
        main()
