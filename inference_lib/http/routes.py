"""The routes of the HTTP API: the service, the OpenAPI document and the gateway read them here."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract

PREDICT = "predict"
HEALTH = "health"
MODEL = "model"
OPENAPI = "openapi"
DOCS = "docs"
DOCS_SCRIPT = "docs_script"
DOCS_STYLE = "docs_style"
PING = "ping"
INVOCATIONS = "invocations"
V2_SERVER = "v2_server"
V2_LIVE = "v2_live"
V2_READY = "v2_ready"
V2_MODELS = "v2_models"
V2_MODEL = "v2_model"
V2_MODEL_READY = "v2_model_ready"
V2_INFER = "v2_infer"
FEEDBACK = "feedback"

DOCS_PATH = "/docs"
_MODEL = "/v2/models/{model}"
_VERSION = f"{_MODEL}/versions/{{version}}"

ROUTES: dict[str, dict[str, str]] = {
    "/predict": {"POST": PREDICT},
    "/health": {"GET": HEALTH},
    "/model": {"GET": MODEL},
    "/openapi.json": {"GET": OPENAPI},
    DOCS_PATH: {"GET": DOCS},
    f"{DOCS_PATH}/swagger-ui-bundle.js": {"GET": DOCS_SCRIPT},
    f"{DOCS_PATH}/swagger-ui.css": {"GET": DOCS_STYLE},
    "/ping": {"GET": PING},
    "/invocations": {"POST": INVOCATIONS},
    "/v2": {"GET": V2_SERVER},
    "/v2/health/live": {"GET": V2_LIVE},
    "/v2/health/ready": {"GET": V2_READY},
    "/v2/models": {"GET": V2_MODELS},
    _MODEL: {"GET": V2_MODEL},
    f"{_MODEL}/ready": {"GET": V2_MODEL_READY},
    f"{_MODEL}/infer": {"POST": V2_INFER},
    _VERSION: {"GET": V2_MODEL},
    f"{_VERSION}/ready": {"GET": V2_MODEL_READY},
    f"{_VERSION}/infer": {"POST": V2_INFER},
}
"""Operation by path and method; ``{model}`` and ``{version}`` are those of the bundle."""

FEEDBACK_ROUTES: dict[str, dict[str, str]] = {"/feedback": {"POST": FEEDBACK}}
"""Off by default; a setting enables them."""

READ = "GET"
"""HEAD is answered like this method, without the body."""


def operations() -> set[str]:
    """Return all operations."""
    return {operation for methods in all_routes(feedback=True).values() for operation in methods.values()}


def all_routes(*, feedback: bool) -> dict[str, dict[str, str]]:
    """Return operations by path and method, with those for feedback when they are enabled."""
    return {**ROUTES, **FEEDBACK_ROUTES} if feedback else ROUTES


def routes_of(contract: Contract, *, feedback: bool = False) -> dict[str, dict[str, str]]:
    """Return the routes with the name and the version of the model that serves, ready to be looked up."""
    return {
        path.replace("{model}", contract.name).replace("{version}", contract.version): methods
        for path, methods in all_routes(feedback=feedback).items()
    }
