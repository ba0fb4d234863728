"""Texts cut into words or letters, as rows of a table that is filled up with a mark that no text holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from model_export.conversion.converters.text.patterns import SPACE, translate
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import MICROSOFT, Tensor, where

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import CountVectorizer

FILL: Final = "\U0010ffff"
"""Behind the last word of a text, and between the letters of two words; no character is there in Unicode."""


@dataclass(frozen=True)
class Tokens:
    """What is counted, alone and in sequences.

    Parameters
    ----------
    table : Tensor
        Words or letters, of shape (n_instances, n_tokens), with ``FILL`` where there is none.
    separator : str
        What stands between the parts of a sequence in the vocabulary.
    """

    table: Tensor
    separator: str


def tokens_of(step: CountVectorizer, texts: Tensor) -> Tokens:
    """Write how a vectorizer cuts texts.

    Parameters
    ----------
    step : CountVectorizer or HashingVectorizer
        Fitted.
    texts : Tensor
        Preprocessed, of shape (n_instances,).
    """
    if step.analyzer == "word":
        return Tokens(_without_stop_words(step, _words(step, texts)), " ")
    if step.analyzer == "char":
        return Tokens(_letters(texts), "")
    if step.analyzer == "char_wb":
        return Tokens(_letters_of_words(texts), "")
    raise Refusal.of(
        step,
        "its analyzer is a function of Python, which ONNX cannot call",
        "Fit with analyzer='word', 'char' or 'char_wb'",
    )


def _cut(texts: Tensor, pattern: str) -> Tensor:
    return texts.op("Tokenizer", domain=MICROSOFT, mark=0, mincharnum=1, pad_value=FILL, tokenexp=pattern, width=1)


def _words(step: CountVectorizer, texts: Tensor) -> Tensor:
    if step.tokenizer is str.split:
        return _cut(texts, f"[^{SPACE}]+")
    if step.tokenizer is not None:
        raise Refusal.of(
            step, "its tokenizer is a function of Python, which ONNX cannot call", "Fit with token_pattern="
        )
    pattern = translate(step, step.token_pattern)
    words = _cut(texts, pattern.tokens)
    if not pattern.whole:
        return words
    return _kept(words, words.op("RegexFullMatch", element="bool", pattern=pattern.whole))


def _without_stop_words(step: CountVectorizer, words: Tensor) -> Tensor:
    stops = sorted(step.get_stop_words() or ())
    if not stops or (step.ngram_range == (1, 1) and hasattr(step, "vocabulary_")):
        return words  # a stop word is in no vocabulary
    known = words.op(
        "LabelEncoder",
        element="int64",
        domain="ai.onnx.ml",
        keys_strings=stops,
        values_int64s=[1] * len(stops),
        default_int64=0,
    )
    return _kept(words, known.equals(0))


def _kept(words: Tensor, keep: Tensor) -> Tensor:
    """Return the words to keep in their order, and the mark for the others behind them."""
    keep = keep & ~words.equals(FILL)
    flags = keep.cast("int64")
    axis = flags.like(1)
    kept, dropped = flags.op("CumSum", axis), (1 - flags).op("CumSum", axis)
    places = where(keep, kept - 1, flags.sum() + dropped - 1)
    return words.op("ScatterElements", places, where(keep, words, words.like([[FILL]])), axis=1, width=1)


def _letters(texts: Tensor) -> Tensor:
    """Return the letters of texts, in which two blanks or more are one."""
    letters = _cut(texts, f"(?s)[{SPACE}]{{2,}}|.")
    long = letters.op("RegexFullMatch", element="bool", pattern=f"[{SPACE}]{{2,}}")
    return where(long, letters.like([[" "]]), letters)


def _letters_of_words(texts: Tensor) -> Tensor:
    """Return the letters of words with a blank on either side, and the mark between two words."""
    words = _cut(texts, f"[^{SPACE}]+")
    blank = words.like([[" "]])
    padded = blank.op("StringConcat", words, width=1).op("StringConcat", blank, width=1)
    padded = where(words.equals(FILL), words.like([[FILL]]), padded)
    letters = _cut(padded, "(?s).")  # of shape (n_instances, n_words, n_letters)
    gap = letters.op("Slice", *(letters.like([each], "int64") for each in (0, 1, 2)))
    gap = where(gap.equals(gap), letters.like([[[FILL]]]), gap)
    return letters.op("Concat", gap, axis=2).reshape([0, -1])
