"""The Lambda handler: builds the service once, while the environment initialises, and adapts events to it.

Environment variables are those of ``inference_lib.environment``; ``MODEL_BUNDLE`` is required.
"""

from __future__ import annotations

import os
import sys

from inference_lib import environment, telemetry
from inference_lib.bundle import load_bundle
from inference_lib.emf import Emitter
from inference_lib.errors import BundleError, InferenceError
from inference_lib.events import answer_of, request_of
from inference_lib.logs import Logger
from inference_lib.service import Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract import Json
    from inference_lib.events import Event

    class Context:
        """What this handler uses of Lambda's context object."""

        aws_request_id: str


def _limit(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if text and not (text.isdecimal() and int(text) > 0):
        raise BundleError(f"the environment variable {name} must be a whole number above 0")
    return int(text) if text else default


def build_service() -> Service:
    """Build the service from the environment.

    Raises
    ------
    InferenceError
        The bundle, the runtime library or an environment variable is not right. One log line of level
        CRITICAL has been written; Lambda reports the failed initialisation.
    """
    settings = os.environ
    name = settings.get(environment.SERVICE_NAME) or settings.get("AWS_LAMBDA_FUNCTION_NAME") or "inference"
    logger = Logger(name, settings.get(environment.LOG_LEVEL, "INFO"))
    try:
        path = settings.get(environment.MODEL_BUNDLE, "")
        if not path:
            raise BundleError(
                f"the environment variable {environment.MODEL_BUNDLE} is not set; it names the directory of the bundle"
            )
        max_instances = _limit(environment.MAX_INSTANCES, environment.DEFAULT_MAX_INSTANCES)
        max_body_bytes = _limit(environment.MAX_BODY_BYTES, environment.DEFAULT_MAX_BODY_BYTES)
        bundle = load_bundle(path, max_instances)
    except InferenceError as error:
        message = f"initialisation failed: {error}"
        sys.stdout.write(logger.line("CRITICAL", message, "handler:build_service", {"cold_start": True}))
        raise
    namespace = settings.get(environment.METRICS_NAMESPACE) or telemetry.NAMESPACE
    emitter = Emitter(namespace, telemetry.dimensions(bundle.contract.name))
    return Service(bundle, emitter, logger, max_body_bytes)


_service = build_service()


def handler(event: Event, context: Context) -> Json:
    """Answer one Lambda event; writes one EMF record and one log line to standard output."""
    response, lines = _service.handle(request_of(event, context.aws_request_id))
    sys.stdout.write(lines)
    return answer_of(event, response)
