"""CountVectorizer, TfidfVectorizer and TfidfTransformer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.text.normalization import normalized
from model_export.conversion.converters.text.tokens import tokens_of
from model_export.conversion.formulas.functions import log
from model_export.conversion.formulas.norms import divided_by_norm
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

    from model_export.conversion.converters.text.tokens import Tokens
    from model_export.conversion.graph.tensor import Tensor


@transforms("CountVectorizer")
def count_vectorizer(step: CountVectorizer, x: Table) -> Table:
    """Write CountVectorizer."""
    letters = frozenset("".join(step.vocabulary_))
    texts = x.texts().reshape([-1])
    counts = _counts(step, tokens_of(step, normalized(step, texts, letters)))
    if step.binary:
        counts = (counts > 0.0).cast("double")
    return Table.of(counts, sparse=True)


def _counts(step: CountVectorizer, tokens: Tokens) -> Tensor:
    """Return how often each entry of the vocabulary is in a text."""
    entries = sorted(step.vocabulary_.items(), key=lambda entry: int(entry[1]))
    sequences = [(text.split(" ") if tokens.separator else list(text), int(place)) for text, place in entries]
    low, high = step.ngram_range
    lengths = {len(parts) for parts, _ in sequences}
    if tokens.separator and not lengths <= set(range(low, high + 1)):
        raise Refusal.of(step, "words of its vocabulary hold blanks", "Fit with a token_pattern that matches no blanks")
    by_length = sorted(sequences, key=lambda sequence: (len(sequence[0]), sequence[1]))
    starts: list[int] = []
    pool: list[str] = []
    places: list[int] = []
    for length in range(1, max(lengths) + 1):
        starts.append(len(pool))
        for parts, place in by_length:
            if len(parts) == length:
                pool += parts
                places.append(place)
    found = tokens.table.op(
        "TfIdfVectorizer",
        element="float",
        width=len(entries),
        mode="TF",
        min_gram_length=min(lengths),
        max_gram_length=max(lengths),
        max_skip_count=0,
        ngram_counts=starts,
        ngram_indexes=places,
        pool_strings=pool,
    )
    return found.cast("double")


@transforms("TfidfVectorizer")
def tfidf_vectorizer(step: TfidfVectorizer, x: Table) -> Table:
    """Write TfidfVectorizer."""
    return tfidf_transformer(step._tfidf, count_vectorizer(step, x))  # noqa: SLF001 - the transformer of its own


@transforms("TfidfTransformer")
def tfidf_transformer(step: TfidfTransformer, x: Table) -> Table:
    """Write TfidfTransformer."""
    numbers = x.numbers()
    if step.sublinear_tf:
        absent = numbers.equals(0.0)
        present = where(absent, numbers.like([[1.0]]), numbers)
        numbers = where(absent, numbers.like([[0.0]]), log(present) + 1.0)
    if step.use_idf:
        numbers = numbers * np.asarray(step.idf_, np.float64).reshape(1, -1)
    if step.norm is not None:
        numbers = divided_by_norm(numbers, step.norm, sparse=True)
    return Table.of(numbers, sparse=True)
