"""profile.json: what the data and the predictions looked like at export, against which drift is told.

Bins are fixed here. ``edges`` holds k numbers and ``counts`` k + 1: bin i takes the values above
``edges[i - 1]`` up to and including ``edges[i]``; the first and the last bin are open.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from inference_lib.bundle.profile import PROBABILITY, TARGETS, by_target, watched_number
from inference_lib.contract.document import FORMAT_VERSION, class_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance
    from model_export.source.model.original import Prediction

BINS: Final = 10
BY_CLASS: Final = ("probabilities", "scores", "distances")
"""Members of a prediction with a number for each class, which name all of them."""
PROBABILITY_EDGES: Final = tuple(step / 20 for step in range(1, 20))


def reference_profile(
    features: Sequence[Feature], instances: Sequence[Instance], predictions: Sequence[Prediction]
) -> dict[str, Json]:
    """Return the members of ``profile.json``.

    Parameters
    ----------
    features : sequence of Feature
        In the order of the training data.
    instances : sequence of dict
        The reference rows.
    predictions : sequence of dict
        The original model's answers, best to rows that it was not fitted with.

    Returns
    -------
    dict
        ``rows``; for each feature ``missing_share`` and either ``edges`` and ``counts``, or ``categories``, or for
        a free text ``lengths`` with edges and counts of its characters; the same for the parts of the prediction
        (``inference_lib.bundle.profile``), by target where there are several.
    """
    return {
        "format_version": FORMAT_VERSION,
        "rows": len(instances),
        "features": {
            feature.name: feature_profile(feature, [instance[feature.name] for instance in instances])
            for feature in features
        },
        "predictions": prediction_profile(predictions),
    }


def profile_document(profile: dict[str, Json]) -> bytes:
    """Return the content of ``profile.json``."""
    return (json.dumps(profile, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def feature_profile(feature: Feature, values: Sequence[Json]) -> dict[str, Json]:
    """Return what the profile says of a feature, by its values in the reference rows; at least one."""
    present = [value for value in values if value is not None]
    profile: dict[str, Json] = {"missing_share": round(1 - len(present) / len(values), 6)}
    if feature.type in {"number", "integer"}:
        return profile | _histogram([value for value in present if isinstance(value, (int, float))])
    if feature.type == "string" and feature.categories is None:
        return profile | {"lengths": _histogram([len(value) for value in present if isinstance(value, str)])}
    counted = Counter(value if isinstance(value, str) else class_key(bool(value)) for value in present)
    known = {str(category): 0 for category in feature.categories or ()}
    return profile | {"categories": dict(known | dict(sorted(counted.items())))}


def _histogram(values: Sequence[float], edges: Sequence[float] | None = None) -> dict[str, Json]:
    chosen = _edges(values) if edges is None else list(edges)
    bins = np.searchsorted(chosen, values, side="left")
    counts: list[Json] = [int(count) for count in np.bincount(bins, minlength=len(chosen) + 1)]
    return {"edges": list(chosen), "counts": counts}


def _edges(values: Sequence[float]) -> list[float]:
    distinct = sorted(set(values))
    if len(distinct) <= BINS:
        return distinct[:-1]
    # Values of the data, not points between them, so that no rounding can move a value across an edge.
    inner = np.quantile(values, [step / BINS for step in range(1, BINS)], method="inverted_cdf")
    return [float(edge) for edge in np.unique(inner)]


def prediction_profile(predictions: Sequence[Prediction]) -> Json:
    """Return what the profile says of the predictions; at least one."""
    of_target: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        for target, each in by_target(prediction).items():
            of_target.setdefault(target, []).append(each)
    profiles: dict[str, Json] = {target: _target_profile(each) for target, each in of_target.items()}
    return profiles.get("", {TARGETS: profiles})


def _target_profile(predictions: Sequence[Prediction]) -> Json:
    profile: dict[str, Json] = {}
    watched = [each for each in map(watched_number, predictions) if each is not None]
    if watched:
        kind = watched[0][0]
        profile[kind] = _histogram(
            [number for _, number in watched], PROBABILITY_EDGES if kind == PROBABILITY else None
        )
    if "label" in predictions[0]:
        counted = Counter(class_key(label) for each in predictions if isinstance(label := each["label"], (str, int)))
        known = next((by for name in BY_CLASS if isinstance(by := predictions[0].get(name), dict)), sorted(counted))
        profile["classes"] = {key: counted[key] for key in known}
    return profile
