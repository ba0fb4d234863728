"""Files of a bundle on this machine: the profile of its training data and the report of its export."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.monitoring.interface import JsonObject

BUNDLES_VARIABLE = "INFERENCE_BUNDLES"
DEFAULT_BUNDLES = "bundles"
_PARTS = 2
_BINS = 20


def bundle_folder(name: str, version: str) -> Path | None:
    """Return the folder of a bundle on this machine, or None.

    Parameters
    ----------
    name, version : str
        From the API, and therefore not trusted: a path outside the folder of the bundles returns None.
    """
    inside = Path(name) / version
    if inside.is_absolute() or len(inside.parts) != _PARTS or ".." in inside.parts:
        return None
    folder = Path(os.environ.get(BUNDLES_VARIABLE, DEFAULT_BUNDLES)) / inside
    # An unreadable folder counts as absent; pathlib would raise.
    return folder if os.path.isdir(folder) and os.access(folder, os.R_OK | os.X_OK) else None


def profile_of(folder: Path) -> JsonObject | None:
    """Return the profile of a bundle: counts of values by feature; None if it cannot be read."""
    try:
        profile: JsonObject = json.loads((folder / "profile.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return profile if isinstance(profile.get("features"), dict) else None


def report_of(folder: Path) -> Path | None:
    """Return the report of an export, or None."""
    report = folder / "report.html"
    return report if report.is_file() else None


def counts_of(feature: JsonObject, low: float | None, high: float | None) -> tuple[list[str], list[float]]:
    """Return the values of a feature in the training data, and the number of rows with each.

    Parameters
    ----------
    feature : dict
        Of the profile: ``categories`` with their counts, or ``edges`` between ``counts``, the upper edges inclusive.
    low, high : float, optional
        The lowest and the highest value in the training data.
    """
    if feature.get("categories"):
        return list(feature["categories"]), [float(count) for count in feature["categories"].values()]
    edges, counts = feature.get("edges") or [], feature.get("counts") or []
    if not edges or low is None or high is None:
        return [], []
    # The profile's bins hold about the same number of rows each; the chart needs bins of equal width.
    width = (high - low) / _BINS
    if width == 0:
        return [f"{low:g}"], [float(sum(counts))]
    ends = [low, *edges, high]
    found = [0.0] * _BINS
    for first, last, count in zip(ends, ends[1:], counts, strict=False):
        for index in range(_BINS):
            found[index] += count * _share(first, last, low + index * width, low + (index + 1) * width, high)
    return [f"{low + index * width:.4g} to {low + (index + 1) * width:.4g}" for index in range(_BINS)], found


def _share(first: float, last: float, left: float, right: float, high: float) -> float:
    """Return the share of the rows from ``first`` to ``last`` that is between ``left`` and ``right``."""
    if last <= first:
        return float(left <= first < right or first == high == right)
    return max(0.0, min(last, right) - max(first, left)) / (last - first)
