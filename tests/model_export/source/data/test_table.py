"""Data files: what is read, and what is said of files that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from model_export.errors import InputError
from model_export.source.data.table import CsvForm, checked_table, load_table, named_table
from model_export.source.data.typed import typed_features
from model_export.source.model.knowledge import knowledge_of

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.pipeline import Pipeline


def test_csv_and_parquet_give_the_same_features(pipeline: Pipeline, features: pd.DataFrame, tmp_path: Path) -> None:
    features.to_csv(tmp_path / "rows.csv", index=False)
    features.to_parquet(tmp_path / "rows.parquet")
    names = ["résumé score", "visits", "colour", "city"]
    known = knowledge_of(pipeline, list(features.columns))
    first, second = (typed_features(load_table(tmp_path / f"rows.{kind}"), names, known) for kind in ("csv", "parquet"))
    pd.testing.assert_frame_equal(first, second, check_dtype=False)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.csv", None, "no such data file. Expected a CSV or Parquet file with one row for each instance."),
        ("rows.xlsx", b"x", "data files of type '.xlsx' are not read; expected .csv, .parquet."),
        (
            "empty.csv",
            b"",
            "cannot be read as CSV (the first line is empty). Expected the names of the columns.",
        ),
        ("head.csv", b"a,b\n", "holds no rows. Give at least one row; 50 or more make a proof worth having."),
        (
            "short.csv",
            b"a,b\n1,2\n3\n",
            "row 3 has 1 cells, the first line 2. Put quotes around cells that hold commas, or mend the row.",
        ),
        ("twice.csv", b"a,a\n1,2\n", "has the column 'a' twice. Rename one."),
        (
            "semicolons.csv",
            b"a;b\n1;2\n",
            (
                "the columns look separated by semicolons ('a;b'), and are read as separated by commas. "
                "Say so: --separator ';'."
            ),
        ),
        (
            "tabs.csv",
            b"a\tb\n1\t2\n",
            (
                "the columns look separated by tabs ('a\\tb'), and are read as separated by commas. "
                "Say so: --separator tab."
            ),
        ),
        (
            "latin.csv",
            "a\nschön\n".encode("latin-1"),
            "is not text in UTF-8. Convert it, for example: iconv -f LATIN1 -t UTF-8 latin.csv > utf8.csv",
        ),
        (
            "open.csv",
            b'a,b\n"1,2\n',
            "cannot be read as CSV (unexpected end of data).",
        ),
    ],
    ids=["absent", "kind", "empty", "header", "short row", "twice", "semicolons", "tabs", "latin", "open quote"],
)
def test_a_bad_data_file_is_told(name: str, content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_table(path)
    assert str(caught.value) == f"{path}: {message}"


def test_a_folder_and_a_broken_parquet_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"is a folder; expected a CSV or Parquet file\. Name one of the files in it\."
    ):
        load_table(tmp_path)
    (tmp_path / "rows.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="cannot be read as PARQUET"):
        load_table(tmp_path / "rows.parquet")


def test_a_suffix_in_capitals_a_byte_order_mark_and_blank_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "ROWS.CSV").write_bytes(b"\xef\xbb\xbfa,b\n\n1,2\n")
    table = load_table(tmp_path / "ROWS.CSV")
    assert table.frame.to_dict("list") == {"a": ["1"], "b": ["2"]}


def test_a_file_whose_first_line_names_no_feature_has_no_header(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    table = load_table(tmp_path / "rows.csv", known=["age", "cups"])
    assert (table.has_header, table.first_line) == (False, 1)
    assert table.renamed(["age", "cups"]).frame.to_dict("list") == {"age": ["1", "3"], "cups": ["2", "4"]}
    assert load_table(tmp_path / "rows.csv").has_header, "where nothing is known, the first line is the header"


def test_other_separators_are_read_where_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a;b\n1,5;2\n", encoding="utf-8")
    assert load_table(tmp_path / "rows.csv", CsvForm(";", ",")).frame.to_dict("list") == {"a": ["1,5"], "b": ["2"]}


def test_the_index_that_pandas_wrote_is_no_column(tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": [1.0, 2.0]}, index=pd.Index([7, 3], name="customer"))
    rows.to_parquet(tmp_path / "rows.parquet")
    assert list(load_table(tmp_path / "rows.parquet").frame.columns) == ["x"]


def test_a_column_that_is_there_twice_is_told() -> None:
    with pytest.raises(InputError) as caught:
        checked_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), "data")
    assert str(caught.value) == "data: has the column 'a' twice. Rename one."


def test_a_dict_of_columns_is_a_table() -> None:
    assert checked_table({"a": [1, 2], "b": ["x", None]}, "data").frame.shape == (2, 2)


def test_an_array_with_names_is_a_table_and_one_without_is_told() -> None:
    assert list(named_table(np.zeros((2, 2)), ["a", "b"]).frame.columns) == ["a", "b"]
    with pytest.raises(InputError) as caught:
        named_table(np.zeros((2, 2)), None)
    assert str(caught.value) == (
        "data: an array of shape (2, 2) with 0 feature names. Give two dimensions and one "
        "name for each column: export(model, data, name=..., feature_names=[...])."
    )
