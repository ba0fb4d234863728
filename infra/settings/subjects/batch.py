"""The settings of batches: files of lines in a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.settings.agreement import Disagreement, Subject, agreement
from infra.settings.field import setting
from infra.settings.values.numbers import NOT_NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values


@dataclass(frozen=True, kw_only=True)
class BatchSettings:
    """Whether the function scores files of lines in a bucket, and with how many invocations at once."""

    batch_concurrency: int = setting(
        0,
        NOT_NEGATIVE,
        "Most invocations of the function at once for batches, which are files of lines in a bucket (docs/batch.md); "
        "they share the function with the API; 0 means no batches",
        "10",
    )


@agreement("reserved_concurrency", "batch_concurrency")
def _batches_leave_room(values: Values, namespace: str) -> Iterator[Disagreement]:
    reserved, batches = values["reserved_concurrency"], values["batch_concurrency"]
    if reserved and batches >= reserved:
        yield Disagreement(
            "batch_concurrency",
            f"{batches} would leave the API nothing of {namespace}:reservedConcurrency, which is {reserved}",
            f"less than {reserved}",
            str(reserved // 2),
        )


SUBJECT = Subject("Batches", BatchSettings, (_batches_leave_room,))
