"""The Lambda handler: builds the service while the environment initialises, and passes events to it.

Environment variables are those of ``inference_lib.environment``; ``MODEL_BUNDLE`` is required.
"""

from __future__ import annotations

import gc
import json
import os
import sys

# Nothing that the imports make is garbage, and a cold start would pay for looking for some.
gc.disable()

from inference_lib import environment
from inference_lib.bundle.loading import load_bundle
from inference_lib.errors import BatchUnanswered, InferenceError
from inference_lib.http.events import answer_of, direct_request, failures_of, messages_of, request_of
from inference_lib.runtime.log import listen
from inference_lib.service import Service
from inference_lib.settings import FunctionSettings
from inference_lib.telemetry.emf import Emitter
from inference_lib.telemetry.logs import Logger, members_text
from inference_lib.telemetry.metrics import dimensions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from inference_lib.http.events import Context, Event
    from inference_lib.http.requests import Request, Response


_FAILED = 400


def build_service() -> Service:
    """Build the service from the environment.

    Raises
    ------
    InferenceError
        The bundle, the runtime library or an environment variable is wrong. One log line of level
        CRITICAL has been written; Lambda reports the failed initialisation.
    """
    variables = os.environ
    name = variables.get(environment.SERVICE_NAME) or variables.get("AWS_LAMBDA_FUNCTION_NAME") or "inference"
    logger = Logger(name, variables.get(environment.LOG_LEVEL, "INFO"))

    def log(level: str, message: str) -> None:
        sys.stdout.write(logger.line(level, message, "onnxruntime", ""))

    listen(log)
    try:
        settings = FunctionSettings()
        bundle = load_bundle(
            settings.bundle,
            settings.max_instances,
            settings.session_options,
            settings.max_text_length,
            ignores_unknown_features=settings.ignores_unknown_features,
        )
        emitter = Emitter(settings.namespace, dimensions(bundle.contract.name), settings.members)
        return Service(bundle, emitter, logger, settings)
    except InferenceError as error:
        message = f"initialisation failed: {error}"
        members = members_text({"cold_start": True})
        sys.stdout.write(logger.line("CRITICAL", message, "handler:build_service", members))
        raise


def exit_on_sigterm() -> None:
    """End the process with code 0 at SIGTERM, which the first process of a container must handle itself.

    The kernel ignores the signal for a first process without a handler, and Python's own handlers wait until
    awslambdaric's native call for the next event returns; a thread that waits for the signal does not.
    """
    import _thread  # noqa: PLC0415 - on Lambda the function is not the first process
    import signal  # noqa: PLC0415

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait() -> None:
        signal.sigwait({signal.SIGTERM})
        os._exit(0)

    _thread.start_new_thread(wait, ())


if os.getpid() == 1:
    exit_on_sigterm()
_service = build_service()
gc.freeze()
gc.enable()


def handler(event: Json, context: Context) -> Json:
    """Answer one Lambda event; writes one line for each request to standard output, EMF record and log line in one.

    Raises
    ------
    UnknownEvent
        The event is no request: Lambda takes any answer for success, and the event would be lost.
    BatchUnanswered
        A batch of AWS Step Functions is not answered as a whole.
    """
    if not isinstance(event, dict):
        # Whatever a caller invokes the function with directly.
        return answer_of({}, _answered(direct_request(event, context.aws_request_id), context))
    if "BatchInput" in event:
        return _scored(event, context)
    messages = messages_of(event)
    if messages is not None:
        return failures_of([message for message in messages if _answered(message, context).status >= _FAILED])
    return answer_of(event, _answered(request_of(event, context.aws_request_id), context))


def _scored(event: Event, context: Context) -> Json:
    """Answer a batch of AWS Step Functions, which retries a batch that as a whole is not answered."""
    from inference_lib.protocols import lines  # noqa: PLC0415 - an API without batches never needs it

    response = _answered(lines.request_of(event, context.aws_request_id), context, event)
    answer: Json = json.loads(response.body)
    if response.status >= _FAILED:
        detail = answer["detail"] if isinstance(answer, dict) else ""
        raise BatchUnanswered(f"the batch was not answered: {detail}")
    return answer


def _answered(request: Request, context: Context, batch: Event | None = None) -> Response:
    request.remaining_ms = getattr(context, "get_remaining_time_in_millis", None)  # a bare object will do for a trial
    response, lines = _service.handle(request, batch)
    sys.stdout.write(lines)
    return response
