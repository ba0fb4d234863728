"""The API's description of itself: OpenAPI document, documentation page and V2 metadata."""

from __future__ import annotations

from inference_lib.http import routes
from inference_lib.http.requests import Response
from inference_lib.openapi.document import openapi_document
from inference_lib.openapi.page import SCRIPT, STYLE, asset, page
from inference_lib.protocols.v2.inference import model_metadata, server_metadata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json

VERSION = "0.1.0"
"""Of this library; a test compares it with pyproject.toml."""

_CACHED = {"cache-control": "public, max-age=86400"}


def describe(operation: str, contract: Contract, *, feedback: bool = False) -> dict[str, Json] | Response:
    """Return the answer to an operation that predicts nothing.

    Parameters
    ----------
    operation : str
        One of ``inference_lib.http.routes``.
    contract : Contract
        Of the model that serves.
    feedback : bool
        Whether ``POST /feedback`` is among the routes.

    Raises
    ------
    RouteNotFound
        The page's files are not installed.
    """
    if operation == routes.OPENAPI:
        return openapi_document(contract, feedback=feedback)
    if operation == routes.DOCS:
        return Response(200, page(contract), "text/html; charset=utf-8")
    if operation == routes.DOCS_SCRIPT:
        return Response(200, asset(SCRIPT), "text/javascript; charset=utf-8", dict(_CACHED))
    if operation == routes.DOCS_STYLE:
        return Response(200, asset(STYLE), "text/css; charset=utf-8", dict(_CACHED))
    answers: dict[str, dict[str, Json]] = {
        routes.V2_SERVER: server_metadata(VERSION),
        # The specification's text and its servers disagree about the member's name.
        routes.V2_LIVE: {"live": True, "ready": True},
        routes.V2_READY: {"live": True, "ready": True},
        routes.V2_MODELS: {"models": [contract.name]},
        routes.V2_MODEL: model_metadata(contract),
        routes.V2_MODEL_READY: {"name": contract.name, "ready": True},
    }
    return answers[operation]
