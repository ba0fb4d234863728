"""Where a bundle comes from: library versions and the commit of the training code."""

from __future__ import annotations

import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LIBRARIES = ("numpy", "onnx", "onnxruntime", "pandas", "scikit-learn", "skl2onnx")


BOOSTING = {"xgboost": ("xgboost", "xgboost-cpu"), "lightgbm": ("lightgbm",)}


def library_versions(boosting: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of Python and of each library that shapes a bundle.

    Parameters
    ----------
    boosting : iterable of {"xgboost", "lightgbm"}
        Those that the model comes from.
    """
    found = {"python": platform.python_version()}
    for name in (*LIBRARIES, *(package for library in boosting for package in BOOSTING[library])):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_commit() -> str:
    """Return the commit of the working directory, or nothing where there is none."""
    git = shutil.which("git")
    if git is None:
        return ""
    answer = subprocess.run([git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    return answer.stdout.strip() if answer.returncode == 0 else ""
