"""XGBoost and LightGBM, the extra ``boosting``: their files, their Boosters, and the categories that they know."""

from __future__ import annotations

from importlib import import_module
from traceback import walk_tb
from typing import TYPE_CHECKING, Final

from sklearn.semi_supervised import SelfTrainingClassifier

from model_export.errors import InputError
from model_export.source.model.anatomy import nested_steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from model_export.source.model.estimator import Estimator

__all__ = [
    "LIBRARIES",
    "adapted",
    "categories_of",
    "libraries_of",
    "library_of",
    "missing_library",
    "not_installed",
    "support",
]

LIBRARIES: Final = {
    "xgboost": "model_export.source.model.boosting.xgboost_models",
    "lightgbm": "model_export.source.model.boosting.lightgbm_models",
}


def library_of(model: object) -> str:
    """Return which of the two libraries an object comes from; empty for any other."""
    package = type(model).__module__.split(".", maxsplit=1)[0]
    if package in LIBRARIES:
        return package
    home = type(model).__module__
    return next((library for library, module in LIBRARIES.items() if module == home), "")


def libraries_of(model: object) -> list[str]:
    """Return which of the two libraries a model and its steps come from."""
    return sorted({library_of(step) for step in nested_steps(model)} - {""})


def support(library: str) -> ModuleType:
    """Import what this package does for a library.

    Raises
    ------
    InputError
        The library is not installed.
    """
    try:
        return import_module(LIBRARIES[library])
    except ImportError as error:
        raise InputError(not_installed(library, error.name)) from error
    except OSError as error:
        raise InputError(missing_library(error) or str(error)) from error


def not_installed(library: str, package: str | None) -> str:
    """Return one sentence about a package that a model of a library needs."""
    return (
        f"{library} models need packages that are not installed ({package}). "
        "Install them: pip install 'inference-lib[boosting]'."
    )


def categories_of(step: object) -> dict[int, Sequence[object]]:
    """Return the values of each column that a booster splits by categories; empty for any other step.

    Returns
    -------
    dict of int to sequence
        By column, in the order of the codes; an empty sequence where the column holds codes.
    """
    library = library_of(step)
    found: dict[int, Sequence[object]] = support(library).categories_of(step) if library else {}
    return found


def missing_library(error: OSError) -> str:
    """Return one sentence about a system library that an installed package needs; empty for any other error.

    The wheel of LightGBM, on macOS that of XGBoost too, needs an OpenMP that the system brings.
    """
    homes = {frame.f_globals.get("__name__", "").split(".")[0] for frame, _ in walk_tb(error.__traceback__)}
    library = next((library for library in LIBRARIES if library in homes), "")
    if not library:
        return ""
    return (
        f"{library} is installed and does not load, because the system lacks a library that it needs ({error}). "
        "Install OpenMP: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora, Amazon Linux), "
        "brew install libomp (macOS)."
    )


def adapted(model: object) -> Estimator:
    """Return a model as an estimator of scikit-learn.

    Parameters
    ----------
    model : object
        An estimator, a fitted search for parameters, or a Booster of XGBoost or LightGBM.

    Raises
    ------
    InputError
        A library is not installed, or a Booster has an objective that is none of a classifier or regressor.
    """
    inner = getattr(model, "best_estimator_", model)
    if isinstance(inner, SelfTrainingClassifier):
        inner = inner.estimator_
    if library_of(inner) and type(inner).__name__ == "Booster":
        inner = support(library_of(inner)).estimator_of(inner)
    return inner  # type: ignore[return-value] # load.py or task_of tell when it is none
