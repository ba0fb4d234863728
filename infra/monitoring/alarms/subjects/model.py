"""The alarms on the inputs and the predictions of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.contract.document import OUTLIER
from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.alarms.maker import MIN_SAMPLES
from infra.monitoring.alarms.rule import BELOW, INFO
from infra.monitoring.metrics import shift

if TYPE_CHECKING:
    from infra.monitoring.alarms.maker import MakeRule, RuleMaker
    from infra.monitoring.alarms.rule import AlarmRule


def _data_quality(make: RuleMaker) -> AlarmRule:
    own, threshold = make.metrics.own, make.settings.data_quality_threshold
    values = len(make.settings.contract.features)
    return make.rule(
        "data-quality",
        INFO,
        {
            "m1": own(telemetry.MISSING_VALUES),
            "m2": own(telemetry.UNKNOWN_CATEGORIES),
            "m3": own(telemetry.OUT_OF_RANGE),
            "m4": own(telemetry.PREDICTIONS),
        },
        f"more than {threshold:.0%} of the feature values are missing, unknown or out "
        "of the training range. The data of a caller have changed: the dashboard shows which of the three it is.",
        # A request without a fault has none of the three: without zeros the alarm would look back at older faults.
        expression=f"IF(m4 >= {MIN_SAMPLES}, (FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0)) / (m4 * {values}), 0)",
        threshold=threshold,
        panel="Data quality",
        on_right=True,
        is_essential=False,
    )


def _class_shares(make: RuleMaker) -> AlarmRule | None:
    own, threshold, watched = make.metrics.own, make.settings.class_share_threshold, make.settings.watched_classes
    if not watched:
        return None
    counts = {f"c{index}": own(telemetry.predictions_of(label)) for index, label in enumerate(watched)}
    return make.rule(
        "class-shares",
        INFO,
        {"t": own(telemetry.PREDICTIONS), **counts},
        f"more than {threshold:.0%} of the predictions would have to change class to match "
        "the reference profile. The input data have changed, or their meaning has: the dashboard shows which class "
        "grew; compare with the last deployment.",
        expression=f"IF(t >= {MIN_SAMPLES}, {shift(watched)}, 0)",
        threshold=threshold,
        panel="Class shares",
    )


def _low_probability(make: RuleMaker) -> AlarmRule | None:
    own, threshold = make.metrics.own, make.settings.probability_threshold
    if not make.settings.contract.has_probabilities:
        return None
    probability = own(telemetry.PREDICTION_PROBABILITY)
    # Essential monitoring may lack the number of predictions: each has one value, up to a hundred a request.
    predictions = probability.by("SampleCount") if make.settings.is_essential else own(telemetry.PREDICTIONS)
    return make.rule(
        "low-probability",
        INFO,
        {"m1": probability, "m2": predictions},
        f"the average probability of the predicted class, over at least {MIN_SAMPLES} predictions in a "
        f"period, is below {threshold}: the model is uncertain. The dashboard shows since when; compare with the "
        "last deployment. If it began with a deployment, roll back. Otherwise the input data have changed: fix the "
        "caller, or retrain the model.",
        expression=f"IF(m2 >= {MIN_SAMPLES}, m1, 1)",
        comparison=BELOW,
        threshold=threshold,
        panel="Prediction probability",
    )


def _outliers(make: RuleMaker) -> AlarmRule | None:
    own, threshold = make.metrics.own, make.settings.outlier_share_threshold
    if make.settings.contract.task != "anomaly":
        return None
    return make.rule(
        "outliers",
        INFO,
        {"m1": own(telemetry.predictions_of(OUTLIER)), "m2": own(telemetry.PREDICTIONS)},
        f"the model takes more than {threshold:.0%} of the instances for outliers, over at least {MIN_SAMPLES} in a "
        "period. Either what it looks for is happening, or the callers' data have changed: see in the dashboard since "
        "when, and compare with the last deployment.",
        expression=f"IF(m2 >= {MIN_SAMPLES}, m1 / m2, 0)",
        threshold=threshold,
        panel="Outliers",
    )


RULES: tuple[MakeRule, ...] = (_data_quality, _class_shares, _low_probability, _outliers)
