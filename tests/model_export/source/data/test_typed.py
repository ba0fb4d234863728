"""Cells are read as the fitted model knows them: the same file means the same to export, batch and API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.cells import value_of
from inference_lib.contract.document import Feature
from model_export.errors import InputError
from model_export.source.data.table import CsvForm, load_table
from model_export.source.data.typed import typed_features, typed_target
from model_export.source.model.knowledge import Knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.source.data.table import Table

ZIPS = Knowledge(is_text=True, categories=("01067", "NA", "True", "1e5", ""))
GAPS = Knowledge(is_text=True, categories=("a",), knows_missing=True, mark=None)


def _table(folder: Path, text: str, form: CsvForm | None = None) -> Table:
    (folder / "rows.csv").write_text(text, encoding="utf-8")
    return load_table(folder / "rows.csv", form or CsvForm())


def test_texts_stay_texts_where_the_model_holds_texts(tmp_path: Path) -> None:
    table = _table(tmp_path, 'zip,x\n01067,1\nNA,2\nTrue,3\n1e5,4\n"",5\n')
    assert typed_features(table, ["zip"], {"zip": ZIPS})["zip"].tolist() == ["01067", "NA", "True", "1e5", ""]


def test_a_mark_of_a_gap_is_missing_where_the_model_does_not_know_it_as_a_category(tmp_path: Path) -> None:
    table = _table(tmp_path, "c,x\na,1\nNA,2\n,3\nNULL,4\nb,5\n")
    assert typed_features(table, ["c"], {"c": GAPS})["c"].tolist() == ["a", None, None, None, "b"]


def test_a_free_text_may_be_the_word_null(tmp_path: Path) -> None:
    words = Knowledge(is_text=True)
    table = _table(tmp_path, 'note,x\nnull,1\n"",2\nnone at all,3\n')
    assert typed_features(table, ["note"], {"note": words})["note"].tolist() == ["null", "", "none at all"]


@pytest.mark.parametrize(
    ("cells", "values", "kind"),
    [
        (["1", "2", "-3"], [1, 2, -3], "i"),
        (["1", "", "3"], [1.0, np.nan, 3.0], "f"),
        (["1.5", "NA", "2"], [1.5, np.nan, 2.0], "f"),
        (["true", "False"], [True, False], "b"),
        ([" 7 ", "8"], [7, 8], "i"),
    ],
)
def test_other_columns_are_numbers_or_booleans(
    cells: list[str], values: list[float], kind: str, tmp_path: Path
) -> None:
    table = _table(tmp_path, "x,y\n" + "".join(f"{cell},1\n" for cell in cells))
    column = typed_features(table, ["x"], {})["x"]
    assert column.dtype.kind == kind
    np.testing.assert_array_equal(column.to_numpy(), np.array(values))


def test_a_cell_that_is_no_number_is_named_with_its_line(tmp_path: Path) -> None:
    table = _table(tmp_path, "age,y\n31,1\nold,2\n")
    with pytest.raises(InputError) as caught:
        typed_features(table, ["age"], {})
    assert str(caught.value) == (
        f"{tmp_path}/rows.csv: age, row 3: holds 'old'; expected a number, because no step of the model reads this "
        "feature as text. Mend the cell, or leave the row out."
    )


def test_a_decimal_comma_is_told_with_the_option_that_reads_it(tmp_path: Path) -> None:
    text = "price;y\n3,14;1\n2;2\n"
    with pytest.raises(InputError) as caught:
        typed_features(_table(tmp_path, text, CsvForm(";")), ["price"], {})
    assert str(caught.value) == (
        f"{tmp_path}/rows.csv: price, row 2: holds '3,14', a number with a decimal comma. Say so: --decimal ','."
    )
    assert typed_features(_table(tmp_path, text, CsvForm(";", ",")), ["price"], {})["price"].tolist() == [3.14, 2.0]


def test_labels_are_texts_where_the_classes_are(tmp_path: Path) -> None:
    table = _table(tmp_path, "x,y\n1,01\n2,NA\n")
    assert typed_target(table, "y", ("01", "NA")).tolist() == ["01", "NA"]
    assert typed_target(table, "x", (1, 2)).tolist() == [1, 2]


def test_a_whole_number_beyond_int64_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x: holds whole numbers beyond 2\*\*63, which no tensor of ONNX holds"):
        typed_features(_table(tmp_path, f"x,y\n{2**63},1\n"), ["x"], {})


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=6), st.booleans())
def test_a_cell_of_text_means_the_same_to_the_export_and_to_the_api(cell: str, knows: bool) -> None:
    known = Knowledge(is_text=True, categories=("NA", "a"), knows_missing=knows, mark=None)
    feature = Feature(name="c", type="string", nullable=True, categories=("NA", "a"))
    from model_export.source.data.table import Table as Given  # noqa: PLC0415 - the name is a type above

    table = Given(pd.DataFrame({"c": pd.Series([cell], dtype=object)}), "here", is_cells=True)
    assert typed_features(table, ["c"], {"c": known})["c"].tolist() == [value_of(cell, feature)]
