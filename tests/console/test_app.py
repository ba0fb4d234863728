"""The console's pages against a real stack, without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import httpx
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from console.monitoring.local import LocalMonitoring

if TYPE_CHECKING:
    from collections.abc import Callable

_CONSOLE = Path(__file__).parents[2] / "console"
_PAGES = sorted(path.name for path in (_CONSOLE / "views").glob("[!_]*.py"))
_ABSENT = "http://127.0.0.1:1/dev"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, api_url: str, bundle_path: Path) -> Callable[..., AppTest]:
    """Open a page of the console for an address, by default that of the stack that runs."""
    # Answers are kept for the process; what another test was told is not this one's.
    st.cache_data.clear()
    st.cache_resource.clear()

    def opened(page: str = "predict.py", url: str = api_url) -> AppTest:
        monkeypatch.setenv("INFERENCE_API_URL", url)
        monkeypatch.setenv("INFERENCE_BUNDLES", str(bundle_path.parents[1]))
        app = AppTest.from_file(str(_CONSOLE / "app.py"), default_timeout=60).run()
        app.switch_page(f"views/{page}").run()
        assert not app.exception
        return app

    return opened


def _texts(app: AppTest) -> str:
    return "\n".join(each.value for each in [*app.markdown, *app.caption, *app.info, *app.subheader, *app.header])


def test_the_form_has_a_widget_for_each_feature_that_starts_with_the_example(open_page: Callable[..., AppTest]) -> None:
    app = open_page()
    assert [each.label for each in app.number_input] == ["age", "cups of coffee"]
    assert all(each.value is not None for each in app.number_input)
    assert [(each.label, each.options) for each in app.main.selectbox] == [("chronotype", ["early", "late"])]
    assert "Press **Predict**" in app.info[0].value


def test_a_fixed_connection_can_neither_be_changed_nor_its_key_be_read(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    free = open_page()
    assert "API key" in [each.label for each in free.sidebar.text_input]

    monkeypatch.setenv("INFERENCE_CONNECTION", "fixed")
    monkeypatch.setenv("INFERENCE_API_KEY", "a-key-that-nobody-sees")
    app = open_page()

    assert not app.sidebar.text_input
    assert "Stack **dev**" in app.sidebar.caption[0].value
    assert "a-key-that-nobody-sees" not in str([*app.main, *app.sidebar])
    assert app.number_input, "the form is there"


def _predicted(app: AppTest) -> AppTest:
    app.number_input[1].set_value(0)
    app.main.selectbox[0].set_value("early")
    app.main.button[0].click().run()
    assert not app.exception
    return app


def test_a_prediction_shows_its_label_and_probability(open_page: Callable[..., AppTest]) -> None:
    app = _predicted(open_page())
    assert (app.metric[0].label, app.metric[0].value) == ("Label", "carry on")
    assert app.metric[0].delta.startswith("probability ")


def test_a_prediction_says_what_contributed(open_page: Callable[..., AppTest]) -> None:
    app = _predicted(open_page())
    assert "**Contribution of each feature**" in _texts(app)
    assert len(app.get("vega_lite_chart")) == 2, "probabilities and contributions"


def test_an_answer_stays_while_the_form_is_filled_in_again(open_page: Callable[..., AppTest]) -> None:
    app = _predicted(open_page())
    app.run()
    assert app.metric[0].value == "carry on"


def test_a_refused_value_shows_which_and_why(open_page: Callable[..., AppTest]) -> None:
    app = open_page()
    app.number_input[0].set_value(500)
    app.main.button[0].click().run()
    assert "1 problem" in app.error[0].value
    assert any(
        each.value == "- `age`: expected a number from 0 to 120, got one above the maximum" for each in app.markdown
    )


def test_the_dashboard_is_drawn_panel_by_panel(open_page: Callable[..., AppTest], api_url: str) -> None:
    instance = {"age": 40.5, "cups of coffee": 3, "chronotype": "early"}
    httpx.post(f"{api_url}/predict", json={"instances": [instance]}).raise_for_status()
    app = open_page("monitoring.py")
    widgets = LocalMonitoring(api_url).dashboard()["widgets"]
    texts = _texts(app)
    for widget in widgets:
        title = widget["properties"].get("title")
        assert title is None or f"**{title}**" in texts
    graphs = [each for each in widgets if each["type"] == "metric"]
    assert len(app.get("vega_lite_chart")) >= len(graphs)
    assert not app.error


def test_range_period_and_refresh_can_be_chosen(open_page: Callable[..., AppTest]) -> None:
    app = open_page("monitoring.py")
    app.segmented_control(key="range").set_value("3 d")
    app.selectbox(key="period").set_value("1 hour")
    app.selectbox(key="refresh").set_value("Off").run()
    assert not app.exception
    assert not app.error
    assert app.session_state["range"] == "3 d"


def test_an_alarm_that_is_tried_is_shown_with_its_notification(open_page: Callable[..., AppTest]) -> None:
    app = open_page("alarms.py")
    app.selectbox(key="trial_alarm").set_value("inference-dev-alarm-memory")
    app.text_input(key="trial_reason").set_value("Is anybody there?")
    (button,) = [each for each in app.button if each.label == "Set the state"]
    button.click().run()
    app.run()
    assert not app.exception
    assert any("In alarm" in each.label and "**memory**" in each.label for each in app.expander)
    assert "Is anybody there?" in _texts(app)
    assert any("dev: memory (info: look today)" in each.proto.body for each in app.get("html")), "the notifier told"


def test_the_model_page_lists_the_features(open_page: Callable[..., AppTest]) -> None:
    app = open_page("model.py")
    table = app.dataframe[0].value
    assert list(table["feature"]) == ["age", "cups of coffee", "chronotype"]
    assert list(table["optional"]) == ["yes", "no", "no"]
    assert [len(each) > 0 for each in table["distribution"]] == [True] * 3
    assert "Download the report" in [each.label for each in app.download_button]


def test_categories_are_listed_whole(open_page: Callable[..., AppTest]) -> None:
    app = open_page("model.py")
    assert list(app.dataframe[0].value["allowed"])[2] == "2 categories"
    assert "chronotype: :gray-badge[early] :gray-badge[late]" in [each.value for each in app.markdown]


def test_the_drift_page_shows_each_variable_with_its_sample_sizes(
    open_page: Callable[..., AppTest], api_url: str
) -> None:
    instance = {"age": 40.5, "cups of coffee": 3, "chronotype": "early"}
    httpx.post(f"{api_url}/predict", json={"instances": [instance] * 3}).raise_for_status()
    app = open_page("drift.py")
    texts = _texts(app)
    titles = ("age", "cups of coffee", "chronotype", "predicted class", "probability of the prediction")
    assert all(f"**{title}**" in texts for title in titles)
    assert len(app.get("vega_lite_chart")) == len(titles)
    assert "300 reference rows, " in texts
    assert "No report of the model monitor was found" in texts


def test_the_versions_page_compares_the_versions_and_their_answers(
    open_page: Callable[..., AppTest],
    bundle_path: Path,
    shadow_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = open_page("versions.py")
    assert "There is no other version" in app.info[0].value
    for path in (bundle_path, shadow_path):
        shutil.copytree(path, tmp_path / "small" / path.name)
    monkeypatch.setenv("INFERENCE_BUNDLES", str(tmp_path))
    app.run()
    table = app.dataframe[0].value
    assert dict(zip(table["version"], table["live"], strict=True)) == {bundle_path.name: "live", shadow_path.name: ""}
    assert [len(each.value) > 0 for each in app.table] == [True] * len(app.table)
    (button,) = [each for each in app.main.button if each.label == "Send them"]
    button.click().run()
    assert not app.error
    assert not app.exception
    assert any(" answers are the same to a tenth of a percent." in each.value for each in app.markdown)


def test_without_the_bundle_the_model_page_says_where_it_looks(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = open_page("model.py")
    monkeypatch.setenv("INFERENCE_BUNDLES", str(tmp_path))
    app.run()
    assert [each.value.split(" is part of")[0] for each in app.info] == ["The profile", "The report"]
    assert "INFERENCE_BUNDLES" in app.info[0].value


@pytest.mark.parametrize("page", _PAGES)
def test_every_page_reports_in_one_sentence_what_does_not_answer(open_page: Callable[..., AppTest], page: str) -> None:
    sentences = {
        "predict.py": f"{_ABSENT} does not answer. Start a stack: make run, or enter another address.",
        "monitoring.py": (
            "No local stack answers at http://127.0.0.1:1. Start it with: make run, or choose AWS under Connection."
        ),
    }
    expected = sentences["monitoring.py" if page in {"monitoring.py", "alarms.py"} else "predict.py"]
    assert [each.value for each in open_page(page, _ABSENT).error] == [expected]


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_credentials")
def test_aws_can_be_chosen_and_says_what_it_lacks(open_page: Callable[..., AppTest]) -> None:
    app = open_page("alarms.py")
    app.segmented_control(key="source").set_value("aws").run()
    assert [each.label for each in app.sidebar.text_input] == ["API address", "API key", "Stack", "Region", "Profile"]
    assert [each.value.split(".")[0] for each in app.error] == ["No AWS credentials were found"]


def _choose_aws(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    for name, value in {"INFERENCE_MONITORING": "aws", "INFERENCE_STACK": "dev", "AWS_REGION": region}.items():
        monkeypatch.setenv(name, value)


def test_a_deployed_stack_is_shown_by_the_same_dashboard(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, deployed: str
) -> None:
    _choose_aws(monkeypatch, deployed)
    app = open_page("monitoring.py")
    assert "Stack dev in AWS, eu-central-1" in _texts(app)
    assert "Nothing was measured" not in _texts(app)
    assert "**Traffic**" in _texts(app)
    assert app.selectbox(key="refresh").value == "1 min", "asking is billed"


def test_the_versions_page_lists_what_is_published_in_aws(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, deployed: str
) -> None:
    _choose_aws(monkeypatch, deployed)
    app = open_page("versions.py")
    assert "There is no function inference-dev-predict" in app.error[0].value
    assert "There is no other version" in app.info[0].value, "the rest of the page is there"
    role = boto3.client("iam", deployed).create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client = boto3.client("lambda", deployed)
    client.create_function(
        FunctionName="inference-dev-predict", Role=role, PackageType="Image", Publish=True,
        Code={"ImageUri": "a/b@sha256:" + "0" * 64}, Description="Predictions of the model small 0123",
    )  # fmt: skip
    client.create_alias(FunctionName="inference-dev-predict", Name="live", FunctionVersion="1")
    app.run()
    assert not app.error
    (row,) = app.table[0].value.reset_index().to_dict("records")
    assert (row["version"], row["requests"], row["model version"]) == ("1", r"100%", "0123")


def test_after_a_log_in_the_same_page_has_the_credentials(
    open_page: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
    deployed: str,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue("no_credentials")
    _choose_aws(monkeypatch, deployed)
    app = open_page("monitoring.py")
    assert [each.value.split(".")[0] for each in app.error] == ["No AWS credentials were found"]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    app.run()
    assert not app.error
    assert "**Traffic**" in _texts(app)


def test_an_invalid_setting_is_reported(open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_MONITORING", "azure")
    assert [each.value for each in open_page().error] == ["INFERENCE_MONITORING is azure; expected local or aws."]
