"""The report of a window: what is drawn, what is written down, and when a notice is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_lib.bundle.profile import Profile, Variable
from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor
from inference_lib.monitor.drift.comparison import MEASURES, MIN_INSTANCES, VariableDrift
from inference_lib.monitor.drift.report import DriftReport, drift_report
from inference_lib.telemetry.metrics import FEATURE_DRIFT, PREDICTION_DRIFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.monitor.log_insights import LogInsights

_CONTRACT = Contract(
    name="sleep",
    version="v1",
    task="regression",
    features=(Feature(name="age", type="number", nullable=True),),
    inputs=(InputTensor(name="x", element_type="float", features=("age",)),),
    outputs={"value": OutputTensor(name="value", element_type="float")},
)


def _drift(name: str, psi: float, *, is_prediction: bool = False) -> VariableDrift:
    variable = Variable(name, is_prediction=is_prediction, counts={"0": 1})
    return VariableDrift(variable, psi, 0.1, 0.3, 0.2, f"{name} moved")


def _report(*variables: VariableDrift, instances: int = 500) -> DriftReport:
    return DriftReport(_CONTRACT, 0.0, 3600.0, instances, variables)


_MOVED = _report(
    _drift("age", 0.2), _drift("cups", 0.05), _drift("kind", 0.4), _drift("value", 0.3, is_prediction=True)
)
_STILL = _report(_drift("age", 0.02), _drift("value", 0.1, is_prediction=True))
_UNKNOWN = _report(instances=MIN_INSTANCES - 1)


def test_the_largest_drift_comes_first() -> None:
    assert _MOVED.drifted_names == ["kind", "predicted value", "age"]
    assert _MOVED.state == "kind\npredicted value\nage"
    assert (_STILL.drifted_names, _STILL.state) == ([], "")
    assert [each.is_known for each in (_MOVED, _STILL, _UNKNOWN)] == [True, True, False]


def test_the_metrics_are_the_worst_feature_and_the_worst_part_of_the_prediction() -> None:
    assert _MOVED.metrics() == {FEATURE_DRIFT: 4.0, PREDICTION_DRIFT: 3.0}
    assert _report(_drift("age", 0.0123456789)).metrics() == {FEATURE_DRIFT: 0.123457}
    assert _UNKNOWN.metrics() == {}


def test_the_record_has_every_variable_by_measure() -> None:
    members = _MOVED.members()
    assert (members["instances"], members["drifted"]) == (500, "kind, predicted value, age")
    assert members["moved"] == {"kind": "kind moved", "predicted value": "value moved", "age": "age moved"}
    assert "reason" not in members
    for group, names in (("features", ["age", "cups", "kind"]), ("prediction", ["value"])):
        found = members[group]
        assert isinstance(found, dict)
        assert [*found] == [*MEASURES]
        assert [*found["psi"]] == names  # type: ignore[misc] # an object
    assert members["features"]["psi"]["kind"] == 0.4  # type: ignore[call-overload, index] # an object
    assert "too few to distinguish drift from chance" in str(_UNKNOWN.members()["reason"])


def test_a_notice_names_what_has_drifted() -> None:
    notice = _MOVED.notice("")
    assert notice is not None
    assert notice.title == "Drift of sleep v1: kind, predicted value, age"
    assert notice.lines[0] == "kind: kind moved; stability index 0.40, drift starts at 0.10"
    assert len(notice.lines) == 3
    assert notice.next_steps[1].startswith("500 instances from 1970-01-01T00:00:00")


@pytest.mark.parametrize(("number", "ending"), [(5, "v3, v4"), (6, "v3, v4, and 1 more"), (8, "v4, and 3 more")])
def test_a_title_names_five(number: int, ending: str) -> None:
    notice = _report(*[_drift(f"v{at}", 1.0) for at in range(number)]).notice("")
    assert notice is not None
    assert notice.title.endswith(ending)
    assert len(notice.lines) == number


@pytest.mark.parametrize(
    ("report", "earlier", "title"),
    [
        (_MOVED, "kind\npredicted value\nage", None),
        (_MOVED, "kind\npredicted value\nage\nother", None),
        (_MOVED, "kind\nage", "Drift of sleep v1: kind, predicted value, age"),
        (_STILL, "", None),
        (_STILL, "age", "Drift of sleep v1 is over"),
        (_UNKNOWN, "age", None),
        (_UNKNOWN, "", None),
    ],
)
def test_a_notice_is_sent_when_more_drifts_or_none_does_any_more(
    report: DriftReport, earlier: str, title: str | None
) -> None:
    notice = report.notice(earlier)
    assert (notice and notice.title) == title
    if title and title.endswith("over"):
        assert notice is not None
        assert notice.lines == ("age: as in the reference profile again (500 instances)",)


class _Answers:
    """Answers as many instances of each variable as it is given."""

    def __init__(self, *instances: int) -> None:
        self._instances = instances

    def query(self, texts: Sequence[str], start: float, end: float) -> list[list[dict[str, str]]]:
        assert (start, end, len(texts)) == (0.0, 3600.0, len(self._instances))
        return [[{"part": "0000"[: 4 - 3 * at], "instances": str(n)}] for at, n in enumerate(self._instances)]


@pytest.mark.parametrize(("instances", "known"), [(MIN_INSTANCES - 1, False), (MIN_INSTANCES, True)])
def test_a_window_of_too_few_instances_says_nothing_of_drift(instances: int, known: bool) -> None:
    variables = tuple(Variable(f"v{at}", is_prediction=False, counts={"0": 50, "1": 50}) for at in range(5))
    answers: LogInsights = _Answers(instances, instances + 7)  # type: ignore[assignment] # has its one method
    found = drift_report(_CONTRACT, Profile(100, variables), answers, start=0.0, end=3600.0, threshold=0.05)
    # Queries of one window may see different last seconds: the least counts.
    assert (found.instances, found.is_known) == (instances, known)
    assert len(found.drifted) == (5 if known else 0)
