"""The report of the feedback: how many actual values it needs, what it writes down, and when a notice is sent."""

from __future__ import annotations

import pytest

from inference_lib.contract.document import Contract, OutputTensor
from inference_lib.monitor.quality.feedback import Joined
from inference_lib.monitor.quality.measures import EVALUATED_ROWS, MIN_TRUTHS, Outcome
from inference_lib.monitor.quality.report import WORSE, QualityReport
from inference_lib.telemetry.metrics import ACCURACY, BRIER_SCORE, CALIBRATION_ERROR, QUALITY_LOSS


def _report(hits: int, misses: int, **metrics: float) -> QualityReport:
    """A report over right and wrong predictions, all with a probability of 0.75."""
    contract = Contract(
        name="sleep",
        version="v1",
        task="binary",
        features=(),
        inputs=(),
        outputs={"probabilities": OutputTensor(name="probabilities", element_type="double")},
        classes=("a", "b"),
        metrics=metrics,
    )
    outcomes = [Outcome([0.75, 0.25], truth, "a") for truth in "a" * hits + "b" * misses]
    joined = Joined(outcomes, received=99, repeated=5, unmatched=4, not_observed=3, left_out=2)
    return QualityReport(contract, 0.0, 3600.0, joined, 0.05)


_EVALUATED: dict[str, float] = {"accuracy": 0.75, "brier_score": 0.375, EVALUATED_ROWS: 10_000}
_GOOD = _report(300, 100, **_EVALUATED)
_BAD = _report(200, 200, **_EVALUATED)


@pytest.mark.parametrize(("truths", "is_known"), [(MIN_TRUTHS - 1, False), (MIN_TRUTHS, True)])
def test_quality_is_known_from_thirty_actual_labels_on(truths: int, is_known: bool) -> None:
    report = _report(truths, 0, **_EVALUATED)
    assert MIN_TRUTHS == 30
    assert report.is_known == is_known
    assert bool(report.metrics()) == is_known
    assert ("reason" in report.members()) != is_known
    assert ("reference" in report.members()) == is_known


def test_the_metrics_are_those_of_the_window_with_its_loss() -> None:
    metrics = _BAD.metrics()
    assert metrics[ACCURACY] == 0.5
    assert metrics[BRIER_SCORE] == 0.625
    assert metrics[CALIBRATION_ERROR] == 0.25
    assert metrics[QUALITY_LOSS] > 1
    assert QUALITY_LOSS not in _report(300, 100).metrics()
    assert _report(20, 10).metrics()[ACCURACY] == 0.666667


def test_predictions_are_worse_where_the_loss_is_above_one() -> None:
    assert (_GOOD.is_worse, _GOOD.state) == (False, "")
    assert (_BAD.is_worse, _BAD.state) == (True, WORSE)
    assert _report(0, 0, **_EVALUATED).state == ""
    assert _report(200, 200).state == "", "without an evaluation there is no loss"


def test_the_record_counts_the_feedback() -> None:
    members = _BAD.members()
    counted = {name: value for name, value in members.items() if name.startswith(("feedback", "predictions"))}
    assert counted == {
        "feedback_received": 99,
        "feedback_repeated": 5,
        "feedback_unmatched": 4,
        "feedback_not_observed": 3,
        "feedback_left_out": 2,
        "predictions": 400,
    }
    assert members["reference"] == {ACCURACY.name: 0.75, BRIER_SCORE.name: 0.375}
    assert (members["message"], members["model_version"]) == ("quality report", "v1")
    assert members["window_start"] != members["window_end"] == members["timestamp"]


@pytest.mark.parametrize(
    ("report", "earlier", "title"),
    [
        (_BAD, "", "Predictions of sleep v1 are worse than at export"),
        (_BAD, WORSE, None),
        (_GOOD, WORSE, "Predictions of sleep v1 are as good as at export again"),
        (_GOOD, "", None),
        (_report(0, 5, **_EVALUATED), WORSE, None),
    ],
)
def test_a_notice_is_sent_when_the_state_changes(report: QualityReport, earlier: str, title: str | None) -> None:
    notice = report.notice(earlier)
    assert (notice and notice.title) == title
    if notice is not None:
        assert bool(notice.next_steps) == (report is _BAD)
        assert notice.lines[0].startswith(f"{ACCURACY.name}: ")
        assert notice.lines[0].endswith(", 0.75 at export")
        assert notice.lines[2] == f"{CALIBRATION_ERROR.name}: {report.metrics()[CALIBRATION_ERROR]:.3g}"
        assert notice.lines[-1].startswith("400 predictions with feedback since 1970-01-01")
