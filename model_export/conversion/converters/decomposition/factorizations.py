"""Factorisations that solve for each call anew, which no graph can do as they do: they are refused with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.decomposition import NMF, LatentDirichletAllocation

    from model_export.conversion.graph.table import Table

_WAY_OUT = "Use TruncatedSVD or PCA in its place"


@transforms("MiniBatchNMF", "NMF")
def matrix_factorization(step: NMF, _x: Table) -> Table:
    """Refuse NMF and MiniBatchNMF: they start from the mean of all rows of a call, and stop when all change little."""
    raise Refusal.of(step, "what it answers for a row depends on the other rows of the same call", _WAY_OUT)


@transforms("LatentDirichletAllocation")
def topics(step: LatentDirichletAllocation, _x: Table) -> Table:
    """Refuse LatentDirichletAllocation."""
    raise Refusal.of(
        step,
        "it repeats updates with the digamma function, which ONNX does not have, in as many rounds as a row needs",
        _WAY_OUT,
    )
