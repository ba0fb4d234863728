"""A transformer asked both as scikit-learn and as a graph, and exported with its proof in front of a line."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline

from model_export.conversion import catalog
from model_export.conversion.graph.graph import Graph
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import Tensor
from model_export.conversion.methods import dispatch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.base import TransformerMixin

    Values = NDArray[np.float64]


def numbers(rows: int, width: int = 4, seed: int = 3) -> pd.DataFrame:
    """Return measured numbers of two decimals."""
    values = np.random.default_rng(seed).normal(0, 2, (rows, width)).round(2)
    return pd.DataFrame(values, columns=[f"x{place}" for place in range(width)])


def before_a_line(step: TransformerMixin, rows: pd.DataFrame) -> Pipeline:
    """Return a fitted pipeline that mixes the columns of a transformer, so that a wrong one shows in each value."""
    return make_pipeline(step, LinearRegression()).fit(rows, np.random.default_rng(5).normal(size=(len(rows), 3)))


def transformed(step: TransformerMixin, asked: pd.DataFrame) -> tuple[Values, Values]:
    """Return what a fitted transformer makes of rows, each asked alone, and what its graph makes of them.

    Parameters
    ----------
    step : transformer
        Fitted.
    asked : DataFrame of shape (n_rows, n_features)
        Numbers.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as of a pursuit that ends early
        # The tables of pandas 3 are read-only, which some transformers do not take.
        rows = asked if hasattr(step, "feature_names_in_") else asked.to_numpy().copy()
        alone: list[Any] = [step.transform(rows[place : place + 1]) for place in range(len(rows))]
    catalog.registered()
    graph = Graph()
    given = Tensor(graph, graph.add_input("numbers", "double", asked.shape[1]), "double", asked.shape[1])
    made = dispatch.transform(step, Table.of(given)).numbers()
    graph.add_output("made", made.name, "double", [None, made.width])
    options = onnxruntime.SessionOptions()
    # As in the function; beyond, a factor next to a product of matrices is rounded to single precision.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = onnxruntime.InferenceSession(graph.model().SerializeToString(), options)
    (answer,) = session.run(None, {"numbers": asked.to_numpy(np.float64)})
    dense = [each.toarray() if hasattr(each, "toarray") else each for each in alone]
    return np.vstack(dense), np.asarray(answer, np.float64)
