"""Where values are missing, by the mark that an imputer was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inference_lib.contract.document import MISSING_TEXT
from model_export.conversion.graph.tensor import concat

if TYPE_CHECKING:
    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


def is_missing(value: object) -> bool:
    """Tell None, NaN and pandas' NA from other values."""
    if value is None or type(value).__name__ == "NAType":
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def missing_in(block: Tensor, mark: object) -> Tensor:
    """Return where a tensor of texts or numbers holds a mark."""
    if block.kind == "string":
        return block.equals([[MISSING_TEXT if is_missing(mark) else str(mark)]])
    number = block.cast("double")
    return number.is_nan() if is_missing(mark) else number.equals(_number(mark))


def _number(mark: object) -> float:
    return float(mark) if isinstance(mark, (int, float, np.number)) else float("nan")


def missing_mask(x: Table, mark: object) -> Tensor:
    """Return where a table holds a mark, as a tensor of booleans."""
    return concat([missing_in(block, mark) for block in x.blocks()])
