"""The categories of a column, looked up in a table: texts, whole numbers, doubles, booleans and missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import numpy_helper

from inference_lib.contract.document import MISSING_TEXT
from model_export.conversion.formulas.missing import is_missing
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import ML

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model_export.conversion.graph.graph import Kind
    from model_export.conversion.graph.tensor import Tensor


def look_up(  # noqa: PLR0913 - a table and what stands for all that is not in it
    step: object,
    column: Tensor,
    categories: Sequence[object] | NDArray[np.generic],
    found: Sequence[float],
    otherwise: float,
    *,
    kind: Kind = "double",
) -> Tensor:
    """Return for each value of a column the number of its category.

    Parameters
    ----------
    step : object
        The encoder, for messages.
    column : Tensor
        Of shape (n_instances, 1): texts or numbers.
    categories : sequence
        Texts, numbers or booleans, with None or NaN for a missing value.
    found : sequence of float
        A number for each category.
    otherwise : float
        The number of all other values.
    kind : {"double", "int64"}
        Element type of the numbers.
    """
    dtype = np.float64 if kind == "double" else np.int64
    values = numpy_helper.from_array(np.asarray(found, dtype))
    default = numpy_helper.from_array(np.asarray([otherwise], dtype))
    keys = _keys(step, [None if is_missing(category) else category for category in categories], column.kind)
    column = column if column.kind in {"string", "int64"} else column.cast("double")
    return column.op(
        "LabelEncoder",
        element=kind,
        domain=ML,
        values_tensor=values,
        default_tensor=default,
        **keys,  # type: ignore[arg-type] # attributes by name
    )


def _keys(step: object, known: Sequence[object], kind: Kind) -> dict[str, object]:
    """Return the keys of a look-up, as the operator's attribute for their type."""
    if known.count(None) > 1:
        raise Refusal.of(
            step, "it tells None from NaN, which JSON cannot", "Write one of the two in the data, and fit again"
        )
    if kind != "string":
        return {"keys_tensor": numpy_helper.from_array(_numbers(step, known, kind))}
    texts = [MISSING_TEXT if category is None else category for category in known]
    if not all(isinstance(text, str) for text in texts) or len(set(texts)) < len(texts):
        raise Refusal.of(
            step, "it knows numbers, or a text twice, where it reads texts", "Fit on a column of texts alone"
        )
    return {"keys_strings": texts}


def _numbers(step: object, categories: Sequence[object], kind: Kind) -> NDArray[np.generic]:
    if any(isinstance(category, str) for category in categories):
        raise Refusal.of(step, "it knows texts where it reads numbers", "Export with the data that it was fitted on")
    if kind == "int64" and None not in categories and all(category == int(category) for category in categories):  # type: ignore[call-overload] # numbers
        return np.array([int(category) for category in categories], np.int64)  # type: ignore[call-overload] # numbers
    return np.array([np.nan if category is None else category for category in categories], np.float64)
