"""Every metric of the product: the single source of truth for names, units and dimensions.

The function emits by these objects; the dashboard, the alarms, the metric filters and the local
stack read by them. A misspelt metric is a type error, and the unit of a graph cannot differ from
the unit of its datapoints.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
.. [2] https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract

EMF = "emf"
PLATFORM_LOG = "platform_log"

NAMESPACE = "MLInference"
MODEL_DIMENSION = "Model"
VERSION_PAIR_DIMENSION = "VersionPair"


class Metric:
    """One CloudWatch metric.

    Parameters
    ----------
    name : str
        Metric name in CloudWatch.
    unit : str
        A unit that CloudWatch knows (``Milliseconds``, ``Count``, ``Megabytes``, ``None``).
    statistic : str
        The statistic to show by default (``Sum``, ``Average``, ``p99``).
    source : {"emf", "platform_log"}
        Emitted by the function, or taken by a metric filter from Lambda's platform records.
    description : str
        Shown on the dashboard and in the documentation.
    field : str
        Only for ``platform_log``: the member of ``record.metrics`` in a ``platform.report``
        record [2]_. Empty when records are counted.
    condition : str
        Only for ``platform_log``: a further condition on the record, as part of a filter pattern.
    """

    __slots__ = ("condition", "description", "field", "name", "source", "statistic", "unit")

    def __init__(  # noqa: PLR0913 - one keyword for each property of a metric
        self,
        name: str,
        *,
        unit: str,
        statistic: str,
        source: str,
        description: str,
        field: str = "",
        condition: str = "",
    ) -> None:
        self.name = name
        self.unit = unit
        self.statistic = statistic
        self.source = source
        self.description = description
        self.field = field
        self.condition = condition


def _count(name: str, description: str, *, source: str = EMF, condition: str = "") -> Metric:
    return Metric(name, unit="Count", statistic="Sum", source=source, description=description, condition=condition)


def _number(name: str, statistic: str, description: str) -> Metric:
    return Metric(name, unit="None", statistic=statistic, source=EMF, description=description)


def _report(name: str, unit: str, statistic: str, field: str, description: str) -> Metric:
    """Return a metric of a member of Lambda's ``platform.report`` records."""
    return Metric(name, unit=unit, statistic=statistic, source=PLATFORM_LOG, description=description, field=field)


PREDICTIONS = _count("Predictions", "Instances that were answered with a prediction.")
PREDICTION_PROBABILITY = _number(
    "PredictionProbability",
    "Average",
    "Probability of the predicted class; at most 100 values a request, evenly spaced quantiles above that.",
)
PREDICTION_LATENCY = Metric(
    "PredictionLatency",
    unit="Milliseconds",
    statistic="p99",
    source=EMF,
    description="Time inside the handler, from the event to the answer.",
)
INVALID_REQUESTS = _count(
    "InvalidRequests",
    "Requests refused with a 4xx status, or with 503 for lack of time; its average is their share.",
)
COLD_STARTS = _count("ColdStarts", "First requests of a new execution environment.")
"""No other request has a datapoint: dashboards add them up, and no alarm reads them."""
MISSING_VALUES = _count("MissingValues", "Feature values that were null or left out.")
"""This one and the next two: a request with any of the three has a datapoint of each, and no other request has one. The
alarm on their sum fills the gaps with zeros."""
UNKNOWN_CATEGORIES = _count("UnknownCategories", "Feature values outside the categories of the contract.")
OUT_OF_RANGE = _count(
    "OutOfRange",
    "Numbers outside the range seen in training; those outside the allowed range are refused as well.",
)
TELEMETRY_ERRORS = _count(
    "TelemetryErrors", "Requests that were answered while recording them failed; the log states why."
)
"""Not in the catalogue: it exists only after such a failure."""

_MAX_NAME = 255
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html"""


def predictions_of(label: str) -> Metric:
    """Return the metric of the predictions of one class, which is emitted only when a setting names the class.

    A label that does not fit is cut, and a checksum keeps it apart from others with the same beginning.
    """
    name = f"{PREDICTIONS.name}.{label}"
    if len(name) > _MAX_NAME:
        checksum = f"~{crc32(label.encode(errors='replace')):08x}"
        name = name[: _MAX_NAME - len(checksum)] + checksum
    return _count(name, "Instances for which this class was predicted.")


MAX_MEMORY_USED = _report(
    "MaxMemoryUsed",
    "Megabytes",
    "Maximum",
    "maxMemoryUsedMB",
    "Peak memory of an execution environment, as Lambda reports it after each request.",
)
INIT_DURATION = _report(
    "InitDuration",
    "Milliseconds",
    "Maximum",
    "initDurationMs",
    "Initialisation time of a cold start, as Lambda reports it.",
)
TIMEOUTS = _count(
    "Timeouts",
    "Invocations that Lambda ended at the time limit.",
    source=PLATFORM_LOG,
    condition='$.record.status = "timeout"',
)
OUT_OF_MEMORY = _count(
    "OutOfMemory",
    "Invocations that Lambda ended for lack of memory.",
    source=PLATFORM_LOG,
    condition='$.record.errorType = "Runtime.OutOfMemory"',
)
BILLED_DURATION = _report(
    "BilledDuration", "Milliseconds", "Sum", "billedDurationMs", "Time that Lambda bills, initialisation included."
)
"""Not in the catalogue: it would be the eleventh metric, and is created only when a setting enables it."""

FEATURE_DRIFT = _number(
    "FeatureDrift",
    "Maximum",
    "Population stability index of the feature that changed most, relative to its critical value.",
)
PREDICTION_DRIFT = _number(
    "PredictionDrift", "Maximum", "The same of the predicted probability and class, or of the predicted value."
)
DRIFT_METRICS = (FEATURE_DRIFT, PREDICTION_DRIFT)
"""Not in the catalogue: the model monitor emits them when a setting enables it. Above 1 is drift."""

PREDICTION_DELTA = _number(
    "PredictionDelta",
    "Average",
    "How far the shadow's prediction is from the answer: probability in other classes, or the difference.",
)
LABEL_FLIP_RATE = _number(
    "LabelFlipRate", "Average", "Share of the instances for which the shadow predicts another class."
)
SHADOW_ERRORS = _count("ShadowErrors", "Requests for which the shadow failed; they were answered.")
SHADOW_METRICS = (PREDICTION_DELTA, LABEL_FLIP_RATE, SHADOW_ERRORS)
"""Not in the catalogue: they are emitted, by pair of versions, when a setting names a second bundle."""

ACCURACY = _number("Accuracy", "Average", "Share of the predictions with feedback whose class was the actual label.")
BRIER_SCORE = _number(
    "BrierScore",
    "Average",
    "Squared distance of the probabilities from the actual labels; 0 is best.",
)
CALIBRATION_ERROR = _number(
    "CalibrationError",
    "Average",
    "How far the probabilities are from the observed frequencies; 0 is best.",
)
MEAN_ABSOLUTE_ERROR = _number("MeanAbsoluteError", "Average", "Mean distance from the actual value.")
ROOT_MEAN_SQUARED_ERROR = _number(
    "RootMeanSquaredError", "Average", "Root of the mean squared distance from the actual value."
)
QUALITY_LOSS = _number(
    "QualityLoss",
    "Maximum",
    "How much worse predictions are than in the bundle's evaluation, relative to the loss that is worth an alarm.",
)


def quality_metrics(contract: Contract) -> tuple[Metric, ...]:
    """Return the metrics of predictions with feedback, which the model monitor emits when a setting enables it."""
    if contract.task == "regression":
        return MEAN_ABSOLUTE_ERROR, ROOT_MEAN_SQUARED_ERROR, QUALITY_LOSS
    if not contract.has_probabilities:
        return ACCURACY, QUALITY_LOSS
    return ACCURACY, BRIER_SCORE, CALIBRATION_ERROR, QUALITY_LOSS


CATALOGUE = (
    PREDICTIONS,
    PREDICTION_PROBABILITY,
    PREDICTION_LATENCY,
    INVALID_REQUESTS,
    COLD_STARTS,
    MISSING_VALUES,
    UNKNOWN_CATEGORIES,
    OUT_OF_RANGE,
    MAX_MEMORY_USED,
    INIT_DURATION,
    TIMEOUTS,
    OUT_OF_MEMORY,
)
"""Ten that every month with traffic has, as many as CloudWatch gives away, and two that exist only after a failure."""


def namespace(stack: str) -> str:
    """Return the CloudWatch namespace of a stack, such as ``MLInference/dev``.

    Lambda's platform records carry no function name, so the stack cannot be a dimension of the
    metrics that come from them; it is part of the namespace.
    """
    return f"{NAMESPACE}/{stack}"


def dimensions(model: str) -> dict[str, str]:
    """Return the one set of dimensions that each EMF metric has: the model's name."""
    return {MODEL_DIMENSION: model}


def version_pair(served: str, shadow: str) -> dict[str, str]:
    """Return the dimension that the metrics of a shadow have in addition to the model's name."""
    return {VERSION_PAIR_DIMENSION: f"{served}/{shadow}"}
