"""Every series that alarms and dashboards may read: our own metrics, and those of AWS for the function and the API.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference_lib.telemetry import metrics as telemetry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Json
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

SHARE_DIGITS = 6

LAMBDA = "AWS/Lambda"
API_GATEWAY = "AWS/ApiGateway"

COUNT, MILLISECONDS = "Count", "Milliseconds"

OF_AWS: dict[tuple[str, str], tuple[str, str]] = {
    (LAMBDA, "Invocations"): (COUNT, "Sum"),
    (LAMBDA, "Errors"): (COUNT, "Sum"),
    (LAMBDA, "Throttles"): (COUNT, "Sum"),
    (LAMBDA, "Duration"): (MILLISECONDS, "p99"),
    (LAMBDA, "ConcurrentExecutions"): (COUNT, "Maximum"),
    (API_GATEWAY, "Count"): (COUNT, "Sum"),
    (API_GATEWAY, "4XXError"): (COUNT, "Sum"),
    (API_GATEWAY, "5XXError"): (COUNT, "Sum"),
    (API_GATEWAY, "Latency"): (MILLISECONDS, "p99"),
    (API_GATEWAY, "IntegrationLatency"): (MILLISECONDS, "p99"),
}
"""Unit and usual statistic of AWS's own metrics, by namespace and name; they are free of charge."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series of datapoints, by its full name, and its statistic.

    Parameters
    ----------
    namespace, metric : str
        Its name in CloudWatch.
    dimensions : tuple of (str, str)
        Name and value of each dimension.
    unit : str
        A unit that CloudWatch knows.
    statistic : str
        Such as ``Sum`` or ``p99``.
    """

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str
    statistic: str

    def by(self, statistic: str) -> Series:
        """Return the same series with another statistic."""
        return replace(self, statistic=statistic)

    def entry(self, **options: Json) -> list[Json]:
        """Return the series in the format of a dashboard, with options such as its label."""
        pairs: list[Json] = [part for pair in self.dimensions for part in pair]
        return [self.namespace, self.metric, *pairs, {"stat": self.statistic, **options}]


class Metrics:
    """The series of one stack.

    Parameters
    ----------
    names : Names
        Names of the function and the API.
    settings : StackSettings
        The stack, which is the stage of the API, and the model.
    """

    def __init__(self, names: Names, settings: StackSettings) -> None:
        self._namespace = telemetry.namespace(settings.stack)
        self._model = tuple(telemetry.dimensions(settings.contract.name).items())
        self._of_aws = {
            LAMBDA: (("FunctionName", names.function),),
            API_GATEWAY: (("ApiName", names.api), ("Stage", settings.stack)),
        }
        self._versions = tuple(telemetry.version_pair(settings.contract.version, settings.shadow_version).items())
        self._monitor = (("FunctionName", names.monitor),)

    def own(self, metric: telemetry.Metric) -> Series:
        """Return the series of one of our own metrics."""
        return Series(
            namespace=self._namespace,
            metric=metric.name,
            dimensions=self._model if metric.source == telemetry.EMF else (),
            unit=metric.unit,
            statistic=metric.statistic,
        )

    def shadow(self, metric: telemetry.Metric) -> Series:
        """Return the series of a metric of the shadow, for the pair of versions that is deployed."""
        return replace(self.own(metric), dimensions=(*self._model, *self._versions))

    def function(self, metric: str) -> Series:
        """Return a series of AWS Lambda for the function."""
        return self._aws(LAMBDA, metric)

    def monitor(self, metric: str) -> Series:
        """Return a series of AWS Lambda for the model monitor."""
        return replace(self._aws(LAMBDA, metric), dimensions=self._monitor)

    def api(self, metric: str) -> Series:
        """Return a series of Amazon API Gateway for the stage."""
        return self._aws(API_GATEWAY, metric)

    def _aws(self, namespace: str, metric: str) -> Series:
        unit, statistic = OF_AWS[namespace, metric]
        return Series(
            namespace=namespace,
            metric=metric,
            dimensions=self._of_aws[namespace],
            unit=unit,
            statistic=statistic,
        )


def shift(shares: Mapping[str, float]) -> str:
    """Return metric math for the share of predictions that would have to change class to match the profile.

    That is the total variation distance: half the sum of the absolute changes of the class shares.

    Parameters
    ----------
    shares : mapping of str to float
        By class; the first is counted by the id ``c0``, and all predictions by ``t``.
    """
    ids = [f"c{index}" for index in range(len(shares))]
    moved = [f"ABS({id_} / t - {share:.{SHARE_DIGITS}g})" for id_, share in zip(ids, shares.values(), strict=True)]
    others = f"ABS(({' + '.join(ids)}) / t - {sum(shares.values()):.{SHARE_DIGITS}g})"
    return f"({' + '.join([*moved, others])}) / 2"
