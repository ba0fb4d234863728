"""Tables: what a step of a pipeline reads, as columns of tensors that may differ in element type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import Tensor, concat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Places: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Segment:
    """Some columns of one tensor; of ``None`` where the request does not carry them."""

    tensor: Tensor | None
    places: Places


@dataclass(frozen=True)
class Table:
    """Columns in their order.

    Parameters
    ----------
    segments : tuple of Segment
        Next to one another.
    sparse : bool
        Whether scikit-learn holds it as a sparse matrix, in which a zero is an absent value.
    """

    segments: tuple[Segment, ...]
    sparse: bool = False

    @classmethod
    def of(cls, *tensors: Tensor, sparse: bool = False) -> Table:
        """Return a table of all columns of tensors."""
        return cls(tuple(Segment(tensor, np.arange(tensor.width)) for tensor in tensors), sparse)

    @classmethod
    def join(cls, tables: Sequence[Table], *, sparse: bool = False) -> Table:
        """Return tables next to one another."""
        return cls(tuple(segment for table in tables for segment in table.segments), sparse)

    @property
    def width(self) -> int:
        """Number of columns."""
        return sum(len(segment.places) for segment in self.segments)

    @property
    def has_texts(self) -> bool:
        """Whether a column holds texts."""
        return any(segment.tensor is not None and segment.tensor.kind == "string" for segment in self.segments)

    def select(self, places: Sequence[int] | Places) -> Table:
        """Return the columns at these places, in this order."""
        owners = np.repeat(np.arange(len(self.segments)), [len(segment.places) for segment in self.segments])
        inside = np.concatenate([np.empty(0, np.int64), *(segment.places for segment in self.segments)])
        chosen = np.asarray(places, np.int64)
        cuts = np.flatnonzero(np.diff(owners[chosen])) + 1
        runs = np.split(chosen, cuts) if len(chosen) else []
        return replace(self, segments=tuple(Segment(self.segments[owners[run[0]]].tensor, inside[run]) for run in runs))

    def columns(self) -> Iterator[Tensor]:
        """Yield each column, as a tensor of shape (n_instances, 1) in its own element type."""
        for segment in self.segments:
            for place in segment.places:
                yield _tensor(segment).column(int(place))

    def blocks(self) -> Iterator[Tensor]:
        """Yield the columns as few tensors, in their order."""
        for segment in self.segments:
            yield _tensor(segment).columns(segment.places)

    def numbers(self) -> Tensor:
        """Return all columns as one tensor of doubles.

        Raises
        ------
        Refusal
            A column holds texts.
        """
        return concat([_number(block) for block in self.blocks()])

    def texts(self) -> Tensor:
        """Return all columns as one tensor of texts.

        Raises
        ------
        Refusal
            A column holds numbers.
        """
        blocks = list(self.blocks())
        if any(block.kind != "string" for block in blocks):
            raise Refusal("A step that reads texts", "is given numbers", "Give it columns of texts alone")
        return concat(blocks)


def _tensor(segment: Segment) -> Tensor:
    if segment.tensor is None:
        raise Refusal("A step", "reads a column that no request carries", "Export with data that have it")
    return segment.tensor


def _number(block: Tensor) -> Tensor:
    if block.kind == "string":
        raise Refusal("A step that calculates", "is given texts", "Encode them in a step before it")
    return block.cast("double")
