"""Notices fit into the limits of Slack and SNS."""

from __future__ import annotations

import json

import pytest

from inference_lib.bundle.profile import Profile, Variable
from inference_lib.contract.document import Contract
from inference_lib.monitor.drift.comparison import compare
from inference_lib.monitor.drift.report import DriftReport
from inference_lib.monitor.notices import Notice, publish


def test_a_notice_about_many_features_names_the_first_in_its_title_and_all_in_its_text() -> None:
    names = [f"a feature with a rather long name, of which there are many: {at}" for at in range(40)]
    variables = tuple(Variable(name, is_prediction=False, counts={"0": 500, "1": 500}, edges=(1.0,)) for name in names)
    moved = compare(Profile(1000, variables), [{"0": 900.0, "1": 100.0}] * 40)
    contract = Contract(name="m", version="v", task="binary", features=(), inputs=(), outputs={}, classes=("a", "b"))

    notice = DriftReport(contract, 0.0, 86_400.0, 1000, moved).notice("")

    assert notice is not None
    content = json.loads(notice.slack())["content"]
    assert len(content["title"]) <= 250
    assert notice.title.endswith("and 35 more")
    assert len(content["description"]) <= 8000
    assert all(name in notice.text() for name in names)


def test_a_notice_without_anything_to_do_has_no_next_steps() -> None:
    content = json.loads(Notice("Drift is over", ["age"], []).slack())["content"]
    assert content == {"textType": "client-markdown", "title": "Drift is over", "description": "• age"}


@pytest.mark.parametrize(("length", "is_cut"), [(250, False), (251, True), (9000, True)])
def test_a_title_is_cut_at_what_a_channel_shows(length: int, is_cut: bool) -> None:
    shown = json.loads(Notice("x" * length, [], []).slack())["content"]["title"]
    assert shown == ("x" * 249 + "…" if is_cut else "x" * length)


@pytest.mark.parametrize(("length", "is_cut"), [(7998, False), (7999, True)])
def test_a_description_is_cut_at_what_a_channel_shows(length: int, is_cut: bool) -> None:
    shown = json.loads(Notice("t", ["x" * length], []).slack())["content"]["description"]
    assert len(shown) == 8000
    assert shown.endswith("…") == is_cut


def test_an_email_lists_what_has_happened_and_what_to_do() -> None:
    notice = Notice("Drift", ["age: moved", "kind: moved"], ["Look at the dashboard"])
    assert notice.text() == "Drift\n\n- age: moved\n- kind: moved\n\nLook at the dashboard"
    document = json.loads(notice.slack())
    assert (document["version"], document["source"]) == ("1.0", "custom")
    assert document["content"]["nextSteps"] == ["Look at the dashboard"]


class _Client:
    """Records the calls of AWS."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []

    def query_call(self, service: str, parameters: dict[str, str]) -> None:
        self.calls.append((service, parameters))


def test_a_notice_is_published_for_each_protocol_with_a_subject_that_sns_takes() -> None:
    client = _Client()
    notice = Notice(f"Drift of „é\n{'x' * 200}", ["a"], [])
    publish(client, "arn:topic", notice)  # type: ignore[arg-type] # has its one method
    ((service, parameters),) = client.calls
    assert (service, parameters["Action"], parameters["TopicArn"]) == ("sns", "Publish", "arn:topic")
    assert parameters["Subject"] == f"Drift of ???{'x' * 88}"
    assert parameters["MessageStructure"] == "json"
    assert json.loads(parameters["Message"]) == {"default": notice.text(), "https": notice.slack()}
