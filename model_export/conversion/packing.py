"""How features are packed into few ONNX inputs, and how a fitted model is pointed at them.

One input for each feature is what the converter makes by itself; each input costs time in every
request. Here all features of one element type travel in one tensor of shape (n, k), and the
ColumnTransformers of a copy of the model select columns of these tensors by position. Names never
reach the graph, so no spelling of a feature can collide with another (docs/decisions/ tells the numbers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from inference_lib.contract.document import InputTensor
from model_export.errors import UnsupportedModel
from model_export.source.model.anatomy import readings, root_columns, root_transformers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import ElementType, Feature
    from model_export.source.model.estimator import Estimator

INPUT_NAMES: dict[ElementType, str] = {
    "double": "numbers",
    "float": "numbers",
    "int64": "integers",
    "string": "strings",
    "bool": "flags",
}


def pack(model: Estimator, features: Sequence[Feature], number_type: ElementType) -> tuple[InputTensor, ...]:
    """Return the packed inputs of a model.

    Parameters
    ----------
    model : Estimator
        Fitted on the features.
    features : sequence of Feature
        In the order of the training data.
    number_type : {"double", "float"}
        Element type of the numbers.

    Returns
    -------
    tuple of InputTensor
        One for each element type that occurs: numbers, integers that an encoder reads, strings.
    """
    read = list(readings(model, [feature.name for feature in features]))
    encoded = {each.feature for each in read if isinstance(each.step, (OneHotEncoder, OrdinalEncoder))}
    # In the order of the first reading, which the converter keeps; see _refuse_permutation.
    order = {name: place for place, name in enumerate(dict.fromkeys(each.feature for each in read))}
    groups: dict[ElementType, list[str]] = {number_type: [], "int64": [], "string": []}
    for feature in sorted(features, key=lambda each: order.get(each.name, len(order))):
        groups[_element_type(feature, number_type, encoded=feature.name in encoded)].append(feature.name)
    return tuple(
        InputTensor(name=INPUT_NAMES[element_type], element_type=element_type, features=tuple(names))
        for element_type, names in groups.items()
        if names
    )


def _element_type(feature: Feature, number_type: ElementType, *, encoded: bool) -> ElementType:
    if feature.type == "string":
        return "string"
    return "int64" if encoded else number_type


def select_by_position(model: Estimator, names: Sequence[str], inputs: Sequence[InputTensor]) -> None:
    """Point the ColumnTransformers of a copy of a model at packed inputs, in place.

    Parameters
    ----------
    model : Estimator
        A copy: it fits the packed inputs afterwards, and no table any more.
    names : sequence of str
        All features of the training data, in its order.
    inputs : sequence of InputTensor
        The packing; position counts through all tensors, one after the other.

    Raises
    ------
    UnsupportedModel
        Two steps read the same features in different orders.
    """
    packed = [name for tensor in inputs for name in tensor.features]
    position = {name: index for index, name in enumerate(packed)}
    for transformer in root_transformers(model):
        read = {key: [names[index] for index in indices] for key, _, indices in root_columns(transformer)}
        for key, features in read.items():
            _refuse_permutation(key, features, inputs)
        selected = {key: [position[name] for name in features] for key, features in read.items()}
        transformer.transformers_ = [(key, step, selected.get(key, [])) for key, step, _ in transformer.transformers_]


def _refuse_permutation(step: str, features: Sequence[str], inputs: Sequence[InputTensor]) -> None:
    """Refuse a step that reads a whole tensor in another order.

    The converter (skl2onnx 1.20, ``_fetch_input_slice``) passes a tensor on as it is when as many columns are
    selected as it has, whatever their order: every answer would be wrong, in silence.
    """
    for tensor in inputs:
        here = [name for name in features if name in tensor.features]
        if len(here) == len(tensor.features) and here != list(tensor.features):
            raise UnsupportedModel(
                f"The step {step!r} reads features that an earlier step reads in another order, "
                f"and the converter keeps one order only. List them alike: {', '.join(map(repr, tensor.features))}."
            )
