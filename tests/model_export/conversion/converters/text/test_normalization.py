"""Accents and cases are taken off as scikit-learn's preprocessor does, by a graph of a few thousand letters."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from model_export.conversion.converters.text.normalization import normalized
from model_export.conversion.graph.graph import Graph
from model_export.conversion.graph.tensor import Tensor
from tests.model_export.conversion.formulas.computed import computed

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = [
    "naïve CAFÉ",
    "Ärger, groß",
    "ﬁne ½ \uff34ea",
    "e\u0301le\u0300ve",
    "Ὀδυσσεύς",
    "한글 テスト",
    "№ 5 ℡ ²",
    "",
    "a_1\n\tB-",
]
_SURROGATES = range(0xD800, 0xE000)


def _letters() -> list[str]:
    """Return letters that some form of Unicode changes, and others."""
    letters = [chr(code) for code in range(sys.maxunicode + 1) if code not in _SURROGATES]
    changing = [each for each in letters if unicodedata.normalize("NFKD", each) != each or unicodedata.combining(each)]
    generator = np.random.default_rng(1)
    return [str(each) for some in (letters, changing) for each in generator.choice(some, 4000, replace=False)]


def _found(step: CountVectorizer, texts: Sequence[str]) -> list[str]:
    def formula(rows: Tensor) -> Tensor:
        return normalized(step, rows.op("Reshape", rows.like([-1], "int64"), width=1), None)

    (found,) = computed(formula, [[text] for text in texts], "string")
    return np.asarray(found).reshape(-1).tolist()


@pytest.mark.parametrize("how", ["ascii", "unicode"])
def test_each_letter_loses_its_accents_as_in_the_original(how: str) -> None:
    step = CountVectorizer(strip_accents=how, lowercase=False)
    texts = [f"x{letter}y" for letter in _letters()]
    assert _found(step, texts) == [step.build_preprocessor()(text) for text in texts]


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("how", ["ascii", "unicode", None])
def test_words_are_written_as_the_original_writes_them(how: str | None, lowercase: bool) -> None:
    step = CountVectorizer(strip_accents=how, lowercase=lowercase)
    words = [word for word in WORDS if not (lowercase and "ς" in word)]
    assert _found(step, words) == [step.build_preprocessor()(word) for word in words]


@pytest.mark.parametrize("how", ["ascii", "unicode"])
def test_the_graph_holds_no_letter_that_nothing_is_known_of(how: str) -> None:
    graph = Graph()
    texts = Tensor(graph, graph.add_input("x", "string", 1), "string", 1)
    made = normalized(CountVectorizer(strip_accents=how), texts, frozenset("cafe"))
    graph.add_output("made", made.name, "string", [None])
    assert graph.model().ByteSize() < 100_000
