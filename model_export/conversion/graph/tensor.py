"""Tensors of a graph that is written: they read like arrays of NumPy, and each operation is a node.

>>> scaled = (x - step.mean_) / step.scale_  # doctest: +SKIP

All tensors have two dimensions, a row for each instance, unless a function says otherwise. Constants take the
element type of the tensor next to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from model_export.conversion.graph.graph import ELEMENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from model_export.conversion.graph.graph import Attribute, Graph, Kind

    Operand: TypeAlias = "Tensor | ArrayLike"

ML: Final = "ai.onnx.ml"
MICROSOFT: Final = "com.microsoft"


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of a graph.

    Parameters
    ----------
    graph : Graph
        That it is part of.
    name : str
        Of the tensor.
    kind : str
        Element type.
    width : int
        Number of columns; 1 for a tensor of one dimension.
    """

    graph: Graph
    name: str
    kind: Kind
    width: int

    __array_ufunc__: ClassVar[None] = None
    """NumPy's arrays leave operators to the tensor."""

    def like(self, values: Operand, kind: Kind | None = None) -> Tensor:
        """Return values as a tensor of this graph, by default of this element type."""
        if isinstance(values, Tensor):
            return values
        kind = kind or self.kind
        name, shape = self.graph.constant(values, kind)
        return Tensor(self.graph, name, kind, shape[-1] if shape else 1)

    def op(
        self,
        operator: str,
        *others: Operand,
        element: Kind | None = None,
        width: int | None = None,
        domain: str = "",
        **attributes: Attribute,
    ) -> Tensor:
        """Write a node of which this tensor is the first input.

        Parameters
        ----------
        operator : str
            Its name.
        *others : Tensor or array-like
            Its other inputs.
        element : str, optional
            Element type of its output; by default that of the input.
        width : int, optional
            Columns of its output; by default as many as the widest input has.
        domain : str
            Of the operator.
        **attributes
            Of the operator.
        """
        inputs = [self, *(self.like(other) for other in others)]
        (name,) = self.graph.node(operator, [each.name for each in inputs], domain=domain, attributes=attributes)
        columns = max(each.width for each in inputs) if width is None else width
        return Tensor(self.graph, name, element or self.kind, columns)

    def cast(self, kind: Kind) -> Tensor:
        """Return the same values as another element type."""
        return self if kind == self.kind else self.op("Cast", element=kind, to=ELEMENT_TYPES[kind])

    def rounded(self) -> Tensor:
        """Return the values as float32 holds them, in the element type that they have."""
        return self.cast("float").cast(self.kind)

    def columns(self, places: Sequence[int] | NDArray[np.integer]) -> Tensor:
        """Return the columns at these places."""
        chosen = [int(place) for place in places]
        if chosen == list(range(self.width)):
            return self
        return self.op("Gather", self.like(chosen, "int64"), width=len(chosen), axis=1)

    def column(self, place: int) -> Tensor:
        """Return one column, as a tensor of shape (n_instances, 1)."""
        return self.columns([place])

    def reshape(self, shape: Sequence[int]) -> Tensor:
        """Return the same values in another shape; 0 keeps a dimension, -1 is what is left."""
        return self.op("Reshape", self.like(shape, "int64"), width=shape[-1] if shape else 1)

    def reduce(self, operator: str, axis: int = 1, *, keepdims: bool = True) -> Tensor:
        """Reduce one axis, such as ``ReduceSum`` of each row."""
        axes = self.like([axis], "int64")
        return self.op(operator, axes, width=1 if axis == 1 else self.width, keepdims=int(keepdims))

    def sum(self, axis: int = 1) -> Tensor:
        """Return the sum of each row, as a column."""
        return self.reduce("ReduceSum", axis)

    def max(self, axis: int = 1) -> Tensor:
        """Return the greatest value of each row, as a column."""
        return self.reduce("ReduceMax", axis)

    def min(self, axis: int = 1) -> Tensor:
        """Return the least value of each row, as a column."""
        return self.reduce("ReduceMin", axis)

    def argmax(self) -> Tensor:
        """Return the place of each row's greatest value, the first of equal ones; of shape (n_instances,)."""
        return self.op("ArgMax", element="int64", width=1, axis=1, keepdims=0)

    def argmin(self) -> Tensor:
        """Return the place of each row's least value, the first of equal ones; of shape (n_instances,)."""
        return self.op("ArgMin", element="int64", width=1, axis=1, keepdims=0)

    def matmul(self, other: Operand) -> Tensor:
        """Return the matrix product."""
        right = self.like(other)
        return self.op("MatMul", right, width=right.width)

    def is_nan(self) -> Tensor:
        """Tell where a number is missing."""
        return self.op("IsNaN", element="bool")

    def equals(self, other: Operand) -> Tensor:
        """Tell where values are equal."""
        return self.op("Equal", other, element="bool")

    def __lt__(self, other: Operand) -> Tensor:
        return self.op("Less", other, element="bool")

    def __le__(self, other: Operand) -> Tensor:
        return self.op("LessOrEqual", other, element="bool")

    def __gt__(self, other: Operand) -> Tensor:
        return self.op("Greater", other, element="bool")

    def __ge__(self, other: Operand) -> Tensor:
        return self.op("GreaterOrEqual", other, element="bool")

    def __and__(self, other: Tensor) -> Tensor:
        return self.op("And", other)

    def __or__(self, other: Tensor) -> Tensor:
        return self.op("Or", other)

    def __invert__(self) -> Tensor:
        return self.op("Not")

    def __add__(self, other: Operand) -> Tensor:
        return self.op("Add", other)

    def __radd__(self, other: ArrayLike) -> Tensor:
        return self.like(other).op("Add", self)

    def __sub__(self, other: Operand) -> Tensor:
        return self.op("Sub", other)

    def __rsub__(self, other: ArrayLike) -> Tensor:
        return self.like(other).op("Sub", self)

    def __mul__(self, other: Operand) -> Tensor:
        return self.op("Mul", other)

    def __rmul__(self, other: ArrayLike) -> Tensor:
        return self.like(other).op("Mul", self)

    def __truediv__(self, other: Operand) -> Tensor:
        return self.op("Div", other)

    def __rtruediv__(self, other: ArrayLike) -> Tensor:
        return self.like(other).op("Div", self)

    def __pow__(self, other: Operand) -> Tensor:
        return self.op("Pow", other)

    def __rpow__(self, other: ArrayLike) -> Tensor:
        return self.like(other).op("Pow", self)

    def __neg__(self) -> Tensor:
        return self.op("Neg")

    def __abs__(self) -> Tensor:
        return self.op("Abs")


def concat(parts: Sequence[Tensor]) -> Tensor:
    """Return tensors of one element type next to one another, column after column."""
    if len(parts) == 1:
        return parts[0]
    return parts[0].op("Concat", *parts[1:], width=sum(part.width for part in parts), axis=1)


def where(condition: Tensor, then: Tensor, otherwise: Operand) -> Tensor:
    """Return values of ``then`` where the condition holds, and others elsewhere."""
    other = then.like(otherwise)
    return condition.op("Where", then, other, element=then.kind)


def gather(table: Tensor, places: Tensor, width: int) -> Tensor:
    """Return rows of a constant table; the output has the shape of ``places`` and the table's columns."""
    return table.op("Gather", places, width=width, axis=0)
