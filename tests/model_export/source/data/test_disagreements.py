"""Where the data and the model disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from inference_lib.contract.document import Feature
from model_export import export
from model_export.errors import InputError
from model_export.source.data.disagreements import answerable, disagreements

if TYPE_CHECKING:
    from pathlib import Path


class _Heard:
    """A progress that keeps its notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def step(self, _text: str) -> None:
        """Hear nothing."""

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_categories_that_the_model_does_not_know_and_those_that_no_row_holds_are_told() -> None:
    table = pd.DataFrame({"mood": ["good", "odd", "new", "odd", None], "size": [1.0, 1.0, 1.0, 1.0, None]})
    features = [
        Feature(name="mood", type="string", nullable=True, categories=("good", "bad"), example="good"),
        Feature(name="size", type="number", nullable=True, example=1.0),
    ]
    unknown, unseen, constant = disagreements(table, features)
    assert unknown == (
        "mood: 3 of 5 rows hold a category that the model was not fitted on ('new', 'odd'); the API refuses it, "
        "and they are left out"
    )
    assert unseen == "mood: no row holds 'bad', which the model knows"
    assert constant == "size: all rows hold one value; the observed range and the drift profile will be narrow"


def test_data_of_which_no_row_can_be_answered_are_refused() -> None:
    features = [Feature(name="mood", type="string", nullable=False, categories=("good", "bad"), example="good")]
    with pytest.raises(
        InputError, match="no row of the data is one that the model answers; expected one of 'good', 'bad'"
    ):
        answerable(pd.DataFrame({"mood": ["odd", "new"]}), features)


def test_the_export_says_so_and_goes_on(tmp_path: Path) -> None:
    table = pd.DataFrame({"mood": ["good", "bad"] * 30})
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(table, [0, 1] * 30)
    heard = _Heard()
    rows = pd.DataFrame({"mood": ["good", "bad", "strange"] * 20})
    exported = export(model, rows, name="moods", out=tmp_path, progress=heard)
    assert exported.parity.failures == 0
    assert any(note.startswith("mood: 20 of 60 rows hold a category") for note in heard.notes)
