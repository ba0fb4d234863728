"""An exported bundle called as callers do, against the original: by other rows than those of its own proof."""

from __future__ import annotations

import math
import tempfile
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.columns import Quality
from inference_lib.errors import InferenceError, InvalidRequest
from model_export import ExportError, export
from model_export.progress import Silent
from model_export.proof.compare import compare, numbers_of
from model_export.proof.edges import Row
from model_export.proof.report import ParityReport
from model_export.source.data.table import checked_table
from model_export.source.intake import Given, take_in
from model_export.source.model.boosting import adapted
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    import pandas as pd

    from inference_lib.bundle.loading import Bundle
    from model_export.source.instances import Instance
    from model_export.source.model.original import Answered, Original
    from tests.model_export.sweep.cases import Fitted

REQUESTS = 1500
NUDGED = 64
NOISE = 2.0
"""Tolerances that the original's own answers may lie apart; a jump is wider."""
_HALF = 0.5
EQUAL, REFUSED, WRONG, CRASH = "equal", "refused", "wrong", "crash"


def judged(case: Fitted, generator: np.random.Generator) -> tuple[str, str]:
    """Return what became of a fitted model, and why or what differs."""
    with tempfile.TemporaryDirectory() as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exported = export(case.model, case.rows, name="swept", out=out)
        except ExportError as error:
            return REFUSED, str(error).split(". ")[0]
        except Exception as error:  # noqa: BLE001 - a crash is what is looked for
            return CRASH, f"{type(error).__name__}: {error}"
        requests = [*_requests(case.rows, generator)]
        given = Given(checked_table(case.rows, "data").frame)
        original = take_in(adapted(case.model), given, Silent()).original
        expected = original.answers(requests)
        bundle = load_bundle(str(exported.path), max_instances=len(requests))
        report = ParityReport(exported.parity.atol * 2, exported.parity.rtol * 2, most=len(requests))
        served = _served(bundle, requests)
        rows = [Row("request", "request", each) for each in requests]
        compare(report, rows, expected, served)
        asked = {id(request): answer for request, answer in zip(requests, served, strict=True)}
        wrong = [
            each
            for each in report.worst
            if each.said and not as_uncertain(original, each.instance, asked[id(each.instance)], report, generator)
        ]
        return (WRONG, f"{wrong[0].said} for {wrong[0].instance}") if wrong else (EQUAL, "")


def as_uncertain(
    original: Original, request: Instance, answer: Answered, report: ParityReport, generator: np.random.Generator
) -> bool:
    """Return whether the original answers requests that differ in the last bit as far apart as this answer is.

    A kernel of huge values that cancel each other (Nystroem(kernel="polynomial") far from zero) answers the same row
    otherwise alone and in a batch: which of these numbers is right, no bundle can know. A jump of the original, as at
    the threshold of a tree, is no such noise: there the answer on the wrong side is wrong.
    """
    beside = [
        {name: _nudged(value, generator) if isinstance(value, float) else value for name, value in request.items()}
        for _ in range(NUDGED)
    ]
    spread = [*original.answers([request]), *original.answers(beside)]
    if isinstance(answer, Silence) or any(isinstance(each, Silence) for each in spread):
        return False
    numbers = numbers_of(spread)
    low, high = numbers.min(axis=0), numbers.max(axis=0)
    given, width = numbers_of([answer])[0], high - low
    is_noise = width <= NOISE * (report.atol + report.rtol * np.abs(numbers[0]))
    return bool(np.all(is_noise & (given >= low - width) & (given <= high + width)))


def _nudged(value: float, generator: np.random.Generator) -> float:
    return math.nextafter(value, math.inf if generator.random() < _HALF else -math.inf)


def _served(bundle: Bundle, requests: list[Instance]) -> list[Any]:
    answers: list[Any] = []
    for request in requests:
        try:
            valid = bundle.validator.validate([request], Quality())
            answers += bundle.model.predict(valid.columns, 1)
        except InvalidRequest as error:
            answers.append(Silence(error.detail, raises=True))
        except InferenceError as error:
            answers.append(Silence(str(error), raises=False))
    return answers


def _requests(rows: pd.DataFrame, generator: np.random.Generator) -> list[Instance]:
    """Draw numbers of two decimals over the range and beyond, zeros, gaps, and what encoders do not know."""
    columns: dict[str, list[Any]] = {}
    for name in rows.columns:
        present = rows[name].dropna()
        if present.dtype.kind in "iuf":
            low, high = float(present.min()), float(present.max())
            span = (high - low) or 1.0
            values: list[Any] = generator.uniform(low - span / 10, high + span / 10, REQUESTS).round(2).tolist()
            for at in generator.integers(0, REQUESTS, 60).tolist():
                values[at] = [0.0, low, high, -low, high * 3, high * 1e3, float(round(high)), None][at % 8]
        else:
            known = present.unique().tolist()
            values = [known[at] for at in generator.integers(0, len(known), REQUESTS)]
            for at in generator.integers(0, REQUESTS, 60).tolist():
                values[at] = ["winter", "", None, str(known[0]).upper(), "NA"][at % 5]
        columns[str(name)] = values
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
