"""Functions of NumPy and SciPy on tensors of doubles, for which ONNX Runtime 1.31 has a kernel or a few.

References
----------
.. [1] W. Kahan's log1p and expm1, as in N. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 1.14.1.
.. [2] S. Moshier, Cephes, ndtr.c: rational approximations of the error function.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from model_export.conversion.graph.tensor import where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.conversion.graph.tensor import Operand, Tensor


def exp(x: Tensor) -> Tensor:
    """Return e to the power of x."""
    return x.op("Exp")


def log(x: Tensor) -> Tensor:
    """Return the natural logarithm: NaN below zero, negative infinity at zero."""
    return x.op("Log")


def sqrt(x: Tensor) -> Tensor:
    """Return the square root: NaN below zero."""
    return x.op("Sqrt")


def sign(x: Tensor) -> Tensor:
    """Return -1, 0 or 1, and NaN for NaN."""
    return where(x.is_nan(), x, x.op("Sign"))


def log1p(x: Tensor) -> Tensor:
    """Return log(1 + x), precise near zero [1]_."""
    u = x + 1.0
    # At infinity the correction would be infinity over infinity.
    return where(u.equals(1.0) | u.equals(math.inf), where(u.equals(1.0), x, u), log(u) * x / (u - 1.0))


def expm1(x: Tensor) -> Tensor:
    """Return exp(x) - 1, precise near zero [1]_."""
    u = exp(x)
    near = where(u.equals(1.0), x, (u - 1.0) * x / log(u))
    return where(u.equals(0.0) | u.equals(math.inf), u - 1.0, near)


def maximum(x: Tensor, other: Operand) -> Tensor:
    """Return the greater of two values; NaN where one is NaN."""
    return x.op("Max", other)


def minimum(x: Tensor, other: Operand) -> Tensor:
    """Return the smaller of two values; NaN where one is NaN."""
    return x.op("Min", other)


def clip(x: Tensor, low: float | None, high: float | None) -> Tensor:
    """Return x between two bounds; NaN stays."""
    if low is not None:
        x = maximum(x, low)
    return x if high is None else minimum(x, high)


def sigmoid(x: Tensor) -> Tensor:
    """Return the logistic function, precise for small probabilities too.

    The operator Sigmoid of ONNX Runtime 1.31 gives zero for doubles below -37, and three digits at -30.
    """
    return 1.0 / (exp(-x) + 1.0)


def softmax(x: Tensor) -> Tensor:
    """Return the exponentials of each row as shares of their sum."""
    return x.op("Softmax", axis=1)


def logsumexp(x: Tensor) -> Tensor:
    """Return the logarithm of the sum of each row's exponentials, as a column."""
    top = x.max()
    return log(exp(x - top).sum()) + top


def polynomial(x: Tensor, coefficients: Sequence[float]) -> Tensor:
    """Return a polynomial by Horner's rule, the highest power first."""
    total = x * 0.0 + coefficients[0]
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total
