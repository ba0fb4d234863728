"""LabelPropagation and LabelSpreading: labels of the training data, weighted by a kernel or by nearness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.distances.kernels import dense, kernel
from model_export.conversion.converters.distances.neighbors import nearest_training
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import gather
from model_export.conversion.methods.registry import probabilities

if TYPE_CHECKING:
    from sklearn.semi_supervised import LabelPropagation

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


@probabilities("LabelPropagation", "LabelSpreading")
def propagated(model: LabelPropagation, x: Table) -> Tensor:
    """Write predict_proba of LabelPropagation and LabelSpreading."""
    labels = np.asarray(model.label_distributions_, np.float64)
    if model.kernel == "knn":
        _, places = nearest_training(model.nn_fit, x, model.n_neighbors)
        rows = gather(x.numbers().like(labels), places, labels.shape[1])
        shares = rows.op("ReduceSum", rows.like([1], "int64"), keepdims=0)
    elif model.kernel == "rbf":
        shares = kernel(model, x.numbers(), dense(model.X_), "rbf", gamma=model.gamma).matmul(labels)
    else:
        raise Refusal.of(model, "its kernel is a function of Python", "Fit with kernel='rbf' or 'knn'")
    return shares / shares.sum()
