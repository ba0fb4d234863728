"""The console against a real stack: a form for every feature, a prediction, a refusal, an API that is not there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]
_APP = str(_ROOT / "console" / "app.py")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def url(bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "local_stack",
            "--bundle",
            bundle_path,
            "--port",
            "0",
            "--state",
            tmp_path_factory.mktemp("s"),
        ],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if line.strip().startswith("API "):
            address = line.split()[1]
        if line.strip().startswith("curl "):
            break
    yield address
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def _open(monkeypatch: pytest.MonkeyPatch, url: str) -> AppTest:
    monkeypatch.setenv("INFERENCE_API_URL", url)
    app = AppTest.from_file(_APP, default_timeout=30).run()
    assert not app.exception
    return app


def test_the_form_has_a_widget_for_each_feature_that_starts_with_the_example(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    app = _open(monkeypatch, url)
    assert [each.label for each in app.number_input] == ["age", "cups of coffee"]
    assert all(each.value is not None for each in app.number_input)
    assert [(each.label, each.options) for each in app.selectbox] == [("chronotype", ["early", "late"])]


def test_a_prediction_shows_its_label_and_probability(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    app = _open(monkeypatch, url)
    app.number_input[1].set_value(0)
    app.selectbox[0].set_value("early")
    app.button[0].click().run()
    assert not app.exception
    assert (app.metric[0].label, app.metric[0].value) == ("label", "carry on")
    assert app.metric[0].delta.startswith("probability ")


def test_a_refused_value_shows_which_and_why(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    app = _open(monkeypatch, url)
    app.number_input[0].set_value(500)
    app.button[0].click().run()
    assert "1 problem" in app.error[0].value
    assert any(
        each.value == "- `age`: expected a number from 0 to 120, got one above the maximum" for each in app.markdown
    )


def test_the_model_page_lists_the_features(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    app = _open(monkeypatch, url)
    app.radio[0].set_value("Model").run()
    assert not app.exception
    assert list(app.table[0].value.index) == ["age", "cups of coffee", "chronotype"]
    assert list(app.table[0].value["may be missing"]) == ["yes", "no", "no"]


def test_an_api_that_does_not_answer_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _open(monkeypatch, "http://127.0.0.1:1/dev")
    assert [each.value for each in app.error] == [
        "http://127.0.0.1:1/dev does not answer. Start it with: make run, or name another address."
    ]
