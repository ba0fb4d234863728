"""A converter of term frequencies on a logarithmic scale.

That of skl2onnx 1.20 takes log(1 + tf), and scikit-learn 1 + log(tf) [1]_: probabilities were off by 0.22, in silence.

.. [1] https://scikit-learn.org/stable/modules/generated/sklearn.feature_extraction.text.TfidfTransformer.html
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common._apply_operation import apply_identity, apply_normalizer
from skl2onnx.common._registration import get_converter, get_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.feature_extraction.text import TfidfTransformer

if TYPE_CHECKING:
    from collections.abc import Callable

    from skl2onnx.common._container import ModelComponentContainer
    from skl2onnx.common._topology import Operator, Scope

    Convert = Callable[[Scope, Operator, ModelComponentContainer], None]


def with_right_logarithm(convert: Convert) -> Convert:
    """Return a converter of TfidfTransformer that knows ``sublinear_tf``.

    Parameters
    ----------
    convert : callable
        Converts all others.
    """

    def converted(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
        if operator.raw_operator.sublinear_tf:
            _convert_sublinear(scope, operator, container)
        else:
            convert(scope, operator, container)

    return converted


def _convert_sublinear(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    step = operator.raw_operator
    is_double = isinstance(operator.inputs[0].type, DoubleTensorType)
    element_type = TensorProto.DOUBLE if is_double else TensorProto.FLOAT

    def add(kind: str, *inputs: str) -> str:
        name: str = scope.get_unique_variable_name(kind.lower())
        container.add_node(kind, list(inputs), [name], name=scope.get_unique_operator_name(kind))
        return name

    counts = operator.input_full_names[0]
    one = scope.get_unique_variable_name("one")
    container.add_initializer(one, element_type, [1], [1.0])
    # The sign takes back what a count of 0 became.
    data = add("Mul", add("Add", add("Log", add("Max", counts, one)), one), add("Sign", counts))
    if step.use_idf:
        weights = scope.get_unique_variable_name("idf")
        container.add_initializer(weights, element_type, [len(step.idf_)], np.asarray(step.idf_).ravel())
        data = add("Mul", data, weights)
    if step.norm is not None:
        normed = scope.get_unique_variable_name("normed")
        apply_normalizer(scope, data, normed, container, norm=step.norm.upper(), use_float=not is_double)
        data = normed
    apply_identity(scope, data, operator.output_full_names, container)


@cache
def register() -> None:
    """Put the converter into the registry of skl2onnx, where TfidfVectorizer finds it too."""
    alias = sklearn_operator_name_map[TfidfTransformer]
    known = get_converter(alias)
    update_registered_converter(
        TfidfTransformer,
        alias,
        get_shape_calculator(alias),
        with_right_logarithm(known),
        overwrite=True,
        options=known.get_allowed_options(),
    )
