"""The contribution of each feature to a prediction: occlusion with the reference values of the bundle.

The contribution of a feature is the prediction minus the prediction of the same instance with that feature
at its reference value: the median, or the most frequent category, of the reference rows. It describes
the model, not causes, and contributions of features that interact do not add up to the prediction. An instance of d
features costs d further rows, in one batched run.

References
----------
.. [1] Robnik-Sikonja and Kononenko, Explaining Classifications For Individual Instances, IEEE TKDE 20(5), 2008,
   https://doi.org/10.1109/TKDE.2007.190734
"""

from __future__ import annotations

import json

from inference_lib.contract.document import PROFILE_FILE, class_key
from inference_lib.errors import FieldProblem, InvalidRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.bundle.loading import Bundle
    from inference_lib.contract.document import Contract, Feature, Json
    from inference_lib.contract.validation import Validated
    from inference_lib.runtime.model import Prediction

CONTRIBUTIONS = "contributions"

_references: dict[str, dict[str, Json]] = {}


def add_contributions(bundle: Bundle, valid: Validated, predictions: list[Prediction], max_rows: int) -> None:
    """Put the member ``contributions`` into each prediction.

    Parameters
    ----------
    bundle : Bundle
        The model, and the reference values.
    valid : Validated
        The instances.
    predictions : list of dict
        Their predictions; changed in place.
    max_rows : int
        Most rows in one run.

    Raises
    ------
    InvalidRequest
        The instances would make more rows, or a prediction has several numbers or none.
    """
    features = bundle.contract.features
    _check(bundle.contract, valid.rows, max_rows)
    references = reference_values(bundle)
    columns = {
        name: [references[name] if occluded.name == name else value for occluded in features for value in values]
        for name, values in valid.columns.items()
    }
    occluded = bundle.model.predict(columns, valid.rows * len(features))
    for row, prediction in enumerate(predictions):
        others = occluded[row :: valid.rows]
        prediction[CONTRIBUTIONS] = {
            feature.name: _score(prediction, prediction) - _score(other, prediction)
            for feature, other in zip(features, others, strict=True)
        }


def _check(contract: Contract, rows: int, max_rows: int) -> None:
    if contract.targets or set(contract.outputs) == {"label"}:
        text = "expected false: this model has no single number that features could contribute to"
        raise InvalidRequest(
            f"The predictions cannot be explained: {text}.", [FieldProblem("parameters.explain", text)]
        )
    most = max(1, max_rows // len(contract.features))
    if rows > most:
        text = f"expected at most {most} instances with explanations, got {rows}"
        raise InvalidRequest(f"Explanations cost a row for each feature: {text}.", [FieldProblem("instances", text)])


def _score(prediction: Prediction, explained: Prediction) -> float:
    """Return the value, the score, or the number of the explained label: probability, score or distance."""
    found = prediction.get("value", prediction.get("score"))
    label = explained.get("label")
    for name in ("probabilities", "scores", "distances"):
        by_class = prediction.get(name)
        if isinstance(by_class, dict) and isinstance(label, (str, int)):
            found = by_class[class_key(label)]
    return found if isinstance(found, float) else float(str(found))


def reference_values(bundle: Bundle) -> dict[str, Json]:
    """Return the reference value of each feature, read from the bundle's profile once.

    Raises
    ------
    BundleError
        The profile is missing or damaged.
    """
    if bundle.path not in _references:
        profile = json.loads(bundle.checked_content(PROFILE_FILE))["features"]
        _references[bundle.path] = {
            feature.name: _reference(feature, profile[feature.name]) for feature in bundle.contract.features
        }
    return _references[bundle.path]


def _reference(feature: Feature, profile: Mapping[str, Json]) -> Json:
    categories, edges, counts = profile.get("categories"), profile.get("edges"), profile.get("counts")
    if isinstance(categories, dict) and categories:
        most = max(categories, key=lambda name: float(str(categories[name])))
        return most == "true" if feature.type == "boolean" else most
    if isinstance(edges, list) and isinstance(counts, list) and edges:
        return _median(feature, edges, counts)
    return feature.example


def _median(feature: Feature, edges: list[Json], counts: list[Json]) -> Json:
    """Return the edge of the bin that holds the median; edges are values of the data."""
    left = sum(float(str(count)) for count in counts) / 2
    for edge, count in zip(edges, counts, strict=False):
        left -= float(str(count))
        if left <= 0:
            return _typed(feature, edge)
    return _typed(feature, feature.observed_maximum if feature.observed_maximum is not None else edges[-1])


def _typed(feature: Feature, value: Json) -> Json:
    return int(value) if feature.type == "integer" and isinstance(value, float) else value
