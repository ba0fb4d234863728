"""The model: its contract, the profile of its training data and the report of its export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from console.charts.bars import histogram
from console.connection import session
from console.dashboard.marks import plain
from console.model.bundle_files import BUNDLES_VARIABLE, bundle_folder, counts_of, profile_of, report_of

if TYPE_CHECKING:
    from pathlib import Path

_REPORT_PX = 900
_CHART_PX = 190
_CHARTS = 3
_ROW_PX = 35


def main() -> None:
    """Draw the page."""
    contract = session.contract()
    api_url = session.settings().api_url
    folder = bundle_folder(contract["name"], contract["version"])
    title, docs = st.columns([4, 1], vertical_alignment="bottom")
    title.header(contract["name"], anchor=False)
    docs.link_button("API docs", f"{api_url}/docs", icon=":material/api:", width="stretch")
    commit = f" · trained at commit `{contract['git_commit'][:12]}`" if contract.get("git_commit") else ""
    described = f"{contract['description']} · " if contract["description"] else ""
    st.caption(f"{described}version `{contract['version']}` · {contract['task']}{commit}")
    _metrics(contract["metrics"])
    if contract["classes"]:
        st.markdown("**Classes:** " + " ".join(f":gray-badge[{plain(str(value))}]" for value in contract["classes"]))
    features, data, report = st.tabs(["Features", "Training data", "Report"])
    profile = profile_of(folder) if folder else None
    with features:
        _features(contract["features"], profile)
    with data:
        _profile(contract["features"], profile)
    with report:
        _report(report_of(folder) if folder else None, contract)


def _metrics(metrics: dict[str, float]) -> None:
    with st.container(horizontal=True):
        for name, value in metrics.items():
            st.metric(name.replace("_", " "), f"{value:.4g}", border=True)


def _features(features: list[dict[str, Any]], profile: dict[str, Any] | None) -> None:
    table = pd.DataFrame([_feature_row(feature) for feature in features])
    shown: dict[str, Any] = {
        "feature": st.column_config.TextColumn(pinned=True),
        "description": st.column_config.TextColumn(width="large"),
    }
    if profile is not None:
        table.insert(2, "distribution", [_counts(feature, profile)[1] for feature in features])
        shown["distribution"] = st.column_config.BarChartColumn(help="Rows of the training data", y_min=0)
    st.dataframe(table, hide_index=True, width="stretch", column_config=shown, height=_ROW_PX * (len(table) + 1) + 3)
    _categories(features)


def _number_of(categories: list[str]) -> str:
    return "1 category" if len(categories) == 1 else f"{len(categories)} categories"


def _categories(features: list[dict[str, Any]]) -> None:
    """List the categories, which a cell of a table would cut off."""
    listed = [feature for feature in features if feature["categories"] is not None]
    if listed:
        st.markdown("**Categories**")
    for feature in listed:
        badges = " ".join(f":gray-badge[{plain(category)}]" for category in feature["categories"])
        st.markdown(f"{plain(feature['name'])}: {badges}")


def _counts(feature: dict[str, Any], profile: dict[str, Any]) -> tuple[list[str], list[float]]:
    known = profile["features"].get(feature["name"], {})
    return counts_of(known, feature["observed_minimum"], feature["observed_maximum"])


def _feature_row(feature: dict[str, Any]) -> dict[str, str]:
    def between(low: float | None, high: float | None) -> str:
        return "" if low is None and high is None else f"{_bound(low)} to {_bound(high)}"

    categories = feature["categories"]
    return {
        "feature": feature["name"],
        "type": feature["type"],
        "unit": feature["unit"],
        "allowed": between(feature["minimum"], feature["maximum"]) if categories is None else _number_of(categories),
        "observed in training": between(feature["observed_minimum"], feature["observed_maximum"]),
        "optional": "yes" if feature["nullable"] else "no",
        "description": feature["description"],
    }


def _bound(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _profile(features: list[dict[str, Any]], profile: dict[str, Any] | None) -> None:
    if profile is None:
        _explain_where("profile")
        return
    st.caption(f"Distribution of the values in the {profile['rows']:,} reference rows of the export.")
    for start in range(0, len(features), _CHARTS):
        for column, feature in zip(st.columns(_CHARTS), features[start : start + _CHARTS], strict=False):
            with column.container(border=True):
                missing = profile["features"].get(feature["name"], {}).get("missing_share") or 0
                unit = f" ({feature['unit']})" if feature["unit"] else ""
                st.markdown(
                    f"**{feature['name']}**{unit}" + (f" :gray-badge[{missing:.1%} missing]" if missing else "")
                )
                st.altair_chart(histogram(*_counts(feature, profile), _CHART_PX), width="stretch")


def _report(report: Path | None, contract: dict[str, Any]) -> None:
    if report is None:
        _explain_where("report")
        return
    name = f"{contract['name']}-{contract['version']}-report.html"
    content = report.read_text(encoding="utf-8")
    st.download_button("Download the report", content, name, "text/html", icon=":material/download:")
    st.iframe(report, height=_REPORT_PX)


def _explain_where(what: str) -> None:
    st.info(
        f"The {what} is part of the bundle, which the API does not return. Start the console where `bundles/` contains "
        f"it, or set `{BUNDLES_VARIABLE}` to the folder of the bundles.",
        icon=":material/lightbulb:",
    )


if __name__ == "__main__":
    with session.errors_shown():
        main()
