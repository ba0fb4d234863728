"""The distribution of each feature and prediction now, next to that of the reference rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from console.charts.bars import distribution_bars
from console.connection import session
from console.dashboard.marks import plain
from console.model.bundle_files import BUNDLES_VARIABLE, bundle_folder, profile_of
from console.model.drift import Report, counts_in_log, last_report, moved_share, shares, variables_of

if TYPE_CHECKING:
    from datetime import datetime

    from console.model.drift import Variable
    from console.monitoring.interface import JsonObject, Monitoring

_LAST_REPORT = "Last report"
_RANGES = {name: timedelta(hours=hours) for name, hours in {"1 h": 1, "12 h": 12, "1 d": 24, "1 w": 168}.items()}
_REPORTS = timedelta(days=14)
_COLUMNS = 2
_OFF = (
    "No report of the model monitor was found, so there is no verdict. Switch the monitor on with "
    "`inference:modelMonitor true`, on this machine with `--set modelMonitor=true`."
)
_NO_BINS = (
    "The log has no bins of this model version in this range. Send some traffic, choose a longer range, or set "
    "`inference:logBins true`."
)


class _Compared(NamedTuple):
    """A variable with its bins, its share that moved, and the verdict of the monitor if there is one."""

    variable: Variable
    rows: list[tuple[str, float, float]]
    moved: float
    instances: float
    measure: tuple[float, float] | None

    @property
    def ratio(self) -> float:
        index, critical = self.measure or (0.0, 0.0)
        return index / critical if critical else 0.0


def main() -> None:
    """Draw the page."""
    contract = session.contract()
    monitoring = session.monitoring()
    title, control = st.columns([2, 3], vertical_alignment="bottom")
    title.header("Drift", anchor=False)
    folder = bundle_folder(contract["name"], contract["version"])
    profile = profile_of(folder) if folder else None
    if profile is None:
        st.info(
            "The reference profile is part of the bundle, which the API does not return. Start the console where "
            f"`bundles/` contains it, or set `{BUNDLES_VARIABLE}` to the folder of the bundles.",
            icon=":material/lightbulb:",
        )
        return
    now = monitoring.about().now
    report = last_report(monitoring, now - _REPORTS, now)
    if report and report.version != contract["version"]:
        report = None
    choices = [*([_LAST_REPORT] if report else []), *_RANGES]
    chosen = control.segmented_control(
        "Window", choices, default=choices[0] if report else "1 d", required=True, key="window"
    )
    start, end = now - _RANGES.get(chosen or "1 d", _RANGES["1 d"]), now
    if chosen == _LAST_REPORT and report:
        start, end = report.start, report.end
    if report is None:
        st.caption(_OFF)
    _compared(monitoring, profile, contract["version"], (start, end), report if chosen == _LAST_REPORT else None)


def _compared(
    monitoring: Monitoring,
    profile: JsonObject,
    version: str,
    window: tuple[datetime, datetime],
    report: Report | None,
) -> None:
    variables = variables_of(profile)
    found = _comparisons(variables, counts_in_log(monitoring, variables, version, *window), report)
    instances = int(max((each.instances for each in found), default=0))
    start, end = window
    st.caption(
        f"Version `{version}` · {instances:,} instances from {start:%d %b %H:%M} to {end:%d %b %H:%M} UTC · "
        f"{profile['rows']:,} reference rows"
    )
    st.markdown(":gray-badge[:material/square: reference] :blue-badge[:material/square: now]")
    if not instances:
        st.info(_NO_BINS, icon=":material/lightbulb:")
        return
    for position in range(0, len(found), _COLUMNS):
        for column, each in zip(st.columns(_COLUMNS), found[position : position + _COLUMNS], strict=False):
            with column.container(border=True):
                _card(each)


def _comparisons(variables: list[Variable], counts: list[dict[str, float]], report: Report | None) -> list[_Compared]:
    found = []
    for variable, count in zip(variables, counts, strict=True):
        rows = shares(variable, count)
        measure = report.measures.get((variable.is_prediction, variable.name)) if report else None
        found.append(_Compared(variable, rows, moved_share(rows), sum(count.values()), measure))
    return sorted(found, key=lambda each: (-(each.ratio > 1), -each.ratio, -each.moved))


def _card(each: _Compared) -> None:
    kind = " :gray-badge[prediction]" if each.variable.is_prediction else ""
    verdict = ""
    words = f"{each.moved:.1%} of the instances are in other bins"
    if each.measure:
        has_drifted = each.ratio > 1
        verdict = (
            " :red-badge[:material/trending_up: drifted]" if has_drifted else " :green-badge[:material/check: stable]"
        )
        words = f"stability index {each.measure[0]:.2f}, drift starts at {each.measure[1]:.2f} · {words}"
    st.markdown(f"**{plain(each.variable.title)}**{kind}{verdict}")
    st.altair_chart(distribution_bars(each.rows), width="stretch")
    rows = sum(each.variable.counts.values())
    st.caption(f"{words} · {rows:,.0f} reference rows, {each.instances:,.0f} instances now")


if __name__ == "__main__":
    with session.errors_shown():
        main()
