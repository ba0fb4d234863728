"""The permissions of every subject, from which the page and the delivery roles are composed."""

from __future__ import annotations

from infra.api import policies as api
from infra.batch import policies as batch
from infra.capture import policies as capture
from infra.console import policies as console
from infra.function import policies as function
from infra.image import policies as image
from infra.model_monitor import policies as model_monitor
from infra.monitoring import policies as monitoring
from infra.storage import policies as storage

SUBJECTS = (
    function.PERMISSIONS,
    image.PERMISSIONS,
    monitoring.PERMISSIONS,
    model_monitor.PERMISSIONS,
    capture.PERMISSIONS,
    batch.PERMISSIONS,
    storage.PERMISSIONS,
    console.PERMISSIONS,
    api.PERMISSIONS,
)
"""In the order of the page."""
