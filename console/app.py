"""The Streamlit application: ``make console``."""

from __future__ import annotations

import json
import os
import shlex
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from console.client import Answer, Api, ApiError
from console.form import ask

URL_VARIABLE = "INFERENCE_API_URL"
DEFAULT_URL = "http://127.0.0.1:8080/dev"
_COLUMNS = 3
_BAR_HEIGHT = 34
_GREY = "#7c8594"  # legible on light and on dark


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Inference console", page_icon="🔮", layout="wide")
    with st.sidebar:
        st.title("Inference")
        url = st.text_input("API address", os.environ.get(URL_VARIABLE, DEFAULT_URL))
        page = st.radio("Page", ["Predict", "Model"], label_visibility="collapsed")
    api = Api(url)
    try:
        contract = api.contract()
        (_predict if page == "Predict" else _model)(api, contract)
    except ApiError as error:
        st.error(str(error))


def _heading(contract: dict[str, Any]) -> None:
    st.header(contract["name"])
    st.caption(f"{contract['description']} · version `{contract['version']}` · {contract['task']}")


def _predict(api: Api, contract: dict[str, Any]) -> None:
    _heading(contract)
    with st.form("instance"):
        columns = st.columns(_COLUMNS)
        instance: dict[str, object] = {}
        for position, feature in enumerate(contract["features"]):
            with columns[position % _COLUMNS]:
                instance[feature["name"]] = ask(feature)
        sent = st.form_submit_button("Predict", type="primary")
    if sent:
        _show(api.predict(instance))
    with st.expander("The same request as a command"):
        body = shlex.quote(json.dumps({"instances": [instance]}, ensure_ascii=False))
        st.code(f"curl {api.url}/predict -H 'Content-Type: application/json' -d {body}", language="sh", wrap_lines=True)


def _show(answer: Answer) -> None:
    if answer.prediction is None:
        st.error(answer.detail)
        for path, message in answer.problems.items():
            st.markdown(f"- `{path.removeprefix('instances[0].')}`: {message}")
    elif "value" in answer.prediction:
        st.metric("value", f"{answer.prediction['value']:.6g}")
    else:
        left, right = st.columns([1, 2])
        probability = f"probability {answer.prediction['probability']:.1%}"
        left.metric("label", str(answer.prediction["label"]), probability, delta_color="off", delta_arrow="off")
        right.altair_chart(_bars(answer.prediction["probabilities"]))


def _bars(probabilities: dict[str, float]) -> alt.LayerChart:
    table = pd.DataFrame({"class": list(probabilities), "probability": list(probabilities.values())})
    base = alt.Chart(table, height=_BAR_HEIGHT * len(table)).encode(
        x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", title=None)),
        y=alt.Y("class:N", sort="-x", title=None, axis=alt.Axis(labelLimit=240)),
    )
    text = base.mark_text(align="left", dx=4, color=_GREY).encode(text=alt.Text("probability:Q", format=".1%"))
    chart: alt.LayerChart = base.mark_bar(cornerRadiusEnd=4, color="#3b82f6") + text
    return chart


def _model(_api: Api, contract: dict[str, Any]) -> None:
    _heading(contract)
    metrics = contract["metrics"]
    for column, (name, value) in zip(st.columns(max(1, len(metrics))), metrics.items(), strict=False):
        column.metric(name.replace("_", " "), f"{value:.4g}")
    if contract["classes"]:
        st.markdown("**Classes:** " + ", ".join(f"`{value}`" for value in contract["classes"]))
    st.subheader("Features")
    rows = [_feature_row(feature) for feature in contract["features"]]
    st.table(pd.DataFrame(rows).set_index("feature"))


def _feature_row(feature: dict[str, Any]) -> dict[str, str]:
    def between(low: float | None, high: float | None) -> str:
        return "" if low is None and high is None else f"{_bound(low)} to {_bound(high)}"

    categories = feature["categories"]
    return {
        "feature": feature["name"],
        "type": feature["type"],
        "unit": feature["unit"],
        "allowed": between(feature["minimum"], feature["maximum"]) if categories is None else ", ".join(categories),
        "seen in training": between(feature["observed_minimum"], feature["observed_maximum"]),
        "may be missing": "yes" if feature["nullable"] else "no",
        "description": feature["description"],
    }


def _bound(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


main()
