"""The panels of the dashboard, in the order in which an on-call engineer reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.contract.document import OUTLIER
from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.alarms.maker import MIN_SAMPLES
from infra.monitoring.dashboard.panel import Panel
from infra.monitoring.metrics import Metrics, shift
from infra.prices import table as prices
from infra.settings.subjects.monitoring import FULL
from infra.settings.values.periods import HOUR_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_lib.contract.document import Json
    from infra.monitoring.metrics import Series
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

GREY = "#7f7f7f"
DAY_S = 86_400
MB_PER_GB = 1024


def _by(series: Series, *statistics: str, label: str = "") -> list[Json]:
    name = label or series.metric
    return [series.by(statistic).entry(label=f"{name} {statistic}") for statistic in statistics]


def _total(series: Series, **options: Json) -> Json:
    return series.entry(**{"label": series.metric, **options})


def _share(expression: str, label: str) -> Json:
    """Return a line from 0 to 1 next to counts, with the expression of its alarm."""
    return [{"expression": expression, "label": label, "id": "share", "yAxis": "right"}]


class _Panels:
    """The panels of one stack."""

    def __init__(self, names: Names, settings: StackSettings) -> None:
        self._settings, self._region = settings, names.region
        metrics = Metrics(names, settings)
        self._own, self._function, self._api = metrics.own, metrics.function, metrics.api
        self._shadow = metrics.shadow

    def traffic(self) -> Panel:
        lines: list[Json] = [
            _total(self._api("Count"), label="Requests to the API"),
            _total(self._function("Invocations")),
            _total(self._own(telemetry.PREDICTIONS)),
        ]
        return Panel(title="Traffic", metrics=lines, axis={"label": "Count", "min": 0})

    def errors(self) -> Panel:
        lines: list[Json] = [
            _total(self._api("5XXError"), label="5xx answers"),
            _total(self._api("4XXError"), label="4xx answers"),
            _total(self._function("Errors"), label="Errors of the function", id="f"),
            _total(self._own(telemetry.TIMEOUTS)),
            _total(self._own(telemetry.OUT_OF_MEMORY)),
            _total(self._own(telemetry.INVALID_REQUESTS)),
            _total(self._function("Invocations"), id="i", visible=False),
            _share(f"IF(i >= {MIN_SAMPLES}, f / i)", "Share of failed invocations"),
        ]
        return Panel(
            title="Errors by kind",
            metrics=lines,
            axis={"label": "Count", "min": 0},
        )

    def invocations(self) -> Panel:
        of_lambda: list[Json] = [_total(self._function(each)) for each in ("Invocations", "Errors", "Throttles")]
        # Essential monitoring counts refused requests by a metric of the gateway, which is free.
        refused = (
            _total(self._api("4XXError"), label="4xx answers")
            if self._settings.is_essential
            else _total(self._own(telemetry.INVALID_REQUESTS))
        )
        lines = [*of_lambda, refused]
        return Panel(title="Invocations and errors", metrics=lines, axis={"label": "Requests", "min": 0})

    def latency(self) -> Panel:
        lines = _by(self._api("Latency"), "p50", "p90", "p99")
        return Panel(title="Latency for callers", metrics=lines, axis={"label": "ms", "min": 0})

    def latency_parts(self) -> Panel:
        parts = {
            "Gateway to function": self._api("IntegrationLatency"),
            "Function": self._function("Duration"),
            "Prediction": self._own(telemetry.PREDICTION_LATENCY),
        }
        lines = [line for label, series in parts.items() for line in _by(series, "p50", "p90", "p99", label=label)]
        return Panel(title="Latency by part", metrics=lines, axis={"label": "ms", "min": 0})

    def cold_starts(self) -> Panel:
        init = self._own(telemetry.INIT_DURATION)
        # Each cold start has one value, so that essential monitoring needs no second metric to count them.
        starts = init.by("SampleCount") if self._settings.is_essential else self._own(telemetry.COLD_STARTS)
        lines: list[Json] = [
            *_by(init, "Maximum", "Average"),
            _total(starts, yAxis="right", label="Cold starts"),
        ]
        return Panel(title="Initialisation time", metrics=lines, axis={"label": "ms", "min": 0})

    def memory(self) -> Panel:
        limit: dict[str, Json] = {
            "label": "Memory of the function",
            "value": self._settings.memory_mb,
            "color": GREY,
        }
        return Panel(
            title="Maximum memory used",
            metrics=_by(self._own(telemetry.MAX_MEMORY_USED), "Maximum"),
            axis={"label": "MB", "min": 0},
            annotations=(limit,),
        )

    def concurrency(self) -> Panel:
        lines: list[Json] = [
            *_by(self._function("ConcurrentExecutions"), "Maximum"),
            _total(self._function("Throttles"), yAxis="right"),
        ]
        return Panel(
            title="Concurrency and throttles",
            metrics=lines,
            axis={"label": "Execution environments", "min": 0},
        )

    def quality_of_predictions(self) -> Panel:
        lines: list[Json]
        if self._settings.contract.task == "anomaly":
            outliers = _total(self._own(telemetry.predictions_of(OUTLIER)), id="o", visible=False)
            lines = [
                outliers,
                _total(self._own(telemetry.PREDICTIONS), id="p", visible=False),
                [{"expression": "o / p", "label": "Share of outliers", "id": "s"}],
            ]
            return Panel(title="Outliers", metrics=lines, axis={"label": "Share", "min": 0, "max": 1})
        if not self._settings.contract.has_probabilities:
            lines = [_total(self._own(telemetry.PREDICTIONS))]
            return Panel(title="Predictions", metrics=lines, axis={"label": "Instances", "min": 0})
        return Panel(
            title="Prediction probability",
            metrics=_by(self._own(telemetry.PREDICTION_PROBABILITY), "Average", "p10", "p50"),
            axis={"label": "Probability", "min": 0, "max": 1},
        )

    def data_quality(self) -> Panel:
        quality = (telemetry.MISSING_VALUES, telemetry.UNKNOWN_CATEGORIES, telemetry.OUT_OF_RANGE)
        values = len(self._settings.contract.features)
        lines: list[Json] = [
            *(_total(self._own(metric), id=f"q{index}") for index, metric in enumerate(quality)),
            _total(self._own(telemetry.INVALID_REQUESTS)),
            _total(self._own(telemetry.PREDICTIONS), id="p", visible=False),
            _share(
                f"IF(p >= {MIN_SAMPLES}, (FILL(q0, 0) + FILL(q1, 0) + FILL(q2, 0)) / (p * {values}))",
                "Share of all feature values",
            ),
        ]
        return Panel(title="Data quality", metrics=lines, axis={"label": "Count", "min": 0})

    def class_shares(self) -> Panel:
        watched = self._settings.watched_classes
        counted: list[Json] = [_total(self._own(telemetry.PREDICTIONS), id="t", visible=False)]
        shares: list[Json] = [[{"expression": shift(watched), "label": "Moved to another class", "id": "e"}]]
        for index, label in enumerate(watched):
            counted.append(_total(self._own(telemetry.predictions_of(label)), id=f"c{index}", visible=False))
            shares.append([{"expression": f"c{index} / t", "label": f"Share of {label}", "id": f"s{index}"}])
        return Panel(
            title="Class shares",
            metrics=[*shares, *counted],
            axis={"label": "Share", "min": 0, "max": 1},
            period_s=HOUR_S,
        )

    def drift(self) -> Panel:
        lines: list[Json] = [_total(self._own(metric)) for metric in telemetry.DRIFT_METRICS]
        return Panel(
            title="Drift from the reference profile",
            metrics=lines,
            axis={"label": "Parts of the critical value", "min": 0},
            period_s=self._settings.monitor_interval_hours * HOUR_S,
        )

    def shadow(self) -> Panel:
        flips: list[Json] = [self._shadow(telemetry.LABEL_FLIP_RATE).entry(label="Share of other labels")]
        lines: list[Json] = [
            *_by(self._shadow(telemetry.PREDICTION_DELTA), "Average", "p50", "p99"),
            *([] if self._settings.contract.task == "regression" else flips),
            self._shadow(telemetry.SHADOW_ERRORS).entry(label="Failures", yAxis="right"),
        ]
        title = f"Shadow {self._settings.shadow_version}"
        return Panel(title=title, metrics=lines, axis={"label": "Difference from the answers", "min": 0})

    def prediction_quality(self) -> Panel:
        metrics = telemetry.quality_metrics(self._settings.contract)
        lines: list[Json] = [_total(self._own(metric)) for metric in metrics[:-1]]
        return Panel(
            title="Quality of predictions with feedback",
            metrics=[*lines, _total(self._own(telemetry.QUALITY_LOSS), yAxis="right")],
            axis={"label": "As in the evaluation", "min": 0},
            period_s=self._settings.monitor_interval_hours * HOUR_S,
        )

    def cost(self) -> Panel:
        settings = self._settings
        gb = settings.memory_mb / MB_PER_GB
        # Duration is free, but excludes the initialisation, which is billed too.
        billed = (
            self._own(telemetry.BILLED_DURATION) if settings.billed_duration else self._function("Duration").by("Sum")
        )
        price = prices.for_estimates(self._region)
        gb_second = price[f"lambda_gb_second_{settings.architecture}"].usd
        expressions = {
            "Duration of the function": f"b / 1000 * {gb} * {gb_second:.10f}",
            "Requests to the function": f"i * {price['lambda_request'].usd:.10f}",
            "Requests to the API": f"c * {price['rest_request'].usd:.10f}",
        }
        lines: list[Json] = [
            [{"expression": f"FILL({text}, 0)", "label": label, "id": f"e{index}"}]
            for index, (label, text) in enumerate(expressions.items())
        ]
        lines += [
            _total(billed, id="b", visible=False),
            _total(self._function("Invocations"), id="i", visible=False),
            _total(self._api("Count"), id="c", visible=False),
        ]
        axis: dict[str, Json] = {"label": f"USD, list prices of {price.region}", "min": 0}
        return Panel(title="Cost a day, estimated", metrics=lines, axis=axis, period_s=DAY_S)


def panels(names: Names, settings: StackSettings) -> tuple[Panel, ...]:
    """Return the panels of the dashboard, in reading order.

    Parameters
    ----------
    names : Names
        Names of the function and the API.
    settings : StackSettings
        The model, its environment, its monitoring, and which of the two shapes the dashboard has.
    """
    made = _Panels(names, settings)
    essential: tuple[Callable[[], Panel], ...] = (
        made.invocations,
        made.quality_of_predictions,
        made.memory,
        made.cold_starts,
    )
    class_shares = [made.class_shares] if settings.watched_classes else []
    options = (
        *([made.drift] if settings.model_monitor else []),
        *([made.shadow] if settings.shadow_version else []),
        *([made.prediction_quality] if settings.feedback else []),
    )
    full = (
        made.traffic,
        made.errors,
        made.latency,
        made.latency_parts,
        made.cold_starts,
        made.memory,
        made.concurrency,
        made.quality_of_predictions,
        *class_shares,
        made.data_quality,
        *options,
        made.cost,
    )
    if settings.dashboard != FULL:
        return tuple(make() for make in essential)
    return tuple(make() for make in ((*essential, *class_shares, *options) if settings.is_essential else full))
