"""The routes of the HTTP API, said once: the service, the OpenAPI document and the gateway read them."""

from __future__ import annotations

PREDICT = "predict"
HEALTH = "health"
MODEL = "model"
OPENAPI = "openapi"

ROUTES: dict[str, dict[str, str]] = {
    "/predict": {"POST": PREDICT},
    "/health": {"GET": HEALTH},
    "/model": {"GET": MODEL},
    "/openapi.json": {"GET": OPENAPI},
}
"""Operation by path and method."""
