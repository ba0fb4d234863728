"""The versions of the model: which is live, and what differs between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from console.connection import session
from console.connection.api import ApiError
from console.dashboard.marks import plain
from console.model.bundle_files import BUNDLES_VARIABLE
from console.model.versions import (
    MOST_CASES,
    Version,
    answer_changes,
    feature_changes,
    golden_cases,
    metric_changes,
    versions_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_METRICS = 4


def main() -> None:
    """Draw the page."""
    contract = session.contract()
    live = str(contract["version"])
    found = versions_of(contract["name"])
    known = [each.version for each in found]
    if live not in known:
        found = [Version(version=live, contract=contract), *found]
    st.header("Versions", anchor=False)
    st.caption(f"{contract['name']} · version `{live}` is live")
    _table(found, live)
    _published()
    others = [each for each in found if each.version != live]
    if not others:
        st.info(
            "There is no other version of this model on this machine. Start the console where `bundles/` contains the "
            f"versions, or set `{BUNDLES_VARIABLE}` to the folder of the bundles.",
            icon=":material/lightbulb:",
        )
        return
    by_name = {each.version: each for each in found}
    st.subheader("Compare", anchor=False)
    left, right = st.columns(2)
    before = by_name[left.selectbox("Before", list(by_name), index=list(by_name).index(live), key="before")]
    after = by_name[right.selectbox("After", list(by_name), index=_first_other(list(by_name), live), key="after")]
    _compare(before, after)
    _answers(others, live)


def _published() -> None:
    """List the published versions of a deployed stack, and what its alias points to."""
    if session.settings().source != "aws":
        return
    st.subheader("Published in AWS", anchor=False)
    with session.errors_shown():
        found = session.monitoring().published()
        rows = [
            {
                "version": each.number,
                "requests": f"{each.share:.0%}" if each.share else "",
                "model version": each.model_version,
                "published (UTC)": f"{each.time:%d %b %Y %H:%M}",
            }
            for each in found
        ]
        st.caption("Versions of the function. The alias `live`, which the API calls, sends each its share of requests.")
        _rows_or(rows, "No version is published yet: make up.")


def _first_other(names: Sequence[str], live: str) -> int:
    return next(index for index, name in enumerate(names) if name != live)


def _table(found: Sequence[Version], live: str) -> None:
    rows = [
        {
            "version": each.version,
            "live": "live" if each.version == live else "",
            "exported (UTC)": each.exported,
            "features": len(each.contract["features"]),
            **{name.replace("_", " "): value for name, value in list(each.contract["metrics"].items())[:_MOST_METRICS]},
            "commit": str(each.contract.get("git_commit") or "")[:12],
        }
        for each in found
    ]
    shown = {
        "version": st.column_config.TextColumn(pinned=True),
        "exported (UTC)": st.column_config.DatetimeColumn(format="DD MMM YYYY HH:mm", timezone="UTC"),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", column_config=shown)


def _compare(before: Version, after: Version) -> None:
    metrics = metric_changes(before.contract, after.contract)
    features = feature_changes(before.contract, after.contract)
    st.markdown("**Metrics of the evaluation**")
    _rows_or(metrics, "No metric differs.")
    st.markdown("**Features**")
    _rows_or(features, "No feature differs in type, range or categories.")


def _rows_or(rows: Sequence[dict[str, str]], nothing: str) -> None:
    if not rows:
        st.caption(nothing)
        return
    # A static table wraps its cells: lists of categories are shown whole.
    table = pd.DataFrame([{column: plain(text) for column, text in row.items()} for row in rows])
    st.table(table.set_index(next(iter(rows[0]))))


def _answers(others: Sequence[Version], live: str) -> None:
    st.markdown("**Answers on the golden requests**")
    st.caption(
        f"Sends up to {MOST_CASES} golden requests of another version to the live version `{live}`, and lists those "
        "that are answered otherwise. The stack's metrics count them."
    )
    with st.form("golden", border=False):
        name = st.selectbox("Golden requests of", [each.version for each in others], key="golden_of")
        sent = st.form_submit_button("Send them", icon=":material/play_arrow:")
    folder = next(each.folder for each in others if each.version == name)
    if not sent or folder is None:
        return
    cases = golden_cases(folder)
    if not cases:
        st.error("golden.json of this version cannot be read. Export it again.", icon=":material/error:")
        return
    try:
        rows = answer_changes(cases, session.api().predictions([each["instance"] for each in cases]))
    except ApiError as error:
        st.error(str(error), icon=":material/error:")
        return
    equal = len(cases) - len(rows)
    st.markdown(f"{equal} of {len(cases)} answers are the same to a tenth of a percent.")
    _rows_or(rows, "")


if __name__ == "__main__":
    with session.errors_shown():
        main()
