"""Checks of the steps that count words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.checks.finding import Finding
from model_export.conversion.converters.text.vectorizers import WORD_PATTERNS, vectorizers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sklearn.feature_extraction.text import CountVectorizer

    from model_export.source.subject import Subject

_FINAL_SIGMA = "ς"


def check_text(subject: Subject) -> Iterator[Finding]:
    """Find ways to cut texts that ONNX does not have, or has otherwise."""
    for step in vectorizers(subject.model):
        yield from _check(step, type(step).__name__)


def _check(step: CountVectorizer, place: str) -> Iterator[Finding]:
    for name in ("preprocessor", "tokenizer"):
        if getattr(step, name) is not None:
            yield Finding(place, f"its {name} is a function of Python, which ONNX cannot call", f"Fit without {name}=")
    if step.strip_accents is not None:
        yield Finding(
            place,
            "ONNX cannot strip accents",
            "Fit without strip_accents; words with and without accents then count apart",
            "onnx/sklearn-onnx#1144",
        )
    if step.analyzer != "word":
        analyzer = step.analyzer if isinstance(step.analyzer, str) else "a function of Python"
        yield Finding(
            place,
            f"it counts {analyzer}, and ONNX counts words faithfully alone",
            "Fit with analyzer='word'",
            "onnx/sklearn-onnx#446",
        )
    elif step.tokenizer is None and step.token_pattern not in WORD_PATTERNS:
        yield Finding(
            place,
            f"its token_pattern {step.token_pattern!r} is read by RE2, where \\w and \\b know ASCII alone",
            "Fit with the default pattern where texts have other letters; the proof decides",
            blocks=False,
        )
    if step.stop_words and step.ngram_range[1] > 1:
        yield Finding(
            place,
            "ONNX counts sequences of words before stop words are taken out, scikit-learn after",
            "Fit without stop_words (max_df does much the same), or with ngram_range=(1, 1)",
        )
    if step.lowercase and any(_FINAL_SIGMA in word for word in step.vocabulary_):
        yield Finding(
            place,
            "Python lowers the last sigma of a Greek word to another letter than ONNX",
            "Lower the case in the data and in the callers, and fit with lowercase=False",
        )
