"""Notices fit into the limits of Slack and SNS."""

from __future__ import annotations

import json

from inference_lib.bundle.profile import Profile, Variable
from inference_lib.contract.document import Contract
from inference_lib.monitor.drift.comparison import compare
from inference_lib.monitor.drift.report import DriftReport
from inference_lib.monitor.notices import Notice


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
