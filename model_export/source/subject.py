"""A fitted model and what is known of its features, with data or without."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from inference_lib.contract.document import Feature
from model_export.errors import InputError
from model_export.source.data.corrections import apply_corrections, read_corrections
from model_export.source.data.features import feature_names, infer_features, numbers_of
from model_export.source.data.typed import typed_features
from model_export.source.model.anatomy import fitted_names, lightgbm_names
from model_export.source.model.estimator import classes_of
from model_export.source.model.graph.onnx_model import OnnxModel
from model_export.source.model.knowledge import Knowledge, knowledge_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import FeatureType
    from model_export.source.data.corrections import Corrections
    from model_export.source.data.table import Table
    from model_export.source.model.estimator import Estimator


@dataclass
class Subject:
    """A fitted model and the features that it reads.

    Parameters
    ----------
    model : Estimator
        Fitted.
    features : sequence of Feature
        Inferred from the data and corrected, or from the model alone.
    names : sequence of str
        All features of the training data, unread ones included, in its order.
    known : mapping of str to Knowledge
        What the model knows of the values of each feature.
    given : mapping of str to set of str
        Members by feature that the features file has set.
    limit : float, optional
        Largest magnitude of a number that the model answers; None means every double.
    """

    model: Estimator
    features: Sequence[Feature]
    names: Sequence[str]
    known: Mapping[str, Knowledge] = field(default_factory=dict)
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limit: float | None = None

    @property
    def classes(self) -> tuple[str | int | bool, ...]:
        """The model's labels, in the order of its numbers; empty for a regressor and for several targets."""
        return classes_of(self.model)

    def feature(self, name: str) -> Feature:
        """Return a feature by its name."""
        return next(feature for feature in self.features if feature.name == name)


def header_names(model: Estimator, targets: Sequence[str]) -> list[str]:
    """Return names of which the header of a data file holds one at least; empty where the model knows no names."""
    names = fitted_names(model) or lightgbm_names(model)
    return [*names, *(targets if names else ())]


def subject_with_data(
    model: Estimator, tables: Sequence[Table], targets: Sequence[str], corrections: Corrections | str | Path | None
) -> tuple[Subject, list[pd.DataFrame]]:
    """Return a model with its features as data, model and people describe them, and the features' typed columns.

    Parameters
    ----------
    model : Estimator
        Fitted.
    tables : sequence of Table
        Rows in the form of the training data; the first may lack the targets, the last has them.
    targets : sequence of str
        The columns that hold the labels; may be empty.
    corrections : mapping or path of a YAML file, optional
        What people say about features.

    Raises
    ------
    InputError
        The data or the corrections do not fit the model.
    """
    named = [named_as(model, table, targets) for table in tables]
    names = feature_names(model, named[-1].frame, targets)
    known = knowledge_of(model, fitted_names(model) or names)
    frames = []
    for table in named:
        if missing := [name for name in names if name not in table.frame.columns]:
            raise InputError(f"{table.source}: lacks the column {missing[0]!r}, which the model reads. Add it.")
        frames.append(typed_features(table, names, known))
    features = infer_features(pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0], known)
    said: Corrections = {}
    if corrections is not None:
        said = read_corrections(Path(corrections)) if isinstance(corrections, (str, Path)) else corrections
        apply_corrections(features, said)
    if isinstance(model, OnnxModel):
        model.narrow(features)
        model.packing(features)  # says which feature does not fit, before the model is called
    given = {name: frozenset(members) for name, members in said.items()}
    return Subject(model, features, fitted_names(model) or names, known, given), frames


def named_as(model: Estimator, table: Table, targets: Sequence[str]) -> Table:
    """Return a table under the names of the model's features, where its file has no header.

    Raises
    ------
    InputError
        It has another number of columns than the model has features.
    """
    if table.has_header:
        return table
    names = fitted_names(model) or lightgbm_names(model)
    if targets:
        raise InputError(
            f"{table.source}: has no header, so that no column is {targets[0]!r}. Add a first line with the names of "
            "the columns."
        )
    if len(names) != len(table.frame.columns):
        raise InputError(
            f"{table.source}: no cell of its first line names a feature of the model, and it has "
            f"{len(table.frame.columns)} columns for {len(names)} features. Add a first line with the names of the "
            "columns."
        )
    return table.renamed(names)


def subject_without_data(model: Estimator) -> Subject:
    """Return a model with what it alone says of its features.

    Types come from the steps that read a feature, and nothing is said to be missing.

    Parameters
    ----------
    model : Estimator
        Fitted. The features of one that was fitted on an array are called ``feature 0`` and so on.
    """
    count = max(1, getattr(model, "n_features_in_", 1))
    names = fitted_names(model) or lightgbm_names(model) or [f"feature {place}" for place in range(count)]
    known = knowledge_of(model, names)
    features = [_feature(name, known.get(name, Knowledge())) for name in names]
    return Subject(model, features, names, known)


def _feature(name: str, known: Knowledge) -> Feature:
    kind: FeatureType = "number"
    if known.is_text:
        kind = "string"
    elif known.categories and all(type(value).__name__ in {"bool", "bool_"} for value in known.categories):
        kind = "boolean"
    categories = known.texts if known.is_text else numbers_of(known)
    return Feature(name=name, type=kind, nullable=known.knows_missing, categories=categories or None)
