"""Parameters drawn from what scikit-learn itself says that each of them may be."""

from __future__ import annotations

import inspect
from numbers import Integral
from typing import TYPE_CHECKING, Any

from sklearn.utils._param_validation import Hidden, Interval, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from sklearn.base import BaseEstimator

KEPT = {
    "random_state", "n_jobs", "verbose", "warm_start", "copy", "copy_X", "cache_size", "memory", "store_cv_results",
    "max_iter_predict", "n_restarts_optimizer", "pre_dispatch", "categories", "feature_names_out", "estimator",
    "estimators", "final_estimator", "base_estimator", "regressor", "transformer", "func", "inverse_func",
    "kernel_params", "metric_params", "cv", "prefit", "categorical_features", "set_output", "positive", "precompute",
}  # fmt: skip
"""Never drawn: they change no answer, or take objects that the cases give."""

SMALL = {
    "n_estimators": (1, 12), "max_iter": (20, 120), "n_components": (1, 2), "n_knots": (2, 6), "degree": (1, 3),
    "n_bins": (2, 6), "max_depth": (1, 6), "max_leaf_nodes": (2, 12), "n_neighbors": (1, 9), "leaf_size": (5, 40),
    "max_bins": (4, 255), "n_features": (4, 64), "min_samples_leaf": (1, 8), "min_samples_split": (2, 9),
    "max_features": (1, 2), "n_quantiles": (5, 100), "max_categories": (2, 5), "min_frequency": (1, 40),
    "n_iter_no_change": (1, 5), "n_clusters": (2, 5), "n_init": (1, 2), "min_df": (1, 3), "batch_size": (16, 64),
    "early_stopping": (0, 0), "k": (1, 3), "n_features_to_select": (1, 3), "subsample": (200, 300),
    "transform_n_nonzero_coefs": (1, 3),
}  # fmt: skip
"""Ranges of whole numbers within which a fit of small data stays short and makes sense."""

_REALS = {
    "alpha": (1e-4, 2.0), "C": (0.05, 20.0), "gamma": (0.01, 2.0), "learning_rate": (0.05, 0.5), "radius": (1.0, 60.0),
    "tol": (1e-4, 1e-2), "l1_ratio": (0.05, 0.95), "ccp_alpha": (0.0, 0.01), "min_impurity_decrease": (0.0, 0.01),
    "epsilon": (1.0, 2.0), "max_samples": (0.3, 1.0), "subsample": (0.5, 1.0), "validation_fraction": (0.1, 0.3),
    "threshold": (0.0, 0.5), "nu": (0.2, 0.5), "shrinkage": (0.0, 0.9), "reg_param": (0.0, 0.5), "quantile": (0.2, 0.8),
    "max_df": (0.6, 1.0), "coef0": (0.0, 1.0), "power": (1.1, 1.9), "support_fraction": (0.6, 0.9),
    "contamination": (0.05, 0.3),
    "l2_regularization": (0.0, 2.0), "var_smoothing": (1e-9, 1e-3), "max_features": (0.4, 1.0),
    "min_weight_fraction_leaf": (0.0, 0.2), "min_samples_leaf": (0.01, 0.2), "min_samples_split": (0.02, 0.3),
}  # fmt: skip


def drawn(kind: type[BaseEstimator], fixed: Mapping[str, Any], generator: np.random.Generator) -> dict[str, Any]:
    """Return arguments of a constructor: a few parameters drawn, the others left at their defaults.

    Parameters
    ----------
    kind : type
        An estimator of scikit-learn.
    fixed : mapping
        Arguments that a case gives.
    generator : Generator
        Draws.
    """
    known = inspect.signature(kind).parameters
    constraints: Mapping[str, Any] = getattr(kind, "_parameter_constraints", {})
    open_ones = [name for name in constraints if name in known and name not in KEPT and name not in fixed]
    chosen: dict[str, Any] = {}
    for name in open_ones:
        if generator.random() < 0.5 or not isinstance(constraints[name], list):
            continue
        options = [option for option in (_option(name, each) for each in constraints[name]) if option is not None]
        if options:
            chosen[name] = options[int(generator.integers(len(options)))](generator)
    if "random_state" in known:
        chosen["random_state"] = 0
    return {**chosen, **fixed}


def _option(name: str, constraint: object) -> Callable[[np.random.Generator], Any] | None:
    """Return how a value of one constraint is drawn; None where it is not drawn."""
    if constraint is None:
        return lambda _: None
    if constraint == "boolean":
        return lambda generator: bool(generator.random() < 0.5)
    if isinstance(constraint, (Hidden, str)):
        return None
    if isinstance(constraint, Options):
        values: Sequence[object] = sorted(
            (value for value in constraint.options if value not in getattr(constraint, "deprecated", ())), key=str
        )
        return lambda generator: values[int(generator.integers(len(values)))]
    if isinstance(constraint, Interval):
        return _interval(name, constraint)
    return None


def _interval(name: str, interval: Interval) -> Callable[[np.random.Generator], Any]:
    if interval.type is Integral:
        fewest, most = SMALL.get(name, (interval.left if interval.left is not None else 1, 10))
        first = int(fewest if interval.left is None else max(fewest, interval.left))
        return lambda generator: int(generator.integers(first, max(first, int(most)) + 1))
    low, high = _REALS.get(name, (interval.left if interval.left is not None else 0.0, 1.0))
    least = float(
        low
        if interval.left is None
        else max(low, interval.left + (0.0 if interval.closed in {"left", "both"} else 1e-6))
    )
    largest = float(high if interval.right is None else min(high, interval.right))
    return lambda generator: round(float(generator.uniform(least, max(least, largest))), 4)
