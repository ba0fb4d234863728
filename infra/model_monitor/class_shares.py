"""How far the shares of the predicted classes have moved from those of the bundle's reference profile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from inference_lib.contract.document import PROFILE_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_WATCHED = 9
"""With the count of all predictions, as many metrics as an alarm may compute with.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""
DIGITS = 6


def watched_classes(bundle: Path) -> dict[str, float]:
    """Return the share of each class that is watched, in the predictions of the reference profile.

    The rarest class needs no metric: it has what the others leave. Beyond ``MAX_WATCHED`` the rare ones are taken
    together.

    Parameters
    ----------
    bundle : Path
        Directory of a bundle.

    Raises
    ------
    ValueError
        The bundle has no profile of its predictions.
    """
    shares = _shares(bundle / PROFILE_FILE)
    if not shares:
        raise ValueError("the bundle has no profile that says how often each class is predicted")
    frequent = sorted(shares, key=lambda label: (-shares[label], label))[: min(MAX_WATCHED, len(shares) - 1)]
    return {label: shares[label] for label in frequent}


def _shares(profile: Path) -> dict[str, float]:
    try:
        counts: dict[str, int] = json.loads(profile.read_text(encoding="utf-8"))["predictions"]["classes"]
        total = sum(counts.values())
        return {label: round(count / total, DIGITS) for label, count in counts.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError):
        return {}


def shift(shares: Mapping[str, float]) -> str:
    """Return metric math for the share of predictions that would have to change class to be as in the profile.

    That is the total variation distance, half the sum of what the shares of the classes have changed by.

    Parameters
    ----------
    shares : mapping of str to float
        By class; the first is counted by the id ``c0``, and all predictions by ``t``.
    """
    ids = [f"c{index}" for index in range(len(shares))]
    moved = [f"ABS({id_} / t - {share:.{DIGITS}g})" for id_, share in zip(ids, shares.values(), strict=True)]
    others = f"ABS(({' + '.join(ids)}) / t - {sum(shares.values()):.{DIGITS}g})"
    return f"({' + '.join([*moved, others])}) / 2"
