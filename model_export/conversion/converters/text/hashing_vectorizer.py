"""HashingVectorizer: words or letters counted in buckets by MurmurHash3, as scikit-learn hashes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from model_export.conversion.converters.text.normalization import normalized
from model_export.conversion.converters.text.tokens import FILL, tokens_of
from model_export.conversion.formulas.norms import divided_by_norm
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import MICROSOFT, concat, where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import HashingVectorizer

    from model_export.conversion.converters.text.tokens import Tokens
    from model_export.conversion.graph.tensor import Tensor

_MOST_BUCKETS: Final = 2**20
_END: Final = 2**62


@transforms("HashingVectorizer")
def hashing_vectorizer(step: HashingVectorizer, x: Table) -> Table:
    """Write HashingVectorizer."""
    if step.n_features > _MOST_BUCKETS:
        raise Refusal.of(
            step,
            f"it has {step.n_features} buckets, all of which a graph keeps for each text",
            f"Fit with n_features={_MOST_BUCKETS} or fewer",
        )
    texts = x.texts().reshape([-1])
    grams = _grams(step, tokens_of(step, normalized(step, texts, None)))
    present = ~grams.equals(FILL)
    hashed = grams.op("MurmurHash3", domain=MICROSOFT, element="int32", seed=0, positive=0).cast("int64")
    places = abs(hashed).op("Mod", step.n_features)
    amounts = present.cast("double")
    if step.alternate_sign and not step.binary:
        amounts = where(hashed < 0, -amounts, amounts)
    counts = _added(texts, places, amounts, step.n_features)
    if step.binary:
        counts = (counts > 0.0).cast("double")
    if step.norm is not None:
        counts = divided_by_norm(counts, step.norm, sparse=True)
    return Table.of(counts, sparse=True)


def _added(texts: Tensor, places: Tensor, amounts: Tensor, width: int) -> Tensor:
    rows = texts.op("Shape", element="int64")
    shape = rows.op("Concat", rows.like([width]), axis=0)
    empty = amounts.like([[0.0]]).op("Expand", shape, width=width)
    return empty.op("ScatterElements", places, amounts, axis=1, reduction="add", width=width)


def _grams(step: HashingVectorizer, tokens: Tokens) -> Tensor:
    """Return all sequences of words or letters as texts; the mark where a part of one is missing."""
    if step.analyzer == "char_wb" and step.ngram_range[0] > 3:  # noqa: PLR2004 - the shortest word with its blanks
        raise Refusal.of(
            step, "words that are shorter than its sequences count as a whole", "Fit with ngram_range=(3, …) or less"
        )
    low, high = step.ngram_range
    return concat([_joined(tokens, length) for length in range(low, high + 1)])


def _joined(tokens: Tokens, length: int) -> Tensor:
    parts = [_shifted(tokens.table, place, length) for place in range(length)]
    whole, complete = parts[0], ~parts[0].equals(FILL)
    for part in parts[1:]:
        if tokens.separator:
            whole = whole.op("StringConcat", whole.like([[tokens.separator]]), width=1)
        whole = whole.op("StringConcat", part, width=1)
        complete = complete & ~part.equals(FILL)
    return where(complete, whole, whole.like([[FILL]]))


def _shifted(table: Tensor, place: int, length: int) -> Tensor:
    """Return the parts at one place of all sequences of a length."""
    if length == 1:
        return table
    end = place - length + 1
    ends = [table.like([each], "int64") for each in (place, end if end < 0 else _END, 1)]
    return table.op("Slice", *ends, width=1)
