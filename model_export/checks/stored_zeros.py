"""Check of steps for which a zero that a sparse matrix stores is another value than one that it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from model_export.checks.finding import Finding
from model_export.source.model.anatomy import nested_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject

_GRAPHS: Final = ("KNeighborsTransformer", "RadiusNeighborsTransformer")


def check_stored_zeros(subject: Subject) -> Iterator[Finding]:
    """Find distances to neighbours that a step reads to which absent zeros are missing values.

    A distance of zero, to an equal row of the training data, is stored in the matrix; the graph's columns are dense.
    """
    steps = list(nested_steps(subject.model))
    graphs = [type(step).__name__ for step in steps if type(step).__name__ in _GRAPHS and step.mode == "distance"]  # type: ignore[attr-defined] # theirs
    readers = [type(step).__name__ for step in steps if _tells_apart(step)]
    if graphs and readers:
        yield Finding(
            place=graphs[0],
            reason=f"{readers[0]} takes a distance of zero, which the sparse matrix stores, for another value than the "
            "zeros that it leaves out, and a graph has dense columns",
            mend="Fit with mode='connectivity'",
        )


def _tells_apart(step: object) -> bool:
    kind = type(step)
    return kind.__name__ == "QuantileTransformer" or kind.__module__.partition(".")[0] == "xgboost"
