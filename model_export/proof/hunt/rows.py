"""All hunted rows of a model, within a fixed budget: the same rows on any machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.proof.edges import Row
from model_export.proof.hunt.crossings import crossings
from model_export.proof.hunt.jumps import rows_beside_jumps
from model_export.proof.hunt.kinds import rows_of_kinds
from model_export.proof.hunt.places import places
from model_export.proof.hunt.requests import drawn_requests
from model_export.proof.hunt.seams import seams_of
from model_export.proof.hunt.values import beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from model_export.proof.hunt.places import Place
    from model_export.proof.hunt.seams import Seam
    from model_export.source.instances import Instance
    from model_export.source.intake import Intake

SEAM: Final = "beside a seam"
SEAMS: Final = 400
"""Tried of a model, taken in turn over its steps, so that a forest of a million nodes costs what a small one does."""
BASES: Final = 4
_REACHED: Final = 400
"""Held-out rows among which those are looked for that reach a split."""


def hunted_rows(intake: Intake, seed: int) -> Iterator[Row]:
    """Yield the rows on which a graph could differ from its original.

    Parameters
    ----------
    intake : Intake
        Model, features and held-out rows.
    seed : int
        Of all that is drawn.
    """
    features, held_out = intake.subject.features, intake.held_out
    bases = _spread(held_out, BASES)
    yield from rows_of_kinds(features, bases, intake.subject.limit)
    yield from _beside_seams(intake, seed)
    yield from rows_beside_jumps(intake.original, features, held_out, seed)
    yield from drawn_requests(features, held_out, seed)


def _beside_seams(intake: Intake, seed: int) -> Iterator[Row]:
    features = intake.subject.features
    chosen = chosen_seams(intake.subject.model, seed)
    if not chosen:
        return
    by_name = {feature.name: feature for feature in features}
    for crossing in crossings(intake.original, chosen, features, _spread(intake.held_out, _REACHED)):
        feature = by_name[crossing.feature]
        for value in beside(feature, crossing.below, crossing.above):
            yield Row(
                SEAM, f"{crossing.feature} beside a seam of {crossing.step}", crossing.row | {feature.name: value}
            )


def chosen_seams(model: object, seed: int) -> list[tuple[Place, Seam]]:
    """Return up to ``SEAMS`` seams of a model, as many of each step as there is room for."""
    generator = np.random.default_rng(seed)
    queues: list[list[tuple[Place, Seam]]] = []
    for place in places(model):
        found = [(place, seam) for seam in seams_of(place.step)]
        if found:
            queues.append([found[at] for at in generator.permutation(len(found))[:SEAMS]])
    chosen: list[tuple[Place, Seam]] = []
    while queues and len(chosen) < SEAMS:
        queues = [queue for queue in queues if queue]
        chosen += [queue.pop() for queue in queues[: SEAMS - len(chosen)]]
    return chosen


def _spread(rows: Sequence[Instance], count: int) -> list[Instance]:
    return list(rows) if len(rows) <= count else [rows[at * len(rows) // count] for at in range(count)]
