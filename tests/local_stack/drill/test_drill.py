"""The drill finds what is broken, with the real function, the declared alarms and the runbook's queries."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from local_stack.__main__ import main
from local_stack.drill import exercise as drill
from local_stack.drill.command import NAMES, members
from local_stack.drill.scenarios import SCENARIOS

ROOT = Path(__file__).parents[3]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_errors_and_missing_callers_are_found_and_reported(
    bundle_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "outcomes.json"

    code = main(["--bundle", str(bundle_path), "drill", "errors", "missing-caller", "--json", str(file)])

    errors, silence = json.loads(file.read_text(encoding="utf-8"))
    assert code == 0, capsys.readouterr()
    assert [errors[name] for name in ("scenario", "alarm", "cause")] == [
        "errors", "error-rate", "drill: the handler fails",
    ]  # fmt: skip
    assert [silence[name] for name in ("scenario", "alarm", "cause")] == [
        "missing-caller", "no-traffic", "the API answers 200",
    ]  # fmt: skip
    assert all(each["minutes"].isdecimal() and each["alarm"] in each["notification"] for each in (errors, silence))


def test_a_fault_that_no_alarm_sees_is_reported_as_not_found(
    bundle_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (errors,) = [each for each in SCENARIOS if each.name == "errors"]
    monkeypatch.setattr("local_stack.drill.scenarios.SCENARIOS", (replace(errors, fault="", limit_min=1),))

    assert main(["--bundle", str(bundle_path), "drill", "errors"]) == 1
    printed = capsys.readouterr().out
    assert "errors: NOT found" in printed
    assert "did not fire" in printed


def test_a_scenario_that_there_is_not_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["drill", "earthquake"])

    assert ended.value.code == 2
    assert f"there is no scenario 'earthquake'; expected some of {', '.join(NAMES)}" in capsys.readouterr().err


def test_the_scenarios_are_those_of_the_help_and_each_alarm_has_its_section_in_the_runbook() -> None:
    assert tuple(each.name for each in SCENARIOS) == NAMES
    for each in SCENARIOS:
        assert f"\n## {each.alarm}\n" in RUNBOOK


def test_the_runbook_has_the_minutes_of_each_scenario() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| \[([a-z-]+)\]\(#\2\) \| (\d+) \|", RUNBOOK, re.MULTILINE)

    assert [(name, alarm) for name, alarm, _ in rows] == [(each.name, each.alarm) for each in SCENARIOS]


def test_what_is_missing_says_so() -> None:
    missed = drill.Outcome(scenario=SCENARIOS[0], minutes=None, notification="", cause="")
    without_cause = drill.Outcome(scenario=SCENARIOS[0], minutes=3.2, notification="ALARM", cause="")

    assert list(members(missed).values())[2:] == ["did not fire", "none was sent", "does not show the cause"]
    assert list(members(without_cause).values())[2:] == ["3", "ALARM", "does not show the cause"]
    assert not missed.has_passed
    assert not without_cause.has_passed


@pytest.mark.parametrize(
    ("name", "rows", "cause"),
    [
        ("errors", [{"error": "drill: the handler fails"}], "drill: the handler fails"),
        ("errors", [{"error": "another"}], ""),
        ("slow-model", [{"predict_ms": "905.2"}, {"predict_ms": "3"}], "predict_ms is 905"),
        ("slow-model", [{"predict_ms": "3"}], ""),
        ("memory", [{"percent": "91.9"}], "92% of the memory"),
        ("memory", [{"percent": "40"}], ""),
        ("drifted-feature", [{"drifted": ""}, {"drifted": "age"}], "drifted: age"),
        ("drifted-feature", [], ""),
        ("missing-caller", [{"status": "502"}], ""),
    ],
)
def test_the_cause_is_read_from_the_rows_of_the_runbooks_query(
    name: str, rows: list[dict[str, str]], cause: str
) -> None:
    (scenario,) = [each for each in SCENARIOS if each.name == name]

    assert scenario.cause(rows) == cause
