"""RFC 9457 problem details: the form of every error response.

References
----------
.. [1] https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

from inference_lib import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Json

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[errors.RequestError], int] = {
    errors.MalformedRequest: 400,
    errors.InvalidRequest: 400,
    errors.RouteNotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.RequestTooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.DeadlineTooNear: 503,
}
TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def problem(
    status: int, detail: str, request_id: str, problems: tuple[errors.FieldProblem, ...] = ()
) -> dict[str, Json]:
    """Return the members of a problem.

    The member ``error`` repeats the detail, because clients of the Open Inference Protocol V2
    read that member alone.
    """
    document: dict[str, Json] = {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "request_id": request_id,
        "error": detail,
    }
    if problems:
        document["errors"] = [{"path": each.path, "message": each.message} for each in problems[: errors.MAX_REPORTED]]
    return document


def problem_of(error: errors.RequestError, request_id: str) -> dict[str, Json]:
    """Return the problem that says why the request was refused."""
    return problem(STATUS[type(error)], error.detail, request_id, tuple(error.problems))
