"""The line of one request, which is a metric record and a log line in one, and the further lines about it."""

from __future__ import annotations

from time import time

from inference_lib.contract.document import OUTLIER, class_key
from inference_lib.telemetry import metrics
from inference_lib.telemetry.logs import members_text, timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json
    from inference_lib.http.requests import Request
    from inference_lib.scoring.scorer import Observation
    from inference_lib.settings import FunctionSettings
    from inference_lib.telemetry.emf import Emitter
    from inference_lib.telemetry.logs import Logger

_CLIENT_ERROR = 400
_SERVER_ERROR = 500
_MAX_CORRELATION_ID = 128

INSTANCE_OBSERVED = "instance observed"
"""``message`` of the line for one instance of a batch."""


class Records:
    """Writes what the log and the metrics record about requests.

    Parameters
    ----------
    contract : Contract
        Of the model that is served.
    emitter : Emitter
        Makes the metric record of a request.
    logger : Logger
        Makes the log line of a request.
    settings : FunctionSettings
        Which classes have metrics of their own.
    """

    def __init__(self, contract: Contract, emitter: Emitter, logger: Logger, settings: FunctionSettings) -> None:
        self._version = contract.version
        self._emitter = emitter
        self._logger = logger
        self._class_metrics = {
            str(label): metrics.predictions_of(class_key(label))
            for label in contract.classes
            if class_key(label) in settings.class_metrics or (contract.task == "anomaly" and label == OUTLIER)
        }
        self._cold = True
        self._has_lost = False

    def lines(self, request: Request, status: int, seen: Observation, elapsed_ms: float) -> str:
        """Return the lines about one answered request: one that is EMF record and log line, and those of its instances.

        Parameters
        ----------
        request : Request
            Of any method and path.
        status : int
            Of the response.
        seen : Observation
            What happened.
        elapsed_ms : float, milliseconds
            From the request to the response.
        """
        cold, self._cold = self._cold, False
        failed = status == _SERVER_ERROR
        refused = status >= _CLIENT_ERROR and not failed
        level = "ERROR" if failed else "WARNING" if refused else "INFO"
        head = self._logger.head(level, "request answered", f"service:{seen.operation or 'route'}")
        members = {**head, **self._identity(request, status, seen, cold=cold), **seen.parts_ms}
        members["total_ms"] = round(elapsed_ms, 3)
        if head and seen.error:
            members["exception" if failed else "refusal"] = seen.error
        text = members_text(members)
        if len(seen.instances) == 1:
            text += f",{seen.instances[0]}"
        values = self._values(seen, elapsed_ms, refused=refused, cold=cold)
        # Below the level of the log the metrics alone are written.
        line = self._emitter.record(values, text, seen.payload if head else "") + "\n"
        if seen.lost:
            line += self.lost(request, seen.lost)
        return line + self._further_lines(request, seen)

    def lost(self, request: Request, trace: str) -> str:
        """Return the lines about a failure to record a request: a metric each time, the stack trace once.

        This method never raises.

        Parameters
        ----------
        request : Request
            That was answered.
        trace : str
            The stack trace.
        """
        identity: dict[str, Json] = {"function_request_id": request.request_id, "model_version": self._version}
        line = ""
        if not self._has_lost:
            self._has_lost = True
            members = members_text({**identity, "exception": trace})
            line = self._logger.line("ERROR", "telemetry failed, requests are answered", "records", members)
        try:
            return line + self._emitter.record({metrics.TELEMETRY_ERRORS: 1}, members_text(identity)) + "\n"
        except Exception:  # noqa: BLE001 - whatever fails, the caller gets the answer
            return line

    def _values(
        self, seen: Observation, elapsed_ms: float, *, refused: bool, cold: bool
    ) -> dict[metrics.Metric, float | list[float]]:
        values: dict[metrics.Metric, float | list[float]] = {
            metrics.PREDICTIONS: seen.rows,
            metrics.INVALID_REQUESTS: int(refused),
        }
        # Only the sums of these are read, in which nothing is as good as zero. The alarm on the data adds the last
        # three, with zeros in gaps, and only gaps between datapoints can be filled: so the three come together.
        if cold:
            values[metrics.COLD_STARTS] = 1
        quality = seen.quality
        if quality.missing or quality.unknown_categories or quality.out_of_range:
            values[metrics.MISSING_VALUES] = sum(quality.missing.values())
            values[metrics.UNKNOWN_CATEGORIES] = sum(quality.unknown_categories.values())
            values[metrics.OUT_OF_RANGE] = sum(quality.out_of_range.values())
        if seen.rows:
            values[metrics.PREDICTION_LATENCY] = round(elapsed_ms, 3)
            values[metrics.PREDICTION_PROBABILITY] = seen.probabilities
            values |= {metric: seen.labels.get(label, 0) for label, metric in self._class_metrics.items()}
        return values

    def _identity(self, request: Request, status: int, seen: Observation, *, cold: bool) -> dict[str, Json]:
        identity: dict[str, Json] = {
            "cold_start": cold,
            "function_request_id": request.request_id,
            "route": f"{request.method} {request.path}"[:_MAX_CORRELATION_ID],
            "status": status,
            "model_version": self._version,
        }
        if "x-correlation-id" in request.headers:
            identity["correlation_id"] = request.headers["x-correlation-id"][:_MAX_CORRELATION_ID]
        if seen.labels:
            identity["labels"] = dict(seen.labels)
        if seen.margin is not None:
            identity["margin"] = round(seen.margin, 6)
        quality = seen.quality.counts()
        if quality:
            identity["data_quality"] = quality
        return identity

    def _further_lines(self, request: Request, seen: Observation) -> str:
        """Return a line for each observed instance of a batch: a query counts lines, not the members of a list."""
        instances = seen.instances if len(seen.instances) > 1 else []
        if not (instances or seen.messages):
            return ""
        shared: dict[str, Json] = {
            "timestamp": timestamp(time()),
            "function_request_id": request.request_id,
            "model_version": self._version,
        }
        head = members_text({"message": INSTANCE_OBSERVED, **shared})
        lines = [f"{{{head},{members}}}\n" for members in instances]
        start = members_text(shared)
        return "".join([*lines, *(f"{{{start},{members}}}\n" for members in seen.messages)])
