"""How texts are cut into words: options of the converter, and safe changes to a copy of the vectorizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sklearn.feature_extraction.text import CountVectorizer

from model_export.source.model.anatomy import nested_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORD_PATTERNS: Final = {
    r"(?u)\b\w\w+\b": r"[\p{L}\p{N}_][\p{L}\p{N}_]+",
    r"(?u)\b\w+\b": r"[\p{L}\p{N}_]+",
    r"\b\w\w+\b": r"[\p{L}\p{N}_][\p{L}\p{N}_]+",
    r"\b\w+\b": r"[\p{L}\p{N}_]+",
    r"\w+": r"[\p{L}\p{N}_]+",
    r"(?u)\w+": r"[\p{L}\p{N}_]+",
}
"""Patterns of Python, and what means the same to RE2 [1]_, whose ``\\w`` knows ASCII alone.

.. [1] https://github.com/google/re2/wiki/Syntax
"""

ASCII_LOCALE: Final = "C"
"""Is there on every system, and lowers the case of ASCII alone."""

UNICODE_LOCALE: Final = "C.UTF-8"
"""Part of glibc 2.35 and of earlier ones on Debian and Amazon Linux: the images have it, and en_US.UTF-8 not."""


def vectorizers(model: object) -> Iterator[CountVectorizer]:
    """Yield the fitted steps that count words, TfidfVectorizer included."""
    for step in nested_steps(model):
        if isinstance(step, CountVectorizer) and hasattr(step, "vocabulary_"):
            yield step


def options_of(model: object) -> dict[object, Mapping[str, object]]:
    """Return the converter's options for each vectorizer of a model, by identity."""
    found: dict[object, Mapping[str, object]] = {}
    for step in vectorizers(model):
        options: dict[str, object] = {"locale": _locale(step)}
        if step.analyzer == "word" and step.token_pattern in WORD_PATTERNS:
            options["tokenexp"] = WORD_PATTERNS[step.token_pattern]
        found[id(step)] = options
    return found


def _locale(step: CountVectorizer) -> str:
    # A word with another letter is in no vocabulary of ASCII, in upper case or lower.
    return ASCII_LOCALE if all(word.isascii() for word in step.vocabulary_) else UNICODE_LOCALE


def narrow(model: object) -> Iterator[str]:
    """Take lengths of word sequences that no entry of the vocabulary has out of ``ngram_range``, in place.

    ONNX Runtime refuses to load a graph that names them, and they match nothing.
    """
    for step in vectorizers(model):
        if step.analyzer != "word":
            continue
        low, high = step.ngram_range
        longest = max(len(words.split(" ")) for words in step.vocabulary_)
        if low <= longest < high:
            step.ngram_range = (low, longest)
            yield f"{type(step).__name__}: no sequence of {high} words is in the vocabulary; none is looked for."


def describe(model: object) -> Iterator[str]:
    """Yield what the options change, as sentences for the report."""
    for step in vectorizers(model):
        yield f"{type(step).__name__}: words have letters and digits of any script; locale {_locale(step)}."
