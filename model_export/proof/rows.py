"""The rows that a proof compares: held-out, mixed, edges, and those that the hunt finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.proof import edges
from model_export.proof.hunt.rows import hunted_rows
from model_export.proof.hunt.values import allows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from inference_lib.contract.document import Feature
    from model_export.proof.edges import Row
    from model_export.source.intake import Intake


def rows_to_prove(intake: Intake, seed: int = edges.SEED) -> list[Row]:
    """Return all rows of a proof, each instance once; the data's own rows come first.

    Parameters
    ----------
    intake : Intake
        Model, features and held-out rows.
    seed : int
        Of the hunt.
    """
    features, held_out = intake.subject.features, intake.held_out
    complete = max(held_out, key=lambda instance: sum(value is not None for value in instance.values()))
    return list(
        _distinct(
            [
                *edges.held_out_rows(held_out),
                *edges.edge_rows(complete, features),
                *edges.mixed_rows(held_out, features),
                *hunted_rows(intake, seed),
            ],
            features,
        )
    )


def _distinct(rows: Iterable[Row], features: Sequence[Feature]) -> Iterator[Row]:
    """Yield each instance once that the contract takes."""
    seen: set[str] = set()
    for row in rows:
        # Text tells 0.0 from -0.0 and 1 from True, which equality does not.
        if not all(allows(feature, row.instance[feature.name]) for feature in features):
            continue
        key = repr([row.instance[feature.name] for feature in features])
        if row.group == edges.HELD_OUT or key not in seen:
            seen.add(key)
            yield row
