"""The model as a form, and its predictions."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import streamlit as st

from console.connection import session
from console.model.form import draw_input

if TYPE_CHECKING:
    from console.connection.api import Answer

_COLUMNS = 2
_MOST_CONTRIBUTIONS = 12
_PREDICTED = "predicted"
_METHOD = (
    "Each bar is the prediction minus the prediction with that feature at its reference value, the median or the "
    "most frequent category of the training data. It describes the model, not causes."
)


def main() -> None:
    """Draw the page."""
    contract = session.contract()
    api = session.api()
    st.header(contract["name"], anchor=False)
    described = f"{contract['description']} · " if contract["description"] else ""
    st.caption(f"{described}version `{contract['version']}` · {contract['task']}")
    left, right = st.columns(2, gap="large")
    with left, st.form("instance"):
        instance = _instance(contract)
        sent = st.form_submit_button("Predict", type="primary", icon=":material/play_arrow:")
    with right:
        source = api.url, contract["version"]
        if sent:
            st.session_state[_PREDICTED] = source, instance, api.predict(instance)
        known_source, sent_instance, answer = st.session_state.get(_PREDICTED, (None, {}, None))
        if answer is None or known_source != source:
            st.info(
                "The form contains an example. Press **Predict** to see the label, the probability of each class, and "
                "the contribution of each feature.",
                icon=":material/lightbulb:",
            )
        else:
            _show(answer, sent_instance)
    with left, st.expander("This request as a command", icon=":material/terminal:"):
        body = json.dumps({"instances": [instance], "parameters": {"explain": True}}, ensure_ascii=False)
        command = f"curl {api.url}/predict -H 'content-type: application/json' -d {shlex.quote(body)}"
        st.code(command, language="sh", wrap_lines=True)


def _instance(contract: dict[str, Any]) -> dict[str, object]:
    columns = st.columns(_COLUMNS)
    instance: dict[str, object] = {}
    for position, feature in enumerate(contract["features"]):
        with columns[position % _COLUMNS]:
            instance[feature["name"]] = draw_input(feature)
    return instance


def _show(answer: Answer, instance: dict[str, object]) -> None:
    if answer.prediction is None:
        problems = [f"- `{path.removeprefix('instances[0].')}`: {message}" for path, message in answer.problems.items()]
        st.error(answer.detail, icon=":material/error:")
        if problems:
            st.markdown("\n".join(problems))
        return
    for target, prediction in _by_target(answer.prediction).items():
        _show_target(prediction, f" of {target}" if target else "")
    if "contributions" in answer.prediction:
        _show_contributions(answer.prediction["contributions"], instance)


def _by_target(prediction: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the prediction of each target; a model of one target has the empty name."""
    if "values" in prediction:
        return {target: {"value": value} for target, value in prediction["values"].items()}
    several: dict[str, dict[str, Any]] = prediction.get("predictions", {"": prediction})
    return several


def _show_target(prediction: dict[str, Any], of_target: str) -> None:
    # pandas and altair take most of a second of the first page, which has no graph.
    from console.charts.bars import probability_bars  # noqa: PLC0415

    if "value" in prediction:
        st.metric(f"Value{of_target}", f"{prediction['value']:.6g}", border=True)
        return
    number = f"score {prediction['score']:.4g}" if "score" in prediction else None
    number = f"probability {prediction['probability']:.1%}" if "probability" in prediction else number
    label = str(prediction["label"])
    st.metric(f"Label{of_target}", label, number, delta_color="off", delta_arrow="off", border=True)
    with st.container(border=True):
        if "probabilities" in prediction:
            st.markdown(f"**Probability of each class{of_target}**")
            st.altair_chart(probability_bars(prediction["probabilities"]), width="stretch")
        for name in ("scores", "distances"):
            if name in prediction:
                st.markdown(f"**{name.capitalize()}{of_target}**")
                st.dataframe([prediction[name]], hide_index=True)


def _show_contributions(contributions: dict[str, float], instance: dict[str, object]) -> None:
    from console.charts.bars import contribution_bars  # noqa: PLC0415 - as above

    weighty = sorted(contributions.items(), key=lambda each: abs(each[1]), reverse=True)
    shown = {name: value for name, value in weighty[:_MOST_CONTRIBUTIONS] if value}
    with st.container(border=True):
        st.markdown("**Contribution of each feature**", help=_METHOD)
        if not shown:
            st.caption(
                "None: every feature has its reference value, or a value with the same effect on this model. "
                "Change some values and press **Predict**."
            )
            return
        st.altair_chart(contribution_bars(shown, instance), width="stretch")
        if len(shown) < len(contributions):
            st.caption(f"{len(contributions) - len(shown)} other features contribute less, or nothing.")


if __name__ == "__main__":
    with session.errors_shown():
        main()
