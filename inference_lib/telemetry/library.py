"""The checks of aws-embedded-metrics, imported when something needs them: 8 ms that a usual cold start does not pay.

The package's ``__init__`` is not run, because it imports asyncio and aiohttp to find out whether the process runs on
EC2, 190 ms that a Lambda function does not need; nor is ``importlib.metadata``, 26 ms for one version number
(docs/decisions/0003-cold-path.md).
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder

from inference_lib.errors import RuntimeLibraryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_embedded_metrics.logger.metrics_context import MetricsContext

    from inference_lib.telemetry.metrics import Metric

_PACKAGE = "aws_embedded_metrics"
_METADATA = "importlib.metadata"


def _import_without_package_init() -> None:
    """Import the module below an empty package, and remove the substitutes afterwards."""
    spec = PathFinder.find_spec(_PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise RuntimeLibraryError(
            "aws-embedded-metrics is not installed. Install it: pip install 'inference-lib[function]'"
        )
    package = type(sys)(_PACKAGE)
    package.__path__ = list(spec.submodule_search_locations)
    substitutes = {_PACKAGE: package}
    if _METADATA not in sys.modules:
        metadata = type(sys)(_METADATA)
        metadata.__dict__["version"] = lambda _distribution: "3"
        substitutes[_METADATA] = metadata
    sys.modules.update(substitutes)
    try:
        import_module("aws_embedded_metrics.logger.metrics_context")
    finally:
        for name in substitutes:
            del sys.modules[name]


if _PACKAGE not in sys.modules:
    _import_without_package_init()
_new_context: type[MetricsContext] = sys.modules["aws_embedded_metrics.logger.metrics_context"].MetricsContext
_MAX_NAME: int = sys.modules["aws_embedded_metrics.constants"].MAX_DIMENSION_NAME_LENGTH


def check(dimensions: dict[str, str], metrics: Sequence[tuple[Metric, float]] = ()) -> None:
    """Refuse what is no metric: the names of metrics and dimensions, units and values.

    Parameters
    ----------
    dimensions : dict of str to str
        The one set of dimensions.
    metrics : sequence of (Metric, float)
        With a value of each.

    Raises
    ------
    InvalidDimensionError, InvalidMetricError
        From the library: a name or a unit is wrong, or a value is not finite.
    """
    context = _new_context(namespace="")
    context.set_dimensions([dimensions], use_default=False)
    for index, (metric, value) in enumerate(metrics):
        # The library's limit is below CloudWatch's, 255 characters.
        name = metric.name if len(metric.name) <= _MAX_NAME else f"{metric.name[: _MAX_NAME - 9]} {index}"
        context.put_metric(name, value, metric.unit)
