"""Checks of the installed libraries that convert and serve."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from inference_lib.runtime.library import KNOWN_BAD
from model_export.checks.finding import Finding
from model_export.source.model.anatomy import nested_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject

_BROKEN_PROTOBUF: Final = 7
_NEEDS_BOOLEANS: Final = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)


def check_runtime(subject: Subject) -> Iterator[Finding]:
    """Find versions that are known to convert or to predict wrongly."""
    runtime = _installed("onnxruntime")
    if runtime in KNOWN_BAD:
        yield Finding(
            place=f"onnxruntime {runtime}",
            reason=KNOWN_BAD[runtime],
            mend="Install another version: pip install 'onnxruntime>=1.28'",
        )
    protobuf = _installed("protobuf")
    if int(protobuf.split(".")[0] or 0) >= _BROKEN_PROTOBUF:
        for step in nested_steps(subject.model):
            if isinstance(step, _NEEDS_BOOLEANS):
                yield Finding(
                    place=type(step).__name__,
                    reason=f"the converter fails on it with protobuf {protobuf}",
                    mend="Install an older one: pip install 'protobuf<7'",
                    issue="onnx/ir-py#175",
                )
                return


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
