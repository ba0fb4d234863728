"""Bar charts. The colours of lines, texts and grids are those of the theme, light or dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BAR_HEIGHT = 30
_GREY = "#7c8594"  # legible on light and on dark
_LABEL_LIMIT = 220
_LEGEND_HEIGHT = 64
_MARGIN = 24
_NOW = "#3f7ae0"  # likewise
_BIN_HEIGHT = 28
SAMPLES = ("reference", "now")
RAISES, LOWERS = "raises", "lowers"


def probability_bars(probabilities: Mapping[str, float]) -> alt.LayerChart:
    """Return a bar for each class, the most likely first."""
    table = pd.DataFrame({"class": list(probabilities), "probability": list(probabilities.values())})
    table["likeliest"] = table["probability"] == table["probability"].max()
    base = alt.Chart(table).encode(
        # Space at the right for the label of a full bar.
        x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1.15]), axis=None),
        y=alt.Y(
            "class:N", sort=list(table.sort_values("probability", ascending=False)["class"]), title=None, axis=_names()
        ),
        tooltip=[alt.Tooltip("class:N"), alt.Tooltip("probability:Q", format=".2%")],
    )
    text = base.mark_text(align="left", dx=5, color=_GREY).encode(text=alt.Text("probability:Q", format=".1%"))
    bars = base.mark_bar(cornerRadiusEnd=4).encode(
        opacity=alt.condition("datum.likeliest", alt.value(1.0), alt.value(0.45))
    )
    made: alt.LayerChart = (
        alt.layer(bars, text).properties(height=_BAR_HEIGHT * len(table) + _MARGIN).configure_view(strokeOpacity=0)
    )
    return made


def contribution_bars(contributions: Mapping[str, float], values: Mapping[str, object]) -> alt.LayerChart:
    """Return a bar for each feature, from zero to its contribution, the largest first.

    Parameters
    ----------
    contributions : mapping of str to float
        By feature.
    values : mapping of str to object
        The values of the request, shown after the feature's name.
    """
    table = _contributions_table(contributions, values)
    # Space on both sides for the label of the longest bar.
    most = max([*table["weight"], 1e-9]) * 1.5
    order = list(table.sort_values("weight", ascending=False)["feature"])
    base = alt.Chart(table).encode(
        y=alt.Y("feature:N", sort=order, title=None, axis=_names()),
        tooltip=[alt.Tooltip("feature:N"), alt.Tooltip("contribution:Q", format="+.4f")],
    )
    zero = alt.Axis(title=None, values=[0], labels=False, ticks=False, domain=False)
    length = alt.X("contribution:Q", scale=alt.Scale(domain=[-most, most]), axis=zero)
    color = alt.Color(
        "direction:N", scale=alt.Scale(domain=[RAISES, LOWERS]), legend=alt.Legend(title=None, orient="top")
    )
    text = alt.Text("contribution:Q", format="+.2r")
    positive = base.transform_filter("datum.contribution >= 0").mark_text(align="left", dx=5, color=_GREY)
    negative = base.transform_filter("datum.contribution < 0").mark_text(align="right", dx=-5, color=_GREY)
    layers = (
        base.mark_bar(cornerRadiusEnd=4).encode(x=length, color=color),
        positive.encode(x=length, text=text),
        negative.encode(x=length, text=text),
    )
    height = _BAR_HEIGHT * len(table) + _LEGEND_HEIGHT
    made: alt.LayerChart = alt.layer(*layers).properties(height=height).configure_view(strokeOpacity=0)
    return made


def _contributions_table(contributions: Mapping[str, float], values: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feature": [f"{name} = {_short(values.get(name))}" for name in contributions],
            "contribution": list(contributions.values()),
            "direction": [LOWERS if value < 0 else RAISES for value in contributions.values()],
            "weight": [abs(value) for value in contributions.values()],
        }
    )


def value_bars(values: Mapping[str, float], height: int) -> alt.Chart:
    """Return a bar for each name, as declared."""
    table = pd.DataFrame({"name": list(values), "value": list(values.values())})
    made: alt.Chart = (
        alt.Chart(table, height=height)
        .mark_bar(cornerRadiusEnd=4)
        .encode(
            x=alt.X("value:Q", title=None),
            y=alt.Y("name:N", sort=None, title=None, axis=_names()),
            color=alt.Color("name:N", sort=None, legend=None),
            tooltip=["name:N", "value:Q"],
        )
    )
    return made


def distribution_bars(rows: Sequence[tuple[str, float, float]]) -> alt.Chart:
    """Return two bars for each bin: its share in the reference rows, and now.

    Parameters
    ----------
    rows : sequence of (str, float, float)
        Label, share in the reference and share now, 0 to 1, in the order of the bins.
    """
    table = pd.DataFrame(
        [
            {"bin": label, "sample": sample, "share": share}
            for label, *both in rows
            for sample, share in zip(SAMPLES, both, strict=True)
        ],
        columns=["bin", "sample", "share"],
    )
    made: alt.Chart = (
        alt.Chart(table, height=_BIN_HEIGHT * len(rows) + 2 * _MARGIN)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("share:Q", title=None, axis=alt.Axis(format="%", tickCount=4)),
            y=alt.Y("bin:N", sort=None, title=None, axis=alt.Axis(labelLimit=_LABEL_LIMIT, labelOverlap=False)),
            yOffset=alt.YOffset("sample:N", sort=list(SAMPLES)),
            color=alt.Color(
                "sample:N", sort=list(SAMPLES), legend=None,
                scale=alt.Scale(domain=list(SAMPLES), range=[_GREY, _NOW]),
            ),
            tooltip=[alt.Tooltip("bin:N"), alt.Tooltip("sample:N"), alt.Tooltip("share:Q", format=".1%")],
        )
    )  # fmt: skip
    return made


def histogram(labels: Sequence[str], counts: Sequence[float], height: int) -> alt.Chart:
    """Return a histogram of the training data."""
    table = pd.DataFrame({"value": list(labels), "rows": list(counts)})
    made: alt.Chart = (
        alt.Chart(table, height=height)
        .mark_bar(cornerRadiusTopLeft=3, cornerRadiusTopRight=3)
        .encode(
            x=alt.X("value:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("rows:Q", title=None, axis=alt.Axis(tickCount=3)),
            tooltip=["value:N", "rows:Q"],
        )
    )
    return made


def _names() -> alt.Axis:
    return alt.Axis(labelLimit=_LABEL_LIMIT)


def _short(value: object) -> str:
    if value is None:
        return "unknown"
    return f"{value:g}" if isinstance(value, float) else str(value)
