"""The errors that the gateway itself returns, in the form of the function's problem details."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from inference_lib.http import problems

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
GATEWAY_ERRORS: dict[str, tuple[int, str]] = {
    "ACCESS_DENIED": (403, "This caller may not use the API."),
    "API_CONFIGURATION_ERROR": (500, "The API is not set up correctly; its operators can see why."),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, "The API is not set up correctly; its operators can see why."),
    "AUTHORIZER_FAILURE": (500, "The caller could not be checked. Try again later."),
    # Without $context.error.validationErrorString: it may repeat what was sent, and its quotation marks break JSON.
    "BAD_REQUEST_BODY": (
        400,
        "The body is no JSON, lacks a member, has one of another type or too many instances: see GET /openapi.json.",
    ),
    "BAD_REQUEST_PARAMETERS": (400, "A parameter of the request is missing or wrong."),
    "EXPIRED_TOKEN": (403, "The token of the request has expired."),
    "INTEGRATION_FAILURE": (504, "The function did not answer. Try again later."),
    "INTEGRATION_TIMEOUT": (504, "The function did not answer in time. Send fewer instances, or try again later."),
    "INVALID_API_KEY": (403, "The API key is missing or unknown; expected it in the header x-api-key."),
    "INVALID_SIGNATURE": (403, "The signature of the request is wrong."),
    "MISSING_AUTHENTICATION_TOKEN": (404, "No such route. GET /openapi.json lists the routes."),
    "QUOTA_EXCEEDED": (429, "The quota of this API key is used up."),
    "REQUEST_TOO_LARGE": (413, "The body is too large. Send fewer instances."),
    "RESOURCE_NOT_FOUND": (404, "No such route. GET /openapi.json lists the routes."),
    "THROTTLED": (429, "Too many requests. Wait for a second and try again."),
    "UNAUTHORIZED": (401, "The caller could not be identified."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "The media type of the body is not read here; expected application/json."),
    "WAF_FILTERED": (403, "The request was refused by the firewall of the API."),
}
"""Status and sentence for callers, by the type of gateway response."""

FALLBACKS: dict[str, tuple[str, str]] = {
    "DEFAULT_4XX": ("Client Error", "The request cannot be answered."),
    "DEFAULT_5XX": ("Server Error", "The request could not be answered. Try again later."),
}
"""Title and sentence of all other errors. They keep their statuses: a status given here would replace all of them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

RETRY_AFTER_S = 1


def gateway_problem(status: int, detail: str) -> dict[str, Json]:
    """Return the members of a problem; the gateway fills in the request's id.

    The members are those of ``inference_lib.http.problems.problem``.
    """
    return {
        "type": "about:blank",
        "title": problems.TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": "$context.requestId",
        "error": detail,
    }


def fallback_problem(title: str, detail: str) -> dict[str, Json]:
    """Return the members of a problem whose status only the gateway knows."""
    return {
        "type": "about:blank",
        "title": title,
        "detail": detail,
        "request_id": "$context.requestId",
        "error": detail,
    }


def gateway_responses(cors_allow_origin: str = "") -> dict[str, Json]:
    """Return the extension ``x-amazon-apigateway-gateway-responses`` of an OpenAPI document.

    Parameters
    ----------
    cors_allow_origin : str
        Origin of the web pages that may read the errors; empty for none.
    """
    problems_by_kind: dict[str, dict[str, Json]] = {
        **{kind: gateway_problem(status, detail) for kind, (status, detail) in GATEWAY_ERRORS.items()},
        **{kind: fallback_problem(title, detail) for kind, (title, detail) in FALLBACKS.items()},
    }
    responses: dict[str, Json] = {}
    for kind, problem in problems_by_kind.items():
        headers: dict[str, Json] = {"gatewayresponse.header.Content-Type": f"'{problems.MEDIA_TYPE}'"}
        if cors_allow_origin:
            headers["gatewayresponse.header.Access-Control-Allow-Origin"] = f"'{cors_allow_origin}'"
        if kind == "THROTTLED":
            headers["gatewayresponse.header.Retry-After"] = f"'{RETRY_AFTER_S}'"
        status: dict[str, Json] = {"statusCode": str(problem["status"])} if "status" in problem else {}
        responses[kind] = {
            **status,
            "responseParameters": headers,
            "responseTemplates": {"application/json": json.dumps(problem)},
        }
    return responses
