"""Cells of a CSV file to typed columns, as the fitted model knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from inference_lib.contract.cells import is_mark, number_of
from model_export.errors import InputError
from model_export.source.model.knowledge import Knowledge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model_export.source.data.table import Table

_FLAGS: Final = {"true": True, "false": False}
_NOTHING: Final = Knowledge()


def typed_features(table: Table, names: Sequence[str], known: Mapping[str, Knowledge]) -> pd.DataFrame:
    """Return the features of a table as typed columns.

    Parameters
    ----------
    table : Table
        Typed columns are returned as they are.
    names : sequence of str
        Of the features.
    known : mapping of str to Knowledge
        What the model knows of them.

    Returns
    -------
    DataFrame
        Texts stay texts where the model reads texts: ``01067``, ``NA``, ``True`` and ``1e5`` too. A cell that means
        "missing" does so only where the model does not know it as a category. Elsewhere cells are booleans where
        all of them are true or false, whole numbers where all have digits alone, and numbers.

    Raises
    ------
    InputError
        A cell of a column that the model reads as numbers is none; it is named with its line.
    """
    frame = table.frame[list(names)]
    if table.is_cells:
        frame = pd.DataFrame({name: _column(table, name, known.get(name, _NOTHING)) for name in names})
    categorical = {
        name: _categorical(table, frame[name], known[name]) for name in names if _is_categorical(known, name)
    }
    return frame.assign(**categorical) if categorical else frame


def _is_categorical(known: Mapping[str, Knowledge], name: str) -> bool:
    return name in known and known[name].is_categorical


def _categorical(table: Table, column: pd.Series, known: Knowledge) -> pd.Series:
    """Return a column as categories of pandas, in the order that the model knows, and what it does not know after them.

    Raises
    ------
    InputError
        The column holds numbers, such as codes, where the model knows texts.
    """
    present = column.dropna()
    if known.texts and pd.api.types.is_numeric_dtype(present.astype(object).infer_objects()):
        raise InputError(
            f"{table.source}: {column.name} holds numbers, and the model knows texts such as {known.texts[0]!r} there. "
            "Give the column as the model was fitted on it, not its codes."
        )
    new = [value for value in dict.fromkeys(present.tolist()) if value not in known.categories]
    return pd.Series(pd.Categorical(column, categories=[*known.categories, *new]), index=column.index)


def typed_target(table: Table, target: str, classes: Sequence[object]) -> pd.Series:
    """Return the labels of a table: texts where the model's classes are texts."""
    column = table.frame[target]
    if not table.is_cells:
        return column
    if classes and all(isinstance(value, str) for value in classes):
        return column
    return _column(table, target, _NOTHING)


def _column(table: Table, name: str, known: Knowledge) -> pd.Series:
    cells: list[str] = table.frame[name].tolist()
    if known.is_text:
        return _texts(cells, known)
    distinct = {cell: cell.strip(" \t") for cell in dict.fromkeys(cells)}
    present = [text for text in distinct.values() if not is_mark(text)]
    if present and all(text.lower() in _FLAGS for text in present):
        values = {cell: None if is_mark(text) else _FLAGS[text.lower()] for cell, text in distinct.items()}
        gaps = any(value is None for value in values.values())
        return pd.Series([values[cell] for cell in cells], dtype=object if gaps else bool)
    whole = all(text.lstrip("+-").isdigit() for text in present)
    numbers: dict[str, float | None] = {}
    for cell, text in distinct.items():
        number = None if is_mark(text) else _number(text, table.form.decimal, whole=whole)
        if number is None and not is_mark(text):
            raise _no_number(table, name, cells.index(cell), text)
        numbers[cell] = number
    return _numbers([numbers[cell] for cell in cells], name, whole=whole)


def _number(text: str, decimal: str, *, whole: bool) -> float | None:
    return number_of(text.replace(decimal, ".") if decimal != "." else text, whole=whole)


def _numbers(values: list[float | None], name: str, *, whole: bool) -> pd.Series:
    if whole and None not in values:
        try:
            return pd.Series(values, dtype=np.int64)
        except OverflowError as error:
            raise InputError(
                f"{name}: holds whole numbers beyond 2**63, which no tensor of ONNX holds exactly. Leave the feature "
                "out, or fit the model on it as a text."
            ) from error
    return pd.Series([np.nan if value is None else float(value) for value in values])


def _texts(cells: list[str], known: Knowledge) -> pd.Series:
    categories = set(known.texts)

    def read(cell: str) -> object:
        if cell in categories:
            return cell
        # As value_of reads it: a free text may be the word "null", and a category that is unknown may be missing.
        missing = is_mark(cell.strip(" \t")) if categories else known.knows_missing and not cell
        return known.mark if missing else cell

    values = {cell: read(cell) for cell in dict.fromkeys(cells)}
    return pd.Series([values[cell] for cell in cells], dtype=object if known.mark is None else "str")


def _no_number(table: Table, name: str, index: int, text: str) -> InputError:
    place = f"{table.source}: {name}, row {index + table.first_line}"
    if table.form.decimal == "." and number_of(text.replace(",", ".", 1), whole=False) is not None:
        return InputError(f"{place}: holds {text!r}, a number with a decimal comma. Say so: --decimal ','.")
    return InputError(
        f"{place}: holds {text!r}; expected a number, because no step of the model reads this feature as text. "
        "Mend the cell, or leave the row out."
    )
