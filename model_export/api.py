"""A fitted model and some rows in, a proven bundle out."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inference_lib.contract.digests import content_version
from inference_lib.contract.document import (
    GOLDEN_FILE,
    IGNORE,
    MODEL_FILE,
    PROFILE_FILE,
    REFUSE,
    REPORT_FILE,
    Contract,
)
from inference_lib.runtime import log
from model_export.bundle.origin import git_commit, library_versions
from model_export.bundle.write import write_bundle
from model_export.checks import refuse_unfaithful
from model_export.conversion.convert import candidates
from model_export.errors import ExportError, InputError, UnsupportedModel, one_sentence
from model_export.evaluation.memory import free_bytes, require_memory
from model_export.evaluation.metrics import evaluate, pictures_of
from model_export.evaluation.reference import profile_document, reference_profile
from model_export.progress import Silent
from model_export.proof import parity
from model_export.proof.edges import SEED
from model_export.proof.golden_cases import golden_document
from model_export.proof.narrowing import narrow
from model_export.proof.report import ProofFailed
from model_export.proof.rows import rows_to_prove
from model_export.proof.steps import with_step
from model_export.report.page import Facts, report_page
from model_export.source.data.table import PLAIN
from model_export.source.intake import Given, take_in, target_names
from model_export.source.model import load
from model_export.source.model.boosting import adapted, libraries_of
from model_export.source.model.estimator import task_of
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import Json
    from model_export.conversion.convert import Graph
    from model_export.progress import Progress
    from model_export.proof.edges import Row
    from model_export.proof.report import ParityReport
    from model_export.source.data.corrections import Corrections
    from model_export.source.data.table import CsvForm
    from model_export.source.intake import Data, Intake
    from model_export.source.model.estimator import Booster, Estimator
    from model_export.source.model.original import Answered

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Exported:
    """A bundle that was proven and written.

    Parameters
    ----------
    path : Path
        Its directory, ``OUT/NAME/VERSION``.
    contract : Contract
        What the model takes and gives.
    parity : ParityReport
        How it was proven.
    profile : dict
        The members of ``profile.json``.
    sizes : dict of str to int, bytes
        By file name.
    notes : tuple of str
        What was changed for a faithful conversion.
    written : bool
        False when the very same version was there already.
    """

    path: Path
    contract: Contract
    parity: ParityReport
    profile: dict[str, Json]
    sizes: dict[str, int]
    notes: tuple[str, ...]
    written: bool


def export(  # noqa: PLR0913 - one keyword for each option of the command
    model: Estimator | Booster | str | Path,
    data: Data,
    *,
    name: str,
    target: str | Sequence[str] | None = None,
    out: str | Path = "bundles",
    features: Corrections | str | Path | None = None,
    description: str = "",
    reference: Data | None = None,
    feature_names: Sequence[str] | None = None,
    metrics: Mapping[str, float] | None = None,
    unknown_features: str = REFUSE,
    form: CsvForm | None = None,
    hunt_minutes: float = 0.0,
    progress: Progress | None = None,
) -> Exported:
    """Convert a fitted model, prove that it answers as the original does, and write its bundle.

    Parameters
    ----------
    model : estimator, Booster of XGBoost or LightGBM, or path of a model file
        Fitted.
    data : DataFrame, mapping of str to sequence, array with feature names, or path of a CSV or Parquet file
        Rows in the form of the training data, best those that the model has not seen.
    name : str
        Name of the model: a lower-case letter, then letters, digits, ``_`` and ``-``.
    target : str or sequence of str, optional
        The column of the data that holds the labels, or those of several targets in the order of the training data;
        with it the metrics are computed, and several targets get their names.
    out : path
        Where the bundles of all models are.
    features : mapping or path of a YAML file, optional
        Corrections of features: description, unit, allowed range and so on.
    description : str
        One sentence about the model.
    reference : like data, optional
        Rows that the observed ranges and the drift profile of the features are taken from, such as
        the training data; by default ``data``. The profile of the predictions is that of ``data``.
    feature_names : sequence of str, optional
        Names of the columns when data or reference is an array.
    metrics : mapping of str to float, optional
        Evaluation metrics beside those that are computed.
    unknown_features : {"refuse", "ignore"}
        Whether callers may send features that the model does not have.
    form : CsvForm, optional
        Separator and decimal mark of CSV files; by default commas and points.
    hunt_minutes : float, minutes
        How long rows are looked for beyond the fixed number of every export.
    progress : Progress, optional
        Hears steps and notes.

    Returns
    -------
    Exported
        Path, contract and proof of the bundle.

    Raises
    ------
    InputError
        An argument, a file or the data are not what is needed.
    UnsupportedModel
        The model cannot be converted faithfully.
    ProofFailed
        The converted model differs from the original; nothing was written.

    Examples
    --------
    >>> export(pipeline, X_test, name="sleep_advice")  # doctest: +SKIP
    """
    if not NAME.fullmatch(name):
        raise InputError(f"name {name!r}: expected a lower-case letter, then up to 62 letters, digits, '_' or '-'.")
    given = Given(data, reference, target_names(target), features, feature_names, form or PLAIN)
    if unknown_features not in (REFUSE, IGNORE):
        raise InputError(f"unknown_features is {unknown_features!r}; expected {REFUSE!r} or {IGNORE!r}.")
    said = (description, dict(metrics or {}), Path(out), hunt_minutes, progress or Silent(), unknown_features)
    work = _Export(name, *said)
    # A candidate that fails is the turn of another one; its error says why, and ONNX Runtime's own lines are noise.
    before = log.listen(lambda _level, _message: None)
    try:
        with one_sentence():
            return work.run(model, given)
    finally:
        log.listen(before)


@dataclass(frozen=True)
class _Export:
    """One export: what it is called, where it goes, and its steps."""

    name: str
    description: str
    metrics: dict[str, float]
    out: Path
    hunt_minutes: float
    progress: Progress
    unknown_features: str = REFUSE

    def run(self, model: Estimator | Booster | str | Path, given: Given) -> Exported:
        """Load, look, convert, prove, profile and write."""
        progress = self.progress
        progress.step("Reading the model and the data")
        if isinstance(model, (str, Path)):
            require_memory(Path(model), free_bytes())
        estimator = load.load_model(Path(model), progress) if isinstance(model, (str, Path)) else adapted(model)
        task = task_of(estimator)
        progress.step("Calling the original model")
        intake = take_in(estimator, given, progress)
        refuse_unfaithful(intake.subject)
        contract = Contract(
            name=self.name, version="", task=task, features=tuple(intake.subject.features), inputs=(), outputs={},
            description=self.description, metrics=self.metrics, libraries=library_versions(libraries_of(estimator)),
            git_commit=git_commit(), unknown_features=self.unknown_features,
        )  # fmt: skip
        pictures = _evaluate(intake, contract)
        graph, report, rows, answers = self._prove(intake, contract)
        if self.hunt_minutes:
            progress.step(f"Looking on for {self.hunt_minutes:g} minutes")
            _hunt_on(intake, contract, graph, report, self.hunt_minutes)
        for note in graph.notes:
            progress.note(note)
        progress.step("Profiling the reference rows")
        # A model is surer of the rows that it was fitted with: what it answers to others is the reference.
        answered = intake.original.answers(intake.held_out)
        predictions = [answer for answer in answered if not isinstance(answer, Silence)]
        profile = reference_profile(intake.subject.features, intake.described, predictions)
        progress.step("Writing the bundle")
        golden = golden_document(rows, answers, report)
        return _write(
            Facts(contract, report, profile, {}, graph.notes, pictures, intake.unused), graph, golden, self.out
        )

    def _prove(
        self, intake: Intake, contract: Contract
    ) -> tuple[Graph, ParityReport, Sequence[Row], Sequence[Answered]]:
        """Convert and prove; where graph and model part only far beyond the data, the contract ends before that."""
        self.progress.step("Looking for rows on which graph and model could differ")
        rows = rows_to_prove(intake)
        answers = parity.answer_original(intake.original, rows)
        for note in parity.silences(rows, answers):
            self.progress.note(note)
        self.progress.step("Converting and proving")
        try:
            return *_convert(intake, contract, rows, answers), rows, answers
        except ProofFailed as error:
            told = narrow(intake.subject, error.report.outside, intake.held_out)
            if not told:
                raise
        self.progress.note(told)
        return self._prove(intake, contract)


def _evaluate(intake: Intake, contract: Contract) -> tuple[tuple[str, str, str], ...]:
    """Put the metrics of labelled rows into the contract, and return their pictures."""
    if intake.labels is None:
        return ()
    predictions = intake.original.predict(intake.held_out)
    contract.metrics |= evaluate(intake.original, predictions, intake.labels)
    return tuple(pictures_of(intake.original, predictions, intake.labels))


def _write(facts: Facts, graph: Graph, golden: bytes, out: Path) -> Exported:
    contract = facts.contract
    contract.version = content_version(contract, hashlib.sha256(graph.content).hexdigest())
    files = {MODEL_FILE: graph.content, GOLDEN_FILE: golden, PROFILE_FILE: profile_document(facts.profile)}
    sizes = {file: len(content) for file, content in files.items()}
    report = report_page(replace(facts, sizes=sizes))
    path, written = write_bundle(contract, files, out, {REPORT_FILE: report})
    return Exported(path, contract, facts.parity, facts.profile, sizes, graph.notes, written)


def _convert(
    intake: Intake, contract: Contract, rows: Sequence[Row], answers: Sequence[Answered]
) -> tuple[Graph, ParityReport]:
    """Return the first candidate that passes the proof, and fail as the best of them did."""
    failure: ExportError | None = None
    subject = intake.subject
    for graph in candidates(subject):
        contract.inputs, contract.outputs = graph.inputs, graph.outputs
        for tensor in contract.inputs:
            if tensor.element_type in {"double", "float"}:
                tensor.limit = subject.limit
        contract.classes, contract.targets = subject.classes, intake.original.targets
        try:
            return graph, parity.prove(contract, graph, rows, answers, intake.original)
        except UnsupportedModel as error:
            failure = failure or error
        except ProofFailed as error:
            if not isinstance(failure, ProofFailed) or error.report.failures < failure.report.failures:
                failure = error
    if isinstance(failure, ProofFailed):
        failure = with_step(failure, subject, contract, intake.original)
    raise failure or ExportError("No candidate was converted.")


def _hunt_on(intake: Intake, contract: Contract, graph: Graph, report: ParityReport, minutes: float) -> None:
    """Prove further rows, each round with another seed, until the time is over; ProofFailed where one differs."""
    end = time.monotonic() + 60 * minutes
    seed = SEED
    while time.monotonic() < end:
        seed += 1
        rows = rows_to_prove(intake, seed)
        report.add(parity.prove(contract, graph, rows, parity.answer_original(intake.original, rows), intake.original))
