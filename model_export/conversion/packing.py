"""How features are packed into few ONNX inputs.

Each input costs time in every request, so all numbers travel in one tensor of shape (n, k), and all texts in another.
Names never reach the graph, so no spelling of a feature can collide with another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.contract.document import MISSING_TEXT, InputTensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import ElementType, Feature

INPUT_NAMES: dict[ElementType, str] = {
    "double": "numbers",
    "float": "numbers",
    "int64": "integers",
    "string": "strings",
    "bool": "flags",
}


def pack(features: Sequence[Feature]) -> tuple[InputTensor, ...]:
    """Return the packed inputs of a model: its numbers and booleans as doubles, and its texts.

    Parameters
    ----------
    features : sequence of Feature
        In the order of the training data.
    """
    groups: dict[ElementType, list[str]] = {"double": [], "string": []}
    for feature in features:
        groups["string" if feature.type == "string" else "double"].append(feature.name)
    return tuple(
        InputTensor(
            name=INPUT_NAMES[element_type],
            element_type=element_type,
            features=tuple(names),
            missing_text=MISSING_TEXT if element_type == "string" else "",
        )
        for element_type, names in groups.items()
        if names
    )
