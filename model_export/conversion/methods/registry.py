"""Which function converts which estimator, and for which of its methods.

A converter is registered by the name of the estimator, so that no part of scikit-learn is imported for an
estimator that a model does not have::

    @transforms("StandardScaler")
    def standard_scaler(step: StandardScaler, x: Table) -> Table: ...

The functions of ``dispatch`` find it, at any depth of a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

    Transform: TypeAlias = Callable[[Any, Table], Table]  # any estimator: scikit-learn ships no types
    Response: TypeAlias = Callable[[Any, Table], Tensor]
    Labels: TypeAlias = Callable[[Any, Table], list[tuple[Tensor | None, Tensor]]]
    Each = TypeVar("Each", Transform, Response, Labels)


@dataclass
class Methods:
    """The converters of one estimator, by method; None where it has no such method or none of our own.

    Parameters
    ----------
    transform : callable, optional
        From a table to a table.
    inverse : callable, optional
        ``inverse_transform``, from a table to a table.
    scores : callable, optional
        ``decision_function`` as a tensor of shape (n_instances, 1) for two classes, else (n_instances, n_classes).
    probabilities : callable, optional
        ``predict_proba`` as a tensor of shape (n_instances, n_classes).
    predictions : callable, optional
        ``predict``: for a classifier the places of the labels in ``classes_``, of shape (n_instances,); for a
        regressor the values, of shape (n_instances, n_targets).
    labels : callable, optional
        For a classifier of several labels: for each its probabilities, or None, and the places of its labels.
    """

    transform: Transform | None = None
    inverse: Transform | None = None
    scores: Response | None = None
    probabilities: Response | None = None
    predictions: Response | None = None
    labels: Labels | None = None


CONVERTERS: Final[dict[str, Methods]] = {}


def key_of(kind: type) -> str:
    """Return the name under which an estimator is registered: scikit-learn's bare, others' behind their library."""
    library = kind.__module__.partition(".")[0]
    return kind.__name__ if library == "sklearn" else f"{library}.{kind.__name__}"


def methods_of(step: object) -> Methods:
    """Return the converters of a fitted step; all None for one that is not registered."""
    return CONVERTERS.get(key_of(type(step)), Methods())


def transforms(*names: str) -> Callable[[Each], Each]:
    """Register a function for ``transform`` of the estimators with these names."""
    return _registers("transform", names)


def inverts(*names: str) -> Callable[[Each], Each]:
    """Register a function for ``inverse_transform``."""
    return _registers("inverse", names)


def scores(*names: str) -> Callable[[Each], Each]:
    """Register a function for ``decision_function``."""
    return _registers("scores", names)


def probabilities(*names: str) -> Callable[[Each], Each]:
    """Register a function for ``predict_proba``."""
    return _registers("probabilities", names)


def predictions(*names: str) -> Callable[[Each], Each]:
    """Register a function for ``predict``; without one a classifier's label follows from its scores."""
    return _registers("predictions", names)


def labels(*names: str) -> Callable[[Each], Each]:
    """Register a function for the labels of classifiers that predict several at once."""
    return _registers("labels", names)


def _registers(method: str, names: tuple[str, ...]) -> Callable[[Each], Each]:
    def register(function: Each) -> Each:
        for name in names:
            setattr(CONVERTERS.setdefault(name, Methods()), method, function)
        return function

    return register
