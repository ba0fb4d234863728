"""The step of a pipeline at which graph and original part, for a request that they answer otherwise."""

from __future__ import annotations

import warnings
from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.pipeline import Pipeline

from inference_lib.contract.document import MISSING_TEXT
from inference_lib.runtime.session import ARRAY_TYPECODES, Session
from model_export.conversion.formulas.missing import is_missing
from model_export.conversion.write import write_steps
from model_export.proof.parity import RTOL
from model_export.proof.report import ProofFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from sklearn.base import BaseEstimator

    from inference_lib.contract.document import Contract, InputTensor
    from inference_lib.runtime.tensors import Data
    from model_export.source.instances import Instance
    from model_export.source.model.original import Original
    from model_export.source.subject import Subject

    Cells = NDArray[np.generic]


def with_step(failure: ProofFailed, subject: Subject, contract: Contract, original: Original) -> ProofFailed:
    """Return the refusal with the step at which its first row parts."""
    report = failure.report
    report.step = first_step_apart(subject, contract, original, report.worst[0].instance)
    return ProofFailed(report.failure(), report)


def first_step_apart(subject: Subject, contract: Contract, original: Original, instance: Instance) -> str:
    """Return the first step of a pipeline whose output differs between graph and original, and its kind.

    Parameters
    ----------
    subject : Subject
        Its model is the original.
    contract : Contract
        Says how the request is packed.
    original : Original
        Makes the original's own rows of the request.
    instance : dict
        A request that is answered otherwise.

    Returns
    -------
    str
        Such as ``'scale' (StandardScaler)``; inside a ColumnTransformer the name of the part follows that of the
        step, as in ``'prepare', 'numbers' (StandardScaler)``. Empty where the model is no pipeline, or its steps
        cannot be run one by one.
    """
    pipeline = getattr(subject.model, "best_estimator_", subject.model)
    if not isinstance(pipeline, Pipeline):
        return ""
    try:
        written = _by_graph(pipeline, subject, contract, instance)
        made = _by_original(pipeline, original, instance)
        for (name, step), found, expected in zip(pipeline.steps[:-1], written, made, strict=False):
            differs = _differing(found, expected)
            if len(differs):
                return _named(name, step, differs)
    except Exception:  # noqa: BLE001 - steps raise whatever their authors chose; this explains a refusal, and must not replace it
        return ""
    name, last = pipeline.steps[-1]
    return _named(name, last, np.empty(0, np.int64))


def _by_graph(pipeline: Pipeline, subject: Subject, contract: Contract, instance: Instance) -> list[Cells]:
    """Return the columns after each step but the last, of one row, as the graph has them."""
    written, outputs = write_steps(pipeline, subject.names, contract.inputs)
    session = Session(written.SerializeToString(deterministic=True))
    try:
        packing = {tensor.name: tensor for tensor in contract.inputs}
        buffers = [_packed(packing[info.name], instance) for info in session.inputs]
        return [_cells(session.runner(names)(buffers, 1)) for names in outputs]
    finally:
        session.close()


def _packed(tensor: InputTensor, instance: Instance) -> Data:
    given = [instance[name] for name in tensor.features]
    if tensor.element_type == "string":
        return [tensor.missing_text if value is None else str(value) for value in given]
    # The contract lets numbers, booleans and null in here.
    numbers = [np.nan if value is None else float(value) for value in given]  # type: ignore[arg-type]
    return array(ARRAY_TYPECODES[tensor.element_type], numbers)


def _cells(buffers: Sequence[Data]) -> Cells:
    return np.concatenate([np.asarray(each, object) for each in buffers]) if buffers else np.empty(0, object)


def _by_original(pipeline: Pipeline, original: Original, instance: Instance) -> Iterator[Cells]:
    x: Any = original.rows([instance])  # what a step gives is known by the step alone
    for _, step in pipeline.steps[:-1]:
        if step is not None and step != "passthrough" and not hasattr(step, "fit_resample"):
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                x = step.transform(x)
        yield np.asarray(x.toarray() if issparse(x) else x, object).reshape(-1)


def _differing(found: Cells, expected: Cells) -> NDArray[np.int64]:
    """Return the places of the columns that differ; all of them where the numbers of columns do."""
    if len(found) != len(expected):
        return np.arange(max(len(found), len(expected)))
    return np.array([at for at, pair in enumerate(zip(found, expected, strict=True)) if not _same(*pair)], np.int64)


def _same(found: object, expected: object) -> bool:
    try:
        # mypy does not know the cells; what is no number is compared as it is.
        return bool(np.isclose(float(found), float(expected), RTOL, RTOL, equal_nan=True))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return found == expected or (found == MISSING_TEXT and is_missing(expected))


def _named(name: str, step: BaseEstimator, differs: NDArray[np.int64]) -> str:
    for part, places in getattr(step, "output_indices_", {}).items():
        if len(differs) and places.start <= differs[0] < places.stop and part in step.named_transformers_:
            return f"{name!r}, {part!r} ({type(step.named_transformers_[part]).__name__})"
    return f"{name!r} ({type(step).__name__})"
