"""golden.json: the proven rows that every later environment must answer the same way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from inference_lib.contract.document import FORMAT_VERSION
from model_export.proof.edges import HELD_OUT, MIXED
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.proof.edges import Row
    from model_export.proof.report import ParityReport
    from model_export.source.model.original import Answered

PLAIN_CASES: Final = 50
EDGE_CASES: Final = 200


def golden_document(rows: Sequence[Row], answers: Sequence[Answered], report: ParityReport) -> bytes:
    """Return the content of ``golden.json``.

    The first case is a plain row, because each cold start answers it. Evenly spaced held-out rows
    follow, filled up with mixed ones to ``PLAIN_CASES``, and then up to ``EDGE_CASES`` edges, evenly spaced too.

    Parameters
    ----------
    rows : sequence of Row
        All that was proven.
    answers : sequence of dict or Silence
        Of the original model, one for each row.
    report : ParityReport
        Of the proof; gives the tolerances, and the rows that the original answers in two ways, which are left out.
    """
    uncertain = {id(instance) for instance in report.uncertain}
    groups: dict[str, list[int]] = {HELD_OUT: [], MIXED: [], "edge": []}
    for index, row in enumerate(rows):
        if isinstance(answers[index], Silence) or id(row.instance) in uncertain:
            continue
        groups[row.group if row.group in groups else "edge"].append(index)
    chosen = _spread(groups[HELD_OUT], PLAIN_CASES)
    chosen += _spread(groups[MIXED], PLAIN_CASES - len(chosen))
    chosen += _spread(groups["edge"], EDGE_CASES)
    document = {
        "format_version": FORMAT_VERSION,
        "atol": report.atol,
        "rtol": report.rtol,
        "cases": [
            {"note": rows[index].note, "instance": rows[index].instance, "prediction": answers[index]}
            for index in chosen
        ],
    }
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _spread(indices: Sequence[int], count: int) -> list[int]:
    if count <= 0:
        return []
    if len(indices) <= count:
        return list(indices)
    return [indices[position * len(indices) // count] for position in range(count)]
