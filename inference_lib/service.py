"""The service: routes a request, answers it, and reports it to metrics and log. Independent of Lambda."""

from __future__ import annotations

import json
from time import perf_counter, time

from inference_lib import environment
from inference_lib.contract.document import OUTLIER, class_key
from inference_lib.errors import MethodNotAllowed, RequestError, RouteNotFound, SettingsError
from inference_lib.http import bodies, problems, routes
from inference_lib.http.requests import Response
from inference_lib.protocols import predict
from inference_lib.scoring.scorer import Observation, Scorer
from inference_lib.telemetry import metrics
from inference_lib.telemetry.logs import members_text, timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_lib.bundle.loading import Bundle
    from inference_lib.contract.document import Json
    from inference_lib.http.requests import Request
    from inference_lib.settings import FunctionSettings
    from inference_lib.telemetry.emf import Emitter
    from inference_lib.telemetry.logs import Logger

    Answer = dict[str, Json] | Response

_ACCEPTED = 202
_CLIENT_ERROR = 400
_SERVER_ERROR = 500
_MAX_CORRELATION_ID = 128

_REQUEST_ID = "x-request-id"
"""Response header; feedback names the request by its value."""

INSTANCE_OBSERVED = "instance observed"
"""``message`` of the line for one instance of a batch."""


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
        Limits, and which parts of the payload are logged.

    Raises
    ------
    SettingsError
        The settings do not fit the bundle.
    BundleError
        They name a second bundle that cannot be the shadow of this one.
    """

    def __init__(self, bundle: Bundle, emitter: Emitter, logger: Logger, settings: FunctionSettings) -> None:
        self._bundle = bundle
        self._contract = bundle.contract
        self._emitter = emitter
        self._logger = logger
        self._max_body_bytes = settings.max_body_bytes
        self._max_nesting = settings.max_nesting
        self._cors_allow_origin = settings.cors_allow_origin
        self._scorer = Scorer(bundle, settings)
        self._class_metrics = {
            str(label): metrics.predictions_of(class_key(label))
            for label in bundle.contract.classes
            if class_key(label) in settings.class_metrics or (bundle.contract.task == "anomaly" and label == OUTLIER)
        }
        if settings.feedback and not bundle.contract.takes_feedback:
            raise SettingsError(
                f"the environment variable {environment.FEEDBACK} is on, and predictions of this model "
                f"({bundle.contract.task}) have no single actual label or value. Set it to false."
            )
        self._cold = True
        self._feedback = settings.feedback
        self._routes = routes.routes_of(bundle.contract, feedback=settings.feedback)

    def handle(self, request: Request, batch: Mapping[str, Json] | None = None) -> tuple[Response, str]:
        """Answer one request.

        Parameters
        ----------
        request : Request
            Any request; this method never raises.
        batch : mapping, optional
            The event with the lines of a batch, which are scored instead of the request's body.

        Returns
        -------
        response : Response
            The answer; a problem document unless the status is 2xx.
        lines : str
            One EMF record and one log line, each with its line break, to be written to standard output.
        """
        seen = Observation()
        response = self._respond(request, batch, seen)
        if self._feedback and seen.rows:
            response.headers[_REQUEST_ID] = request.request_id
        if self._cors_allow_origin:
            response.headers |= {"access-control-allow-origin": self._cors_allow_origin, "vary": "origin"}
            if _REQUEST_ID in response.headers:
                response.headers["access-control-expose-headers"] = _REQUEST_ID
        if request.method == "HEAD":
            response.body = ""
        lines = self._report(request, response, seen, (perf_counter() - seen.started) * 1000)
        if response.status < _CLIENT_ERROR:
            lines += self._scorer.shadow_lines(request, seen, self._logger)
        self._cold = False
        return response, lines

    def _respond(self, request: Request, batch: Mapping[str, Json] | None, seen: Observation) -> Response:
        """Return the answer, or a problem document when the request is refused or the service fails."""
        try:
            answer = self._answer(request, seen) if batch is None else self._batch(batch, request, seen)
            return answer if isinstance(answer, Response) else Response(200, _encode(answer))
        except RequestError as error:
            response = _problem_response(problems.problem_of(error, request.request_id), seen.operation)
            if isinstance(error, MethodNotAllowed):
                response.headers["allow"] = ", ".join(error.allowed)
            seen.error = error.detail
            return response
        except Exception:  # noqa: BLE001 - the caller gets a 500, and the log gets the trace
            from traceback import format_exc  # noqa: PLC0415 - only an error needs it

            seen.error = format_exc()
            detail = "The service failed to answer the request. Include the request id when you report this error."
            problem = problems.problem(_SERVER_ERROR, detail, request.request_id)
            return _problem_response(problem, seen.operation)

    def _answer(self, request: Request, seen: Observation) -> Answer:
        methods = self._routes.get(request.path) or self._routes.get(request.path.rstrip("/"))
        if methods is None:
            raise RouteNotFound(f"There is no such route; expected one of {', '.join(self._routes)}.")
        operation = methods.get(request.method)
        if operation is None:
            if request.method == "OPTIONS" and self._cors_allow_origin:
                from inference_lib.http.preflight import preflight  # noqa: PLC0415 - only browsers need it

                return preflight(methods)
            operation = methods.get(routes.READ) if request.method == "HEAD" else None
        if operation is None:
            allowed = (*methods, *(["HEAD"] if routes.READ in methods else []))
            raise MethodNotAllowed(
                f"The route {request.path} does not take this method; expected {', '.join(allowed)}.", allowed
            )
        seen.operation = operation
        return _OPERATIONS[operation](self, request, seen)

    def _json(self, request: Request) -> Json:
        bodies.media_type_of(request)
        return bodies.json_of(bodies.content_of(request, self._max_body_bytes), self._max_nesting)

    def predict(self, request: Request, seen: Observation) -> Answer:
        """``POST /predict``."""
        self._scorer.check_deadline(request)
        instances, explain = predict.read(self._json(request))
        predictions = self._scorer.score(instances, request, seen, explain=explain)
        return predict.answer(self._contract, predictions)

    def _batch(self, event: Mapping[str, Json], request: Request, seen: Observation) -> Answer:
        from inference_lib.protocols import lines  # noqa: PLC0415 - only batches need it

        seen.operation = "batch"
        self._scorer.check_deadline(request)
        return lines.score(event, self._contract, self._scorer, request, seen)

    def infer(self, request: Request, seen: Observation) -> Answer:
        """``POST /v2/models/{model}/infer``."""
        from inference_lib.protocols.v2 import inference, tensors  # noqa: PLC0415 - cold starts of other protocols

        self._scorer.check_deadline(request)
        document = self._json(request)
        instances, explain = tensors.read(document, self._contract)
        members = document if isinstance(document, dict) else {}
        wanted = inference.wanted_outputs(members, self._contract, explain=explain)
        predictions = self._scorer.score(instances, request, seen, tensors.PLACES, explain=explain)
        given = members.get("id")
        return inference.answer(
            self._contract, predictions, wanted, given if given and isinstance(given, str) else request.request_id
        )

    def invocations(self, request: Request, seen: Observation) -> Answer:
        """``POST /invocations``."""
        from inference_lib.protocols import invocations  # noqa: PLC0415 - cold starts of other protocols

        self._scorer.check_deadline(request)
        table = bodies.media_type_of(request, (bodies.JSON, bodies.CSV)) == bodies.CSV
        content = bodies.content_of(request, self._max_body_bytes)
        if table:
            instances, places = invocations.read_csv(bodies.text_of(content), self._contract)
        else:
            instances, places = invocations.read(bodies.json_of(content, self._max_nesting), self._contract)
        return invocations.answer(self._scorer.score(instances, request, seen, places))

    def health(self, _request: Request, _seen: Observation) -> Answer:
        """``GET /health``, and ``GET /ping`` of SageMaker and MLflow."""
        return {"status": "ok", "model": predict.model_of(self._contract)}

    def model(self, _request: Request, _seen: Observation) -> Answer:
        """``GET /model``."""
        from inference_lib.contract.public import public_contract  # noqa: PLC0415 - no prediction needs it

        return public_contract(self._contract)

    def describe(self, _request: Request, seen: Observation) -> Answer:
        """Answer with documents, pages or metadata of the server."""
        from inference_lib.openapi.descriptions import describe  # noqa: PLC0415 - no prediction needs it

        return describe(seen.operation, self._contract, feedback=self._feedback)

    def feedback(self, request: Request, seen: Observation) -> Answer:
        """``POST /feedback``."""
        from inference_lib.protocols import feedback  # noqa: PLC0415 - no prediction needs it

        entries = feedback.read(self._json(request), self._contract)
        seen.messages = [members_text({"message": feedback.MESSAGE, **entry.members()}) for entry in entries]
        return Response(_ACCEPTED, _encode({"accepted": len(entries)}))

    def _report(self, request: Request, response: Response, seen: Observation, elapsed_ms: float) -> str:
        failed = response.status == _SERVER_ERROR
        refused = response.status >= _CLIENT_ERROR and not failed
        values: dict[metrics.Metric, float | list[float]] = {
            metrics.PREDICTIONS: seen.rows,
            metrics.INVALID_REQUESTS: int(refused),
            metrics.COLD_STARTS: int(self._cold),
            metrics.MISSING_VALUES: sum(seen.quality.missing.values()),
            metrics.UNKNOWN_CATEGORIES: sum(seen.quality.unknown_categories.values()),
            metrics.OUT_OF_RANGE: sum(seen.quality.out_of_range.values()),
        }
        if seen.rows:
            values[metrics.PREDICTION_LATENCY] = _ms(elapsed_ms / 1000)
            values[metrics.PREDICTION_PROBABILITY] = seen.probabilities
            values |= {metric: seen.labels.get(label, 0) for label, metric in self._class_metrics.items()}
        identity: dict[str, Json] = {
            "cold_start": self._cold,
            "function_request_id": request.request_id,
            "correlation_id": request.headers.get("x-correlation-id", request.request_id)[:_MAX_CORRELATION_ID],
            "route": f"{request.method} {request.path}"[:_MAX_CORRELATION_ID],
            "status": response.status,
            "model_version": self._contract.version,
        }
        if seen.labels:
            identity["labels"] = dict(seen.labels)
        if seen.margin is not None:
            identity["margin"] = round(seen.margin, 6)
        quality = seen.quality.counts()
        if quality:
            identity["data_quality"] = quality
        shared = members_text({**identity, **seen.parts_ms, "total_ms": _ms(elapsed_ms / 1000)})
        level = "ERROR" if failed else "WARNING" if refused else "INFO"
        fault: dict[str, Json] = {"exception" if failed else "refusal": seen.error} if seen.error else {}
        members = ", ".join(filter(None, (shared, members_text(fault), seen.payload)))
        line = self._logger.line(level, "request answered", f"service:{seen.operation or 'route'}", members)
        if len(seen.instances) == 1:
            return self._emitter.record(values, f"{shared}, {seen.instances[0]}") + "\n" + line
        return self._emitter.record(values, shared) + "\n" + line + self._further_lines(request, seen)

    def _further_lines(self, request: Request, seen: Observation) -> str:
        """Return a line for each observed instance of a batch: a query counts lines, not the members of a list."""
        if not (seen.instances or seen.messages):
            return ""
        shared: dict[str, Json] = {
            "timestamp": timestamp(time()),
            "function_request_id": request.request_id,
            "model_version": self._contract.version,
        }
        head = members_text({"message": INSTANCE_OBSERVED, **shared})
        lines = [f"{{{head}, {members}}}\n" for members in seen.instances]
        start = members_text(shared)
        return "".join([*lines, *(f"{{{start}, {members}}}\n" for members in seen.messages)])


_encode = json.JSONEncoder(separators=(",", ":")).encode

_OPERATIONS: dict[str, Callable[[Service, Request, Observation], Answer]] = {
    **dict.fromkeys(routes.operations(), Service.describe),
    routes.PREDICT: Service.predict,
    routes.HEALTH: Service.health,
    routes.PING: Service.health,
    routes.MODEL: Service.model,
    routes.INVOCATIONS: Service.invocations,
    routes.V2_INFER: Service.infer,
    routes.FEEDBACK: Service.feedback,
}


def _problem_response(document: dict[str, Json], operation: str) -> Response:
    if operation == routes.INVOCATIONS:
        # MLflow's clients read these two.
        document = {**document, "error_code": "BAD_REQUEST", "message": document["detail"]}
    status = document["status"]
    return Response(status if isinstance(status, int) else _SERVER_ERROR, json.dumps(document), problems.MEDIA_TYPE)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
