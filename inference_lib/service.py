"""The service: routes a request, answers it, and reports it to metrics and log. Independent of Lambda."""

from __future__ import annotations

import json
from time import perf_counter

from inference_lib import environment
from inference_lib.contract.validation import INSTANCES
from inference_lib.errors import MethodNotAllowed, RequestError, RouteNotFound, SettingsError
from inference_lib.http import bodies, problems, routes
from inference_lib.http.requests import Response
from inference_lib.json_text import count_request, encode
from inference_lib.protocols import predict
from inference_lib.runtime.model import MANY_ROWS
from inference_lib.scoring.records import Records
from inference_lib.scoring.scorer import Observation, Scorer
from inference_lib.telemetry.logs import members_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inference_lib.bundle.loading import Bundle
    from inference_lib.contract.document import Json
    from inference_lib.contract.validation import Places
    from inference_lib.http.requests import Request
    from inference_lib.runtime.model import Prediction
    from inference_lib.settings import FunctionSettings
    from inference_lib.telemetry.emf import Emitter
    from inference_lib.telemetry.logs import Logger

    Answer = dict[str, Json] | Response

_ACCEPTED = 202
_CLIENT_ERROR = 400
_SERVER_ERROR = 500
_SHORT_BODY = 100_000
"""Below it one instance always has room in an answer; a longer body may hold a long id, which the answer repeats."""

_REQUEST_ID = "x-request-id"
"""Response header; feedback names the request by its value."""


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
        self._logger = logger
        self._max_body_bytes = settings.max_body_bytes
        self._max_nesting = settings.max_nesting
        self._most: dict[tuple[str, bool], int] = {}
        self._cors_allow_origin = settings.cors_allow_origin
        self._scorer = Scorer(bundle, settings)
        self._records = Records(bundle.contract, emitter, logger, settings)
        if settings.feedback and not bundle.contract.takes_feedback:
            raise SettingsError(
                f"the environment variable {environment.FEEDBACK} is on, and predictions of this model "
                f"({bundle.contract.task}) have no single actual label or value. Set it to false."
            )
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
            One that is EMF record and log line, and the further ones, each with its line break, for standard output.
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
        elapsed_ms = (perf_counter() - seen.started) * 1000
        lines = self._recorded(request, lambda: self._records.lines(request, response.status, seen, elapsed_ms))
        if response.status < _CLIENT_ERROR:
            lines += self._recorded(request, lambda: self._scorer.shadow_lines(request, seen, self._logger))
        count_request()
        return response, lines

    def _recorded(self, request: Request, lines: Callable[[], str]) -> str:
        """Return lines of telemetry, which never breaks an answer."""
        try:
            return lines()
        except Exception:  # noqa: BLE001 - the caller has an answer, and the log gets the trace
            from traceback import format_exc  # noqa: PLC0415 - only an error needs it

            return self._records.lost(request, format_exc())

    def _respond(self, request: Request, batch: Mapping[str, Json] | None, seen: Observation) -> Response:
        """Return the answer, or a problem document when the request is refused or the service fails."""
        try:
            answer = self._answer(request, seen) if batch is None else self._batch(batch, request, seen)
            return answer if isinstance(answer, Response) else Response(200, _text_of(answer, seen.rows))
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

        def answer(some: Sequence[Prediction]) -> dict[str, Json]:
            return predict.answer(self._contract, some)

        self._check_room(request, instances, INSTANCES, answer, explain=explain, form=seen.operation)
        return answer(self._scorer.score(instances, request, seen, explain=explain))

    def _check_room(  # noqa: PLR0913 - what is asked for, and how its answer is made
        self,
        request: Request,
        instances: Json,
        places: Places,
        answer: Callable[[Sequence[Prediction]], Json],
        *,
        explain: bool = False,
        form: str = "",
    ) -> None:
        """Refuse what has no room in an answer; ``form`` names one whose frame is the same for all requests."""
        rows = len(instances) if isinstance(instances, list) else 0
        if request.max_answer_bytes and (rows > 1 or len(request.body) > _SHORT_BODY):
            from inference_lib.http import sizes  # noqa: PLC0415 - a single instance never needs it

            most = self._most.get((form, explain)) if form else None
            if most is None:
                longest = sizes.longest_prediction(self._contract, explain=explain)
                most = self._most[form, explain] = sizes.most_predictions(longest, answer, request.max_answer_bytes)
            sizes.check_room(request, rows, places.root, most)

    def _batch(self, event: Mapping[str, Json], request: Request, seen: Observation) -> Answer:
        from inference_lib.protocols import lines  # noqa: PLC0415 - only batches need it

        seen.operation = "batch"
        self._scorer.check_deadline(request)
        return lines.score(event, self._contract, self._scorer, request, seen)

    def infer(self, request: Request, seen: Observation) -> Answer:
        """``POST /v2/models/{model}/infer``."""
        from inference_lib.protocols.v2 import inference, tensors  # noqa: PLC0415 - cold starts of other protocols

        self._scorer.check_deadline(request)
        if tensors.has_octets(request):
            from inference_lib.protocols.v2 import binary  # noqa: PLC0415 - cold starts of callers that send JSON

            document = binary.document_of(request, self._max_body_bytes, self._max_nesting)
        else:
            document = self._json(request)
        instances, explain = tensors.read(document, self._contract, self._scorer.max_instances)
        members = document if isinstance(document, dict) else {}
        wanted = inference.wanted_outputs(members, self._contract, explain=explain)
        measured, written = inference.form_of(request, members, wanted)
        request_id = inference.id_of(members) or request.request_id

        def answer(some: Sequence[Prediction]) -> dict[str, Json]:
            return inference.answer(self._contract, some, wanted, request_id)

        self._check_room(request, instances, tensors.PLACES, lambda some: measured(answer(some)), explain=explain)
        return written(answer(self._scorer.score(instances, request, seen, tensors.PLACES, explain=explain)))

    def invocations(self, request: Request, seen: Observation) -> Answer:
        """``POST /invocations``."""
        from inference_lib.protocols import invocations  # noqa: PLC0415 - cold starts of other protocols

        self._scorer.check_deadline(request)
        media_type = bodies.media_type_of(request, (bodies.JSON, bodies.CSV, *bodies.JSON_LINES))
        content = bodies.content_of(request, self._max_body_bytes)
        scored = (self._contract, self._scorer.max_instances)
        if media_type == bodies.CSV:
            has_header = "header=absent" not in request.headers["content-type"].replace(" ", "").lower()
            instances, places = invocations.read_csv(bodies.text_of(content), *scored, has_header=has_header)
        else:
            decode = bodies.json_lines_of if media_type in bodies.JSON_LINES else bodies.json_of
            instances, places = invocations.read(decode(content, self._max_nesting), *scored)
        self._check_room(request, instances, places, invocations.answer, form=seen.operation)
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
        return Response(_ACCEPTED, encode({"accepted": len(entries)}))


def _text_of(answer: dict[str, Json], rows: int) -> str:
    if rows < MANY_ROWS:
        return encode(answer)
    from inference_lib.http import large  # noqa: PLC0415 - the cold start of small requests

    return large.encode(answer)


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
