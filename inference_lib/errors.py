"""The errors that this package raises.

::

    InferenceError
    ├── BundleError            the model bundle is missing, damaged or of another format
    ├── SettingsError          an environment variable of the function is wrong
    ├── RuntimeLibraryError    the ONNX Runtime library is missing, or refused a call
    ├── PredictionError        the model returned no usable prediction; answered with 500
    ├── BatchUnanswered        a batch as a whole has no answer; AWS Step Functions tries again
    └── RequestError           the request is refused; answered with a problem
        ├── MalformedRequest   the body cannot be read at all
        ├── InvalidRequest     the body can be read and breaks the contract
        ├── RequestTooLarge    the body is over the size limit
        ├── UnsupportedMedia   the body is of a media type that the route does not read
        ├── RouteNotFound      no such route
        ├── MethodNotAllowed   the route exists, the method does not
        └── DeadlineTooNear    too little time is left to answer; answered with 503
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_REPORTED = 50
"""Most problems in one answer, so that a bad batch of thousands does not answer with megabytes."""


class FieldProblem:
    """What is wrong at one place of a request.

    Parameters
    ----------
    path : str
        The place, such as ``instances[0].age``.
    message : str
        What was expected and found, without the value that was sent.
    """

    __slots__ = ("message", "path")

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message


class InferenceError(Exception):
    """Base of all errors of this package."""


class BundleError(InferenceError):
    """The model bundle is missing, damaged or of another format."""


class SettingsError(InferenceError):
    """An environment variable of the function is wrong."""


class RuntimeLibraryError(InferenceError):
    """The ONNX Runtime library is missing, or refused a call."""


class PredictionError(InferenceError):
    """The model returned no usable prediction; answered with 500."""


class BatchUnanswered(InferenceError):
    """A batch as a whole has no answer; AWS Step Functions tries again."""


class UnknownEvent(InferenceError):
    """The event is no request; Lambda tries it again and then gives it to the dead-letter queue."""


class RequestError(InferenceError):
    """The request is refused; answered with a problem.

    Parameters
    ----------
    detail : str
        One sentence for the caller. It never holds a value that was sent.
    problems : sequence of FieldProblem
        What is wrong and where, as many as were found.
    """

    def __init__(self, detail: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = problems


class MalformedRequest(RequestError):
    """The body cannot be read at all."""


class InvalidRequest(RequestError):
    """The body can be read and breaks the contract."""


class RequestTooLarge(RequestError):
    """The body is over the size limit."""


class UnsupportedMedia(RequestError):
    """The body is of a media type that the route does not read."""


class RouteNotFound(RequestError):
    """No such route."""


class MethodNotAllowed(RequestError):
    """The route exists, the method does not."""

    def __init__(self, detail: str, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = allowed


class DeadlineTooNear(RequestError):
    """Too little time is left to answer before Lambda would end the function."""
