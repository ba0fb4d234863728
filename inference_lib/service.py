"""The service: routes a request, answers it, and tells metrics and log about it. Knows nothing of Lambda."""

from __future__ import annotations

import json
from time import perf_counter

from inference_lib import problems, routes, telemetry
from inference_lib.columns import Quality
from inference_lib.contract import public_contract
from inference_lib.errors import (
    DeadlineTooNear,
    MalformedRequest,
    MethodNotAllowed,
    RequestError,
    RouteNotFound,
)
from inference_lib.logs import members_text
from inference_lib.payload_log import PayloadLog
from inference_lib.problems import FieldProblem
from inference_lib.protocols import predict
from inference_lib.requests import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_lib.bundle import Bundle
    from inference_lib.contract import Json
    from inference_lib.emf import Emitter
    from inference_lib.function_settings import FunctionSettings
    from inference_lib.logs import Logger
    from inference_lib.requests import Request

_CLIENT_ERROR = 400
_SERVER_ERROR = 500
_MAX_CORRELATION_ID = 128


class Observation:
    """What is known about one request when it is answered."""

    __slots__ = ("error", "operation", "parts_ms", "payload", "probabilities", "quality", "rows")

    def __init__(self) -> None:
        self.operation = ""
        self.rows = 0
        self.probabilities: list[float] = []
        self.quality = Quality()
        self.parts_ms: dict[str, Json] = {}
        self.payload: dict[str, Json] = {}
        self.error = ""


class Service:
    """Answers requests with one bundle.

    Parameters
    ----------
    bundle : Bundle
        The loaded model.
    emitter : Emitter
        Makes the metric record of a request.
    logger : Logger
        Makes the log line of a request.
    settings : FunctionSettings
        Limits, and what of the payload is logged.

    Raises
    ------
    SettingsError
        The settings do not fit the bundle.
    """

    def __init__(self, bundle: Bundle, emitter: Emitter, logger: Logger, settings: FunctionSettings) -> None:
        self._bundle = bundle
        self._emitter = emitter
        self._logger = logger
        self._max_body_bytes = settings.max_body_bytes
        self._deadline_margin_ms = settings.deadline_margin_ms
        self._payload_log = PayloadLog(
            bundle.contract,
            settings.log_payload_sample_rate,
            settings.log_payload_max_bytes,
            settings.log_payload_drop,
        )
        self._cold = True
        self._operations: dict[str, Callable[[Request, Observation], dict[str, Json]]] = {
            routes.PREDICT: self._predict,
            routes.HEALTH: self._health,
            routes.MODEL: self._model,
            routes.OPENAPI: self._openapi,
        }

    def handle(self, request: Request) -> tuple[Response, str]:
        """Answer one request.

        Parameters
        ----------
        request : Request
            Any request; nothing in it makes this method raise.

        Returns
        -------
        response : Response
            The answer; a problem for everything that is not a 2xx.
        lines : str
            One EMF record and one log line, each with its line break, to be written to standard output.
        """
        started = perf_counter()
        seen = Observation()
        try:
            response = Response(200, _encode(self._answer(request, seen)))
        except RequestError as error:
            response = _problem_response(problems.problem_of(error, request.request_id))
            if isinstance(error, MethodNotAllowed):
                response.headers["allow"] = ", ".join(error.allowed)
            seen.error = error.detail
        except Exception:  # noqa: BLE001 - whatever it is, the caller gets a 500 and the log gets the trace
            from traceback import format_exc  # noqa: PLC0415 - only a fault of ours needs it

            seen.error = format_exc()
            detail = "The request could not be answered; the fault is ours. Name the request id when you report it."
            response = _problem_response(problems.problem(_SERVER_ERROR, detail, request.request_id))
        lines = self._report(request, response, seen, (perf_counter() - started) * 1000)
        self._cold = False
        return response, lines

    def _answer(self, request: Request, seen: Observation) -> dict[str, Json]:
        path = request.path.rstrip("/") or "/"
        methods = routes.ROUTES.get(path)
        if methods is None:
            raise RouteNotFound(f"There is no such route; expected one of {', '.join(routes.ROUTES)}.")
        operation = methods.get(request.method)
        if operation is None:
            allowed = tuple(methods)
            raise MethodNotAllowed(
                f"The route {path} does not take this method; expected {', '.join(allowed)}.", allowed
            )
        seen.operation = operation
        return self._operations[operation](request, seen)

    def _predict(self, request: Request, seen: Observation) -> dict[str, Json]:
        begun = perf_counter()
        self._check_deadline(request)
        instances = predict.instances_of(_decoded(request.json_text(self._max_body_bytes)))
        parsed = perf_counter()
        valid = self._bundle.validator.validate(instances, seen.quality)
        validated = perf_counter()
        self._check_deadline(request)
        predictions = self._bundle.model.predict(valid.columns, valid.rows)
        predicted = perf_counter()
        seen.probabilities = [p for each in predictions if isinstance(p := each.get("probability"), float)]
        seen.rows = valid.rows
        seen.parts_ms = {
            "parse_ms": _ms(parsed - begun),
            "validate_ms": _ms(validated - parsed),
            "predict_ms": _ms(predicted - validated),
        }
        seen.payload = self._payload_log.payload(request.request_id, valid, predictions)
        return predict.answer(self._bundle.contract, predictions)

    def _check_deadline(self, request: Request) -> None:
        if request.remaining_ms is not None and request.remaining_ms() < self._deadline_margin_ms:
            raise DeadlineTooNear("Too little time is left to answer this request. Send fewer instances, or try again.")

    def _health(self, _request: Request, _seen: Observation) -> dict[str, Json]:
        return {"status": "ok", "model": predict.model_of(self._bundle.contract)}

    def _model(self, _request: Request, _seen: Observation) -> dict[str, Json]:
        return dict(public_contract(self._bundle.contract))

    def _openapi(self, _request: Request, _seen: Observation) -> dict[str, Json]:
        from inference_lib.openapi import openapi_document  # noqa: PLC0415 - no prediction needs it

        return openapi_document(self._bundle.contract)

    def _report(self, request: Request, response: Response, seen: Observation, elapsed_ms: float) -> str:
        contract = self._bundle.contract
        failed = response.status == _SERVER_ERROR
        refused = response.status >= _CLIENT_ERROR and not failed
        metrics: dict[telemetry.Metric, float | list[float]] = {
            telemetry.PREDICTIONS: seen.rows,
            telemetry.INVALID_REQUESTS: int(refused),
            telemetry.COLD_STARTS: int(self._cold),
            telemetry.MISSING_VALUES: seen.quality.missing,
            telemetry.UNKNOWN_CATEGORIES: seen.quality.unknown_categories,
            telemetry.OUT_OF_RANGE: seen.quality.out_of_range,
        }
        if seen.rows:
            metrics[telemetry.PREDICTION_LATENCY] = _ms(elapsed_ms / 1000)
            metrics[telemetry.PREDICTION_PROBABILITY] = seen.probabilities
        identity: dict[str, Json] = {
            "cold_start": self._cold,
            "function_request_id": request.request_id,
            "correlation_id": request.headers.get("x-correlation-id", request.request_id)[:_MAX_CORRELATION_ID],
            "route": f"{request.method} {request.path}"[:_MAX_CORRELATION_ID],
            "status": response.status,
            "model_version": contract.version,
        }
        shared = members_text({**identity, **seen.parts_ms, "total_ms": _ms(elapsed_ms / 1000)})
        level = "ERROR" if failed else "WARNING" if refused else "INFO"
        fault: dict[str, Json] = {"exception" if failed else "refusal": seen.error} if seen.error else {}
        own = members_text({**fault, **seen.payload})
        members = f"{shared}, {own}" if own else shared
        line = self._logger.line(level, "request answered", f"service:{seen.operation or 'route'}", members)
        return self._emitter.record(metrics, shared) + "\n" + line


def _object(members: list[tuple[str, Json]]) -> dict[str, Json]:
    """Build an object whose names are unique; by itself the parser would silently keep the last of two."""
    built = dict(members)
    if len(built) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)[:64]
        detail = f"the name '{twice}' stands more than once in one object; expected each name once"
        raise MalformedRequest(f"The body is ambiguous: {detail}.", [FieldProblem("$", detail)])
    return built


_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder(object_pairs_hook=_object).decode


def _decoded(text: str | bytes) -> Json:
    try:
        document: Json = _decode(text if isinstance(text, str) else text.decode())
    except json.JSONDecodeError as error:
        detail = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise MalformedRequest(f"The body is not JSON: {detail}.", [FieldProblem("$", detail)]) from error
    except UnicodeDecodeError as error:
        raise MalformedRequest("The body is not JSON: it is not text in UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(
            "The body is not JSON that can be read: a number is too long or the nesting too deep."
        ) from error
    return document


def _problem_response(document: dict[str, Json]) -> Response:
    status = document["status"]
    return Response(status if isinstance(status, int) else _SERVER_ERROR, json.dumps(document), problems.MEDIA_TYPE)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
