"""What an export works on: the model, what is known of it, and the rows that it answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from model_export.errors import InputError, UnsupportedModel
from model_export.source.data.disagreements import answerable, disagreements
from model_export.source.data.table import PLAIN, checked_table, load_table, named_table
from model_export.source.data.typed import typed_target
from model_export.source.instances import instances_of
from model_export.source.model.knowledge import Knowledge
from model_export.source.model.original import Original
from model_export.source.probing import probe
from model_export.source.subject import header_names, subject_with_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from model_export.progress import Progress
    from model_export.source.data.corrections import Corrections
    from model_export.source.data.table import CsvForm, Table
    from model_export.source.instances import Instance
    from model_export.source.model.estimator import Estimator
    from model_export.source.subject import Subject

    Data = str | Path | pd.DataFrame | Mapping[str, Sequence[object]] | NDArray[np.generic]


@dataclass(frozen=True)
class Given:
    """The data of an export and what is said of them.

    Parameters
    ----------
    data : DataFrame, mapping, array or path
        Rows in the form of the training data.
    reference : like data, optional
        Rows for the observed ranges and the profile.
    targets : tuple of str
        The columns that hold the labels; empty where there are none.
    features : mapping or path, optional
        Corrections of features.
    feature_names : sequence of str, optional
        Names of the columns of an array.
    form : CsvForm
        How CSV files are written.
    """

    data: Data
    reference: Data | None = None
    targets: tuple[str, ...] = ()
    features: Corrections | str | Path | None = None
    feature_names: Sequence[str] | None = None
    form: CsvForm = PLAIN


def target_names(target: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns of the targets.

    Raises
    ------
    InputError
        It holds something else than names, such as the labels themselves.
    """
    if target is None or isinstance(target, str):
        return () if target is None else (target,)
    # A Series, an array or a frame of labels has no truth value, and its first labels say nothing of the others.
    if not isinstance(target, (list, tuple)) or not all(isinstance(name, str) for name in target):
        raise InputError(
            f"target is of type {type(target).__name__}; expected the name of the column that holds the labels, or a "
            "list of names. Put the labels into the data: data.assign(label=labels), with target='label'."
        )
    return tuple(target)


@dataclass(frozen=True)
class Intake:
    """A model with rows that it answers.

    Parameters
    ----------
    subject : Subject
        Model and features.
    original : Original
        The judge.
    held_out : list of dict
        The rows of the data that the contract takes.
    described : list of dict
        Those of the reference; of the data without one.
    labels : DataFrame or None
        Of ``held_out``, a column for each target; None without a target.
    unused : tuple of str
        Columns of the data that are neither features nor targets.
    """

    subject: Subject
    original: Original
    held_out: list[Instance]
    described: list[Instance]
    labels: pd.DataFrame | None
    unused: tuple[str, ...] = ()


def _check_library(model: Estimator) -> None:
    for step in (model, *(step for _, step in getattr(model, "steps", ()))):
        if type(step).__module__.partition(".")[0] == "catboost":
            raise UnsupportedModel(
                f"{type(step).__name__}: no converter knows this step of catboost. Fit it on numbers without a "
                'pipeline, let CatBoost write the graph, model.save_model("model.onnx", format="onnx"), and export it.'
            )


def take_in(model: Estimator, given: Given, progress: Progress) -> Intake:
    """Read the data as the model knows them, and ask the model what it answers.

    Parameters
    ----------
    model : Estimator
        Fitted.
    given : Given
        The data.
    progress : Progress
        Hears notes.

    Raises
    ------
    InputError
        The data do not fit the model, or the model answers none of them.
    """
    rows = read(given.data, given, model)
    tables = [rows] if given.reference is None else [read(given.reference, given, model), rows]
    subject, frames = subject_with_data(model, tables, given.targets, given.features)
    known = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    original = Original(
        model, subject.features, known, {name: each.mark for name, each in subject.known.items()}, given.targets
    )
    some = instances_of(frames[-1].head(_PROBED), subject.features)
    probed = probe(original, subject.features, some, subject.given, defaultdict(Knowledge, subject.known))
    subject.limit = probed.limit
    for note in (*probed.notes, *disagreements(known, subject.features)):
        progress.note(note)
    taken = answerable(frames[-1], subject.features)
    # The first table is the reference where there is one, else the data themselves.
    described, held_out = (
        instances_of(table[answerable(table, subject.features)], subject.features) for table in (frames[0], frames[-1])
    )
    labels = None
    if given.targets:
        original.predict(held_out[:1])  # names the targets
        labels = _labels(rows, given.targets, original)[taken].reset_index(drop=True)
    return Intake(subject, original, held_out, described, labels, _unused(rows, subject, given.targets))


def _unused(rows: Table, subject: Subject, targets: Sequence[str]) -> tuple[str, ...]:
    used = {*(feature.name for feature in subject.features), *targets}
    return tuple(str(name) for name in rows.frame.columns if name not in used) if rows.has_header else ()


def _labels(rows: Table, targets: Sequence[str], original: Original) -> pd.DataFrame:
    """Return the columns of the targets, as their classes are written."""
    classes = [target.classes for target in original.targets] or [original.classes]
    return pd.DataFrame({name: typed_target(rows, name, each) for name, each in zip(targets, classes, strict=True)})


_PROBED = 500
"""Rows among which those are looked for in which values are tried."""


def read(data: Data, given: Given, model: Estimator) -> Table:
    """Return data in any of their forms as a table.

    Raises
    ------
    InputError
        They cannot be read.
    UnsupportedModel
        The model, which says how they are read, is one of CatBoost, which writes its own ONNX.
    """
    _check_library(model)
    if isinstance(data, np.ndarray):
        return named_table(data, given.feature_names)
    if isinstance(data, (str, Path)):
        return load_table(Path(data), given.form, header_names(model, given.targets))
    return checked_table(data, "data")
