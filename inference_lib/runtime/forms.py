"""Predictions of the models that have neither one value nor one set of probabilities; docs/predictions.md shows each.

This module is imported only for such a model, so that the cold start of the others does not pay for it.
"""

from __future__ import annotations

from inference_lib.contract.document import class_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import TypeAlias

    from inference_lib.contract.document import Contract, Json
    from inference_lib.runtime.tensors import Data

    Class: TypeAlias = str | int | bool
    Outputs: TypeAlias = Mapping[str, Data]
    Predictions: TypeAlias = list[dict[str, Json]]
    Former: TypeAlias = Callable[[Outputs, int], Predictions]


def former_of(contract: Contract) -> Former:
    """Return the function that makes predictions from the outputs of a model.

    Parameters
    ----------
    contract : Contract
        Names task, classes or targets, and the outputs.

    Returns
    -------
    callable
        Takes for each role the output, row by row, and the number of rows; gives a prediction for each row.
    """
    if "values" in contract.outputs:
        return _Values([target.name for target in contract.targets])
    if contract.targets:
        formers = {
            target.name: _Labels(target.classes, contract.outputs.keys(), f"_{number}")
            for number, target in enumerate(contract.targets, start=1)
        }
        return _Targets(formers)
    return _Labels(contract.classes, contract.outputs.keys(), "")


class _Values:
    """``{"values": {target: number}}``."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __call__(self, outputs: Outputs, rows: int) -> Predictions:
        flat, width = outputs["values"], len(self._names)
        return [
            {"values": dict(zip(self._names, flat[row * width : (row + 1) * width], strict=True))}
            for row in range(rows)
        ]


class _Targets:
    """``{"predictions": {target: prediction}}``."""

    def __init__(self, formers: Mapping[str, Former]) -> None:
        self._formers = formers

    def __call__(self, outputs: Outputs, rows: int) -> Predictions:
        of_target = {name: former(outputs, rows) for name, former in self._formers.items()}
        return [{"predictions": {name: each[row] for name, each in of_target.items()}} for row in range(rows)]


class _Labels:
    """``{"label": class}`` and the numbers that it comes from."""

    def __init__(self, classes: Sequence[Class], roles: Collection[str], suffix: str) -> None:
        self._keys = [class_key(value) for value in classes]
        self._classes: dict[object, Class] = {
            value if isinstance(value, str) else int(value): value for value in classes
        }
        self._label = f"label{suffix}"
        self._numbers = [
            (role, f"{role}{suffix}")
            for role in ("score", "scores", "distances", "probabilities")
            if f"{role}{suffix}" in roles
        ]

    def __call__(self, outputs: Outputs, rows: int) -> Predictions:
        labels = [self._classes[label] for label in outputs[self._label]]
        predictions: Predictions = [{"label": label} for label in labels]
        for role, name in self._numbers:
            flat = outputs[name]
            width = len(flat) // rows
            for row, label in enumerate(labels):
                part = flat[row * width : (row + 1) * width]
                predictions[row] |= self._members(role, label, part)  # type: ignore[arg-type] # numbers
        return predictions

    def _members(self, role: str, label: Json, numbers: Sequence[float]) -> dict[str, Json]:
        if role == "score":
            return {role: numbers[0]}
        if role == "scores" and len(numbers) == 1:
            # One number for two classes: the second class is predicted where it is above zero.
            return {role: dict(zip(self._keys, (-numbers[0], numbers[0]), strict=True))}
        by_class: dict[str, Json] = dict(zip(self._keys, numbers, strict=True))
        if role == "probabilities":
            return {"probability": by_class[class_key(label)], role: by_class}  # type: ignore[arg-type] # a label
        return {role: by_class}
