"""All converters, so that an import of this module registers them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from model_export.conversion import converters
from model_export.conversion.methods.registry import CONVERTERS


def registered() -> frozenset[str]:
    """Return the names of all estimators that have a converter of our own, as ``registry.key_of`` gives them."""
    for module in walk_packages(converters.__path__, f"{converters.__name__}."):
        import_module(module.name)
    return frozenset(CONVERTERS)
