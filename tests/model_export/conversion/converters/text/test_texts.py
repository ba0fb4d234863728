"""Text pipelines: words of any script, in images without en_US.UTF-8, or refused with the way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.columns import Quality
from model_export import InputError, UnsupportedModel, export

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator
    from sklearn.pipeline import Pipeline

    from model_export import Exported

SENTENCES = [
    "Der Ärger ist groß, ÖL und gut",
    "ärger und ÖL sind schlecht",
    "Привет Мир, ПРИВЕТ good",
    "naïve café CAFÉ",
    "it's a good test_1 2nd x",
    "北京 欢迎 你 good",
    "bad, bad service",
]


@pytest.fixture(scope="module")
def reviews() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    words = " ".join(SENTENCES).split()
    texts = SENTENCES + [" ".join(generator.choice(words, 6)) for _ in range(120)]
    made = pd.DataFrame({"Bewertung": texts, "stars": generator.integers(1, 6, len(texts))})
    made["shop"] = generator.choice(["a", "b"], len(texts))
    return made.assign(mood=np.where(made["Bewertung"].str.contains("good"), "pos", "neg"))


def _export(prepare: BaseEstimator, reviews: pd.DataFrame, out: Path, last: BaseEstimator | None = None) -> Exported:
    model = make_pipeline(prepare, last or LogisticRegression()).fit(reviews["Bewertung"], reviews["mood"])
    return export(model, reviews[["Bewertung", "mood"]], name="mood", target="mood", out=out)


@pytest.mark.parametrize(
    "prepare",
    [
        CountVectorizer(),
        CountVectorizer(binary=True, lowercase=False),
        CountVectorizer(token_pattern=r"(?u)\b\w+\b"),  # noqa: S106 - no password
        CountVectorizer(stop_words=["und", "is"]),
        TfidfVectorizer(),
        TfidfVectorizer(ngram_range=(1, 2)),
        TfidfVectorizer(sublinear_tf=True, norm="l1"),
        TfidfVectorizer(sublinear_tf=True, use_idf=False, norm=None),
        make_pipeline(CountVectorizer(ngram_range=(1, 2)), TfidfTransformer(sublinear_tf=True)),
        make_union(TfidfVectorizer(), CountVectorizer(ngram_range=(2, 2))),
        CountVectorizer(stop_words=["und"], ngram_range=(1, 2)),
        CountVectorizer(analyzer="char_wb", ngram_range=(2, 3)),
        CountVectorizer(tokenizer=str.split, token_pattern=None),
        TfidfVectorizer(strip_accents="unicode"),
        HashingVectorizer(n_features=64),
        HashingVectorizer(analyzer="char_wb", ngram_range=(2, 3), n_features=32),
    ],
    ids=str,
)
def test_words_are_counted_as_the_original_counts_them(
    prepare: BaseEstimator, reviews: pd.DataFrame, tmp_path: Path
) -> None:
    # The converter's own pattern knows ASCII alone, its own logarithm of counts is another, and the locale C
    # lowers ASCII alone: each gave probabilities that were off by 0.2 and more, in silence.
    exported = _export(prepare, reviews, tmp_path)
    assert exported.parity.failures == 0
    assert exported.parity.groups["text"].rows == 7


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (CountVectorizer(vocabulary=["good", "very good"]), "words of its vocabulary hold blanks"),
        (HashingVectorizer(analyzer="char_wb", ngram_range=(4, 5)), "words that are shorter than its sequences"),
    ],
    ids=str,
)
def test_sequences_that_a_graph_would_count_otherwise_are_refused(
    prepare: BaseEstimator, reason: str, reviews: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(UnsupportedModel, match=reason):
        _export(prepare, reviews, tmp_path)


def _locales(exported: Exported) -> set[str]:
    nodes = onnx.load(exported.path / "model.onnx").graph.node
    found = [each.s.decode() for node in nodes for each in node.attribute if each.name == "locale"]
    return set(found)


def test_the_graph_asks_for_no_locale_that_a_slim_image_lacks(reviews: pd.DataFrame, tmp_path: Path) -> None:
    assert _locales(_export(TfidfVectorizer(), reviews, tmp_path)) == {"C.UTF-8"}
    english = reviews.assign(Bewertung=reviews["Bewertung"].str.encode("ascii", "ignore").str.decode("ascii") + " aa")
    assert _locales(_export(TfidfVectorizer(), english, tmp_path)) == {"C"}


def test_sequences_that_no_entry_of_the_vocabulary_has_do_not_hinder(reviews: pd.DataFrame, tmp_path: Path) -> None:
    # ONNX Runtime refuses to load the graph: "max_gram_length must be inbounds of ngram_counts".
    exported = _export(TfidfVectorizer(ngram_range=(1, 3), min_df=25), reviews, tmp_path, MultinomialNB())
    assert exported.parity.failures == 0


def test_a_free_text_has_no_categories_and_no_counts_of_its_values(reviews: pd.DataFrame, tmp_path: Path) -> None:
    exported = _export(TfidfVectorizer(), reviews, tmp_path)
    (feature,) = exported.contract.features
    assert (feature.name, feature.type, feature.categories) == ("Bewertung", "string", None)
    profile = json.loads((exported.path / "profile.json").read_text(encoding="utf-8"))["features"]["Bewertung"]
    assert set(profile) == {"missing_share", "lengths"}
    assert sum(profile["lengths"]["counts"]) == len(reviews)


def test_a_bundle_answers_texts_that_it_never_saw(reviews: pd.DataFrame, tmp_path: Path) -> None:
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(reviews["Bewertung"], reviews["mood"])
    exported = export(model, reviews[["Bewertung"]], name="mood", out=tmp_path)
    bundle = load_bundle(str(exported.path), max_instances=9)
    texts = [
        "ÄRGER CAFÉ good",
        "\N{MATHEMATICAL DOUBLE-STRUCK DIGIT TWO}nd ² ½ good",
        "ﬁne\u00a0good",
        "Straße GOOD\r\n\tbad",
        "a" * 5000,
    ]
    valid = bundle.validator.validate([{"Bewertung": text} for text in texts], Quality())
    answers = bundle.model.predict(valid.columns, valid.rows)
    for text, answer, wanted in zip(texts, answers, model.predict_proba(texts)[:, 1], strict=True):
        assert answer["probabilities"]["pos"] == pytest.approx(wanted, abs=1e-6), text  # type: ignore[index, call-overload] # an object


def _mixed() -> Pipeline:
    prepare = ColumnTransformer(
        [
            ("text", TfidfVectorizer(), "Bewertung"),
            ("stars", StandardScaler(), ["stars"]),
            ("shop", OneHotEncoder(), ["shop"]),
        ]
    )
    return make_pipeline(prepare, LogisticRegression())


def test_texts_numbers_and_categories_go_together(reviews: pd.DataFrame, tmp_path: Path) -> None:
    features = reviews.drop(columns="mood")
    exported = export(_mixed().fit(features, reviews["mood"]), features, name="mixed", out=tmp_path)
    assert exported.parity.failures == 0
    assert [feature.categories for feature in exported.contract.features] == [None, None, ("a", "b")]


REFUSED = {
    "its preprocessor is a function of Python": CountVectorizer(preprocessor=str.lower),
    "its tokenizer is a function of Python": CountVectorizer(tokenizer=lambda text: text.split(), token_pattern=None),
    "it strips accents by a function of Python": TfidfVectorizer(strip_accents=str.lower),
    "its analyzer is a function of Python": CountVectorizer(analyzer=str.split),
    "its token_pattern 'a|ab' would cut otherwise": CountVectorizer(token_pattern="a|ab"),  # noqa: S106 - no password
}


@pytest.mark.parametrize(("reason", "prepare"), REFUSED.items(), ids=REFUSED)
def test_what_onnx_cannot_do_is_refused(
    reason: str, prepare: BaseEstimator, reviews: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(UnsupportedModel) as caught:
        _export(prepare, reviews, tmp_path)
    assert reason in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_final_sigma_is_refused_because_its_case_is_lowered_otherwise(tmp_path: Path) -> None:
    greek = pd.DataFrame({"Bewertung": ["δρόμος", "ΟΔΟΣ"] * 30, "mood": ["pos", "neg"] * 30})
    with pytest.raises(UnsupportedModel, match="lowers the last sigma of a Greek word"):
        _export(CountVectorizer(), greek, tmp_path)
    assert _export(CountVectorizer(lowercase=False), greek, tmp_path).parity.failures == 0


def test_data_without_the_one_text_are_told(reviews: pd.DataFrame, tmp_path: Path) -> None:
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(reviews["Bewertung"], reviews["mood"])
    with pytest.raises(InputError) as caught:
        export(model, reviews[["stars"]], name="mood", out=tmp_path)
    assert str(caught.value) == (
        "The model reads one text, and the data have no column of texts. "
        "Give data with one column of texts beside the target."
    )
