"""Checks of the installed libraries that convert and serve."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from inference_lib.runtime.library import KNOWN_BAD
from model_export.checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject


def check_runtime(_subject: Subject) -> Iterator[Finding]:
    """Find versions that are known to convert or to predict wrongly."""
    runtime = _installed("onnxruntime")
    if runtime in KNOWN_BAD:
        yield Finding(
            place=f"onnxruntime {runtime}",
            reason=KNOWN_BAD[runtime],
            mend="Install another version: pip install 'onnxruntime>=1.28'",
        )


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
