"""The distributions of the page Drift are those of the reference profile, and of the log of a real stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from console.model.drift import (
    FUNCTION_LOG,
    INDEXES,
    MONITOR_LOG,
    counts_in_log,
    last_report,
    moved_share,
    shares,
    variables_of,
)
from console.monitoring.interface import LogAnswer
from console.monitoring.local import LocalMonitoring
from inference_lib.bundle import profile as reference
from inference_lib.monitor.drift.comparison import bin_label, variable_title
from infra.naming import Names

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

INSTANCE = {"age": 40.5, "cups of coffee": 3, "chronotype": "late"}
RECORD = {
    "window_start": "2026-11-27T00:00:00.000Z", "window_end": "2026-11-28T00:00:00.000Z", "model_version": "v1",
    "instances": 551, "features": {"psi": {"age": 0.65}, "critical_psi": {"age": 0.07}},
    "prediction": {"psi": {"class": 0.01}, "critical_psi": {"class": 0.05}},
}  # fmt: skip


def test_the_variables_and_their_bins_are_those_that_the_function_writes(bundle_path: Path) -> None:
    content = (bundle_path / "profile.json").read_bytes()
    expected = reference.parse_profile(content, "profile.json").variables

    found = variables_of(json.loads(content))

    assert INDEXES == reference.INDEXES
    assert [(each.name, each.is_prediction, each.counts) for each in found] == [
        (each.name, each.is_prediction, each.counts) for each in expected
    ]
    assert [each.title for each in found] == [variable_title(each) for each in expected]
    assert [each.bins for each in found] == [
        {index: bin_label(each, index) for index in each.counts} for each in expected
    ]


def test_more_categories_than_indexes_share_the_last_bin() -> None:
    many = {f"c{number}": 1.0 for number in range(70)}
    profile = {"rows": 70, "features": {"city": {"missing_share": 0.0, "categories": many}}, "predictions": {}}
    (variable,) = variables_of(profile)

    assert variable.bins["z"] == "others"
    assert variable.counts["z"] == 70 - len(INDEXES) + 1


def test_texts_are_counted_by_their_length_and_targets_keep_their_names() -> None:
    profile = {
        "rows": 4,
        "features": {"note": {"missing_share": 0.25, "lengths": {"edges": [3.0], "counts": [1, 2]}}},
        "predictions": {"targets": {"mood": {"classes": {"good": 4}}}},
    }
    note, mood = variables_of(profile)

    assert note.bins == {"0": "up to 3", "1": "above 3", "-": "missing"}
    assert note.counts == {"0": 1, "1": 2, "-": 1}
    assert (mood.name, mood.title) == ("mood: class", "mood: predicted class")


def test_the_instances_in_the_log_of_a_stack_are_counted_by_bin(api_url: str, bundle_path: Path) -> None:
    profile = json.loads((bundle_path / "profile.json").read_text(encoding="utf-8"))
    variables = variables_of(profile)
    monitoring = LocalMonitoring(api_url)
    start = monitoring.about().now
    httpx.post(f"{api_url}/predict", json={"instances": [INSTANCE] * 7}).raise_for_status()

    counts = counts_in_log(monitoring, variables, bundle_path.name, start, monitoring.about().now)

    assert [sum(each.values()) for each in counts] == [7.0] * len(variables)
    (chronotype,) = [position for position, each in enumerate(variables) if each.name == "chronotype"]
    assert {variables[chronotype].bins[index] for index in counts[chronotype]} == {"late"}
    assert counts_in_log(monitoring, variables, "another version", start, monitoring.about().now) == [{}] * 5


class _Log:
    """A log with these rows."""

    def __init__(self, *rows: dict[str, str]) -> None:
        self.rows = rows

    def about(self) -> object:
        return type("Stack", (), {"name": "dev"})

    def query_log(self, query: str, start: datetime, end: datetime) -> LogAnswer:
        assert start is end
        assert query.startswith("SOURCE '/aws/lambda/inference-dev-monitor' | ")
        return LogAnswer(rows=self.rows, records_scanned=len(self.rows))


def test_the_last_report_has_its_window_and_the_measures_of_each_variable() -> None:
    report = last_report(_Log({"@message": json.dumps(RECORD)}), None, None)  # type: ignore[arg-type] # a log is enough

    assert report is not None
    assert (report.version, report.instances, report.end.day) == ("v1", 551, 28)
    assert report.measures == {(False, "age"): (0.65, 0.07), (True, "class"): (0.01, 0.05)}


@pytest.mark.parametrize("rows", [(), ({"@message": "{"},), ({"@message": "{}"},), ({"other": "x"},)])
def test_without_a_report_that_can_be_read_there_is_none(rows: tuple[dict[str, str], ...]) -> None:
    assert last_report(_Log(*rows), None, None) is None  # type: ignore[arg-type] # likewise


def test_the_share_that_moved_counts_each_instance_once() -> None:
    profile = {
        "rows": 4,
        "features": {"a": {"missing_share": 0.0, "edges": [1.0], "counts": [3, 1]}},
        "predictions": {},
    }
    (variable,) = variables_of(profile)

    rows = shares(variable, {"0": 1.0, "1": 2.0, "z": 1.0})

    assert rows == [("up to 1", 0.75, 0.25), ("above 1", 0.25, 0.5), ("others", 0.0, 0.25)]
    assert moved_share(rows) == 0.5


def test_the_logs_are_those_of_the_functions_of_the_program() -> None:
    names = Names(stack="dev", model="m", account_id="123456789012", region="eu-central-1")

    assert FUNCTION_LOG.format(stack="dev") == names.log_group
    assert MONITOR_LOG.format(stack="dev") == names.monitor_log_group
