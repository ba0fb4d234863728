"""A fitted model in, a proven model bundle out: ``export(pipeline, X_test, name="sleep_advice")``."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from model_export.api import Exported, export
    from model_export.commands.verify import verify_bundle
    from model_export.conversion.converters.preprocessing.functions.registered import register
    from model_export.errors import ExportError, InputError, UnsupportedModel
    from model_export.proof.report import ProofFailed

# They load on first use, so that ``python -m model_export verify`` runs with the function's dependencies alone.
_HOMES = {
    "ExportError": "errors",
    "Exported": "api",
    "InputError": "errors",
    "ProofFailed": "proof.report",
    "UnsupportedModel": "errors",
    "export": "api",
    "register": "conversion.converters.preprocessing.functions.registered",
    "verify_bundle": "commands.verify",
}

__all__ = [
    "ExportError",
    "Exported",
    "InputError",
    "ProofFailed",
    "UnsupportedModel",
    "export",
    "register",
    "verify_bundle",
]


def __getattr__(name: str) -> object:
    """Import the module that holds a public name when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
