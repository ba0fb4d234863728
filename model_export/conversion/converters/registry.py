"""Converters of our own, where that of skl2onnx lacks a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from skl2onnx.operator_converters.common import concatenate_variables
from skl2onnx.operator_converters.imputer_op import convert_sklearn_imputer
from skl2onnx.operator_converters.ordinal_encoder import convert_sklearn_ordinal_encoder
from skl2onnx.shape_calculators.ordinal_encoder import calculate_sklearn_ordinal_encoder_output_shapes
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OrdinalEncoder

from model_export.conversion.converters import tfidf as text_converters
from model_export.conversion.converters import trees as tree_converters

if TYPE_CHECKING:
    from skl2onnx.common._container import ModelComponentContainer
    from skl2onnx.common._topology import Operator, Scope


def convert_imputer(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    """Convert a SimpleImputer on doubles, for which ONNX Runtime has no Imputer kernel.

    Raises
    ------
    NotImplementedError
        The imputer marks missing numbers by another value than NaN.
    """
    imputer: SimpleImputer = operator.raw_operator
    if not isinstance(operator.inputs[0].type, DoubleTensorType):
        convert_sklearn_imputer(scope, operator, container)
        return
    if not np.isnan(imputer.missing_values):
        raise NotImplementedError(f"SimpleImputer(missing_values={imputer.missing_values!r}) on numbers")
    values = concatenate_variables(scope, operator.inputs, container)
    statistics = scope.get_unique_variable_name("statistics")
    missing = scope.get_unique_variable_name("missing")
    fill = np.asarray(imputer.statistics_, dtype=np.float64)
    container.add_initializer(statistics, TensorProto.DOUBLE, [1, len(fill)], fill)
    container.add_node("IsNaN", [values], [missing], name=scope.get_unique_operator_name("IsNaN"))
    container.add_node(
        "Where",
        [missing, statistics, values],
        [operator.outputs[0].full_name],
        name=scope.get_unique_operator_name("Where"),
    )


def imputer_shape(operator: Operator) -> None:
    """Say what a SimpleImputer gives: its input's element type, one column for each statistic.

    Raises
    ------
    NotImplementedError
        The imputer adds or drops columns.
    """
    imputer: SimpleImputer = operator.raw_operator
    dropped = any(isinstance(value, float) and np.isnan(value) for value in imputer.statistics_)
    if imputer.add_indicator or dropped:
        raise NotImplementedError("SimpleImputer that adds an indicator or drops an empty feature")
    kind = operator.inputs[0].type
    operator.outputs[0].type = type(kind)([kind.shape[0], len(imputer.statistics_)])


def convert_ordinal(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    """Convert an OrdinalEncoder on texts, with the number that stands for a missing one, NaN included.

    The converter of skl2onnx looks for the text ``nan``, and cannot give NaN beside integers.
    """
    encoder: OrdinalEncoder = operator.raw_operator
    if not isinstance(operator.inputs[0].type, StringTensorType):
        convert_sklearn_ordinal_encoder(scope, operator, container)
        return
    texts = concatenate_variables(scope, operator.inputs, container)
    columns = []
    for position, categories in enumerate(encoder.categories_):
        index, column, codes = map(scope.get_unique_variable_name, ("index", "column", "codes"))
        container.add_initializer(index, TensorProto.INT64, [1], [position])
        container.add_node("Gather", [texts, index], [column], axis=1, name=scope.get_unique_operator_name("Gather"))
        missing = float(encoder.encoded_missing_value)
        container.add_node(
            "LabelEncoder",
            [column],
            [codes],
            op_domain="ai.onnx.ml",
            op_version=2,
            name=scope.get_unique_operator_name("LabelEncoder"),
            keys_strings=[str(category) for category in categories],
            values_floats=[float(code) if category else missing for code, category in enumerate(categories)],
            # Validation refuses unknown texts, unless the model takes them.
            default_float=float("nan" if encoder.unknown_value is None else encoder.unknown_value),
        )
        columns.append(codes)
    name = scope.get_unique_operator_name("Concat")
    container.add_node("Concat", columns, [operator.outputs[0].full_name], axis=1, name=name)


def ordinal_shape(operator: Operator) -> None:
    """Say what an OrdinalEncoder gives: one number for each feature."""
    kind = operator.inputs[0].type
    if isinstance(kind, StringTensorType):
        operator.outputs[0].type = FloatTensorType([kind.shape[0], len(operator.raw_operator.categories_)])
    else:
        calculate_sklearn_ordinal_encoder_output_shapes(operator)


CONVERTERS = {SimpleImputer: convert_imputer, OrdinalEncoder: convert_ordinal}
SHAPES = {SimpleImputer: imputer_shape, OrdinalEncoder: ordinal_shape}

tree_converters.register()
text_converters.register()
