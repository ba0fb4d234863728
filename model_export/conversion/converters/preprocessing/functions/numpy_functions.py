"""Functions of NumPy and SciPy, as tensors compute them.

Each takes a tensor of doubles and the keyword arguments of the original. Those that ONNX Runtime has no kernel for in
double precision are made of others that are precise to a few units in the last place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from model_export.conversion.formulas import functions as fn
from model_export.conversion.graph.tensor import Tensor, where

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    Function: TypeAlias = Callable[..., Tensor]


def identity(x: Tensor) -> Tensor:
    """Return x."""
    return x


def logarithm(x: Tensor, base: float) -> Tensor:
    """Return the logarithm for a base, exact for its whole powers as NumPy's are."""
    value = fn.log(x) / math.log(base)
    whole = value.op("Round")
    return where((x.like(base) ** whole).equals(x), whole, value)


def cbrt(x: Tensor) -> Tensor:
    """Return the cube root, of negative numbers too, after one step of Newton's method."""
    size = abs(x)
    root = size ** (1.0 / 3.0)
    better = root - (root * root * root - size) / (3.0 * root * root)
    usable = (size > 0.0) & (size < math.inf)
    return fn.sign(x) * where(usable, better, size)


def tan(x: Tensor) -> Tensor:
    """Return the tangent."""
    return x.op("Sin") / x.op("Cos")


def sinh(x: Tensor) -> Tensor:
    """Return the hyperbolic sine."""
    grown = fn.expm1(abs(x))
    near = (grown + grown / (grown + 1.0)) / 2.0
    return fn.sign(x) * where(grown.equals(math.inf), fn.exp(abs(x) - math.log(2.0)), near)


def cosh(x: Tensor) -> Tensor:
    """Return the hyperbolic cosine."""
    grown = fn.exp(abs(x) - math.log(2.0))
    return grown + fn.exp(-abs(x)) / 2.0


def arcsinh(x: Tensor) -> Tensor:
    """Return the inverse hyperbolic sine."""
    size = abs(x)
    square = size * size
    near = fn.log1p(size + square / (1.0 + fn.sqrt(1.0 + square)))
    return fn.sign(x) * where(square.equals(math.inf), fn.log(size) + math.log(2.0), near)


def arccosh(x: Tensor) -> Tensor:
    """Return the inverse hyperbolic cosine; NaN below 1."""
    beyond = x - 1.0
    # The root of each factor is NaN below 1. That of the product is a number below -1, where the sum is rounded to -1.
    near = fn.log1p(beyond + fn.sqrt(beyond) * fn.sqrt(x + 1.0))
    return where((x * x).equals(math.inf), fn.log(x) + math.log(2.0), near)


def arctanh(x: Tensor) -> Tensor:
    """Return the inverse hyperbolic tangent; NaN beyond 1."""
    return 0.5 * (fn.log1p(x) - fn.log1p(-x))


def clip(
    x: Tensor,
    a_min: ArrayLike | None = None,
    a_max: ArrayLike | None = None,
    min: ArrayLike | None = None,  # noqa: A002 - NumPy's name
    max: ArrayLike | None = None,  # noqa: A002 - NumPy's name
) -> Tensor:
    """Return x between bounds; the upper one wins."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if low is not None:
        x = fn.maximum(x, low)
    return x if high is None else fn.minimum(x, high)


def nan_to_num(
    x: Tensor, *, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Return x with numbers for NaN and infinity."""
    del copy
    largest = float(np.finfo(np.float64).max)
    x = where(x.is_nan(), x.like(nan), x)
    x = where(x.equals(math.inf), x.like(largest if posinf is None else posinf), x)
    return where(x.equals(-math.inf), x.like(-largest if neginf is None else neginf), x)


def rounded(x: Tensor, decimals: int = 0) -> Tensor:
    """Return x rounded to some decimals, halves to the even one."""
    if decimals == 0:
        return x.op("Round")
    scale = 10.0 ** abs(decimals)
    return (x * scale).op("Round") / scale if decimals > 0 else (x / scale).op("Round") * scale


def trunc(x: Tensor) -> Tensor:
    """Return x without its fraction."""
    return where(x < 0.0, x.op("Ceil"), x.op("Floor"))


def flag(condition: Tensor) -> Tensor:
    """Return 1 where a condition holds, else 0."""
    return condition.cast("double")


def logit(x: Tensor) -> Tensor:
    """Return the logarithm of the odds."""
    return fn.log(x / (1.0 - x))


NUMPY: Final[dict[str, Function]] = {
    "abs": abs,
    "absolute": abs,
    "arccosh": arccosh,
    "arcsinh": arcsinh,
    "arctanh": arctanh,
    "around": rounded,
    "array": identity,
    "asarray": identity,
    "asarray_chkfinite": identity,
    "cbrt": cbrt,
    "ceil": lambda x: x.op("Ceil"),
    "clip": clip,
    "cos": lambda x: x.op("Cos"),
    "cosh": cosh,
    "deg2rad": lambda x: x * (math.pi / 180.0),
    "degrees": lambda x: x * (180.0 / math.pi),
    "exp": fn.exp,
    "exp2": lambda x: x.like(2.0) ** x,
    "expm1": fn.expm1,
    "fabs": abs,
    "fix": trunc,
    "floor": lambda x: x.op("Floor"),
    "isfinite": lambda x: flag(~(x.is_nan() | abs(x).equals(math.inf))),
    "isinf": lambda x: flag(abs(x).equals(math.inf)),
    "isnan": lambda x: flag(x.is_nan()),
    "log": fn.log,
    "log10": lambda x: logarithm(x, 10.0),
    "log1p": fn.log1p,
    "log2": lambda x: logarithm(x, 2.0),
    "logical_not": lambda x: flag(x.equals(0.0)),
    "nan_to_num": nan_to_num,
    "negative": lambda x: -x,
    "positive": identity,
    "rad2deg": lambda x: x * (180.0 / math.pi),
    "radians": lambda x: x * (math.pi / 180.0),
    "reciprocal": lambda x: 1.0 / x,
    "rint": rounded,
    "round": rounded,
    "sign": fn.sign,
    "sin": lambda x: x.op("Sin"),
    "sinh": sinh,
    "sqrt": fn.sqrt,
    "square": lambda x: x * x,
    "tan": tan,
    "tanh": lambda x: x.op("Tanh"),
    "trunc": trunc,
}
"""By the name in NumPy."""

SCIPY: Final[dict[str, Function]] = {
    "cbrt": cbrt,
    "exp2": NUMPY["exp2"],
    "expit": fn.sigmoid,
    "expm1": fn.expm1,
    "log1p": fn.log1p,
    "logit": logit,
}
"""By the name in ``scipy.special``."""
