"""Captured rows of one model: values by feature and predictions, and a count of all that is not among them."""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inference_lib.bundle.profile import by_target
from inference_lib.contract.columns import ColumnCheck, Quality
from inference_lib.contract.digests import content_version
from inference_lib.contract.document import class_key
from inference_lib.scoring.payload_log import LEFT_OUT
from model_export.source.model.forms import each_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inference_lib.contract.document import Contract, Json
    from model_export.capture.files import Line
    from model_export.source.model.original import Prediction


@dataclass
class Captured:
    """What a capture holds of one model.

    Parameters
    ----------
    values : dict of str to list
        For each feature its values, None where missing; rows in which it was dropped or hashed have none.
    predictions : list of dict
        One for each row.
    payloads : int
        Requests of this model that were captured.
    broken : int
        Rows that do not keep to the contract, or whose prediction is none of this model's.
    left_out : int
        Instances that did not fit into the line of their request.
    dropped, hashed : Counter
        By feature, rows in which it is absent, or a hash.
    other_versions : Counter
        Requests by the other versions that answered them.
    """

    values: dict[str, list[Json]]
    predictions: list[Prediction] = field(default_factory=list)
    payloads: int = 0
    broken: int = 0
    left_out: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    hashed: Counter[str] = field(default_factory=Counter)
    other_versions: Counter[str] = field(default_factory=Counter)


def gather(lines: Iterable[Line], contract: Contract) -> Captured:
    """Return the captured rows of a model.

    Parameters
    ----------
    lines : iterable of dict
        Log lines; those without a payload are passed over.
    contract : Contract
        Of the model. Rows that were answered by it with another profile count too.
    """
    captured = Captured({feature.name: [] for feature in contract.features})
    versions, rows = versions_of(contract), _Rows(contract)
    for line in lines:
        payload = line.get("payload")
        if not isinstance(payload, list):
            continue
        version = str(line.get("model_version"))
        if version not in versions:
            captured.other_versions[version] += 1
            continue
        left_out = line.get(LEFT_OUT)
        captured.payloads += 1
        captured.left_out += left_out if isinstance(left_out, int) else 0
        for entry in payload:
            rows.take(entry, captured)
    return captured


def versions_of(contract: Contract) -> frozenset[str]:
    """Return the version of a contract, and that of the same model with the profile of its export."""
    profile, contract.profile_sha256 = contract.profile_sha256, ""
    try:
        exported = content_version(contract, contract.files.get("model.onnx", ""))
    finally:
        contract.profile_sha256 = profile
    return frozenset({contract.version, exported})


class _Rows:
    """Checks rows by a contract."""

    def __init__(self, contract: Contract) -> None:
        types = {name: tensor.element_type for tensor in contract.inputs for name in tensor.features}
        self._checks = {
            feature.name: ColumnCheck(feature, types[feature.name], sys.maxsize) for feature in contract.features
        }
        self._targets = {target.name: target.classes for target in contract.targets} or {"": contract.classes}
        self._has_probabilities = any(role.startswith("probabilities") for role in contract.outputs)

    def take(self, entry: Json, captured: Captured) -> None:
        """Put a row where it belongs."""
        instance, prediction = (
            (entry.get("instance"), entry.get("prediction")) if isinstance(entry, dict) else (None, None)
        )
        if not (
            isinstance(instance, dict)
            and isinstance(prediction, dict)
            and instance.keys() <= self._checks.keys()
            and self._is_answer(prediction)
            and all(self._is_right(name, value) for name, value in instance.items())
        ):
            captured.broken += 1
            return
        captured.predictions.append(prediction)
        for name, values in captured.values.items():
            if name not in instance:
                captured.dropped[name] += 1
            elif isinstance(instance[name], dict):
                captured.hashed[name] += 1
            else:
                values.append(instance[name])

    def _is_right(self, name: str, value: Json) -> bool:
        if isinstance(value, dict):
            return value.keys() == {"hash"} and isinstance(value["hash"], str)
        return not self._checks[name].slow([value], Quality())[1]

    def _is_answer(self, prediction: Prediction) -> bool:
        parts = by_target(prediction)
        return parts.keys() == self._targets.keys() and all(
            self._is_part(part, self._targets[target]) for target, part in parts.items()
        )

    def _is_part(self, prediction: Json, classes: Sequence[str | int | bool]) -> bool:
        if not isinstance(prediction, dict):
            return False
        if not classes:
            return _is_finite(prediction.get("value"))
        label, probabilities = prediction.get("label"), prediction.get("probabilities")
        if not isinstance(label, (str, int, float)) or label not in classes:
            return False
        if not self._has_probabilities:
            return all(map(_is_finite, each_number(prediction)))
        return (
            isinstance(probabilities, dict)
            and probabilities.keys() == {class_key(each) for each in classes}
            and all(map(_is_finite, (prediction.get("probability"), *probabilities.values())))
        )


def _is_finite(value: Json) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)
