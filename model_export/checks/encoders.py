"""Checks of the encoders that turn categories into numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from model_export.checks.finding import Finding
from model_export.source.model.anatomy import readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.model.anatomy import Reading
    from model_export.source.subject import Subject


def check_encoders(subject: Subject) -> Iterator[Finding]:
    """Find encoded features that ONNX would cast, and buckets of rare categories, which it does not have."""
    for reading in readings(subject.model, subject.names):
        if isinstance(reading.step, (OneHotEncoder, OrdinalEncoder)):
            yield from _check(subject, reading, type(reading.step).__name__)


def _check(subject: Subject, reading: Reading, encoder: str) -> Iterator[Finding]:
    feature = subject.feature(reading.feature)
    buckets = getattr(reading.step, "infrequent_categories_", None)
    if buckets is not None and buckets[reading.position] is not None:
        yield Finding(
            place=feature.name,
            reason=f"{encoder} puts rare categories into one bucket, which the converter cannot do",
            mend="Merge rare categories in the data, or leave min_frequency and max_categories out",
            issue="onnx/sklearn-onnx#1026",
        )
    if feature.type == "number" or (feature.type != "string" and feature.nullable):
        yield Finding(
            place=feature.name,
            reason=f"{encoder} reads numbers that may be missing or have a fraction, and ONNX casts them to integers",
            mend="Turn the values into texts before fit, missing ones included",
        )
