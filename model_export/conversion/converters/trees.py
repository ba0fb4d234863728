"""Converters of scikit-learn's trees that keep each node's direction of missing values.

Those of skl2onnx 1.20 leave it out, and a missing value then goes right everywhere: 398 of 2000 labels wrong,
in silence, were measured (onnx/sklearn-onnx#1253).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common._registration import get_converter, get_shape_calculator
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

from inference_lib.contract.columns import FLOAT32_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import onnx
    from skl2onnx.common._container import ModelComponentContainer
    from skl2onnx.common._topology import Operator, Scope

    Convert = Callable[[Scope, Operator, ModelComponentContainer], None]

LEARN_MISSING = (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
"""Trees and forests that take missing values. Each node has a direction, also where it saw none: that of most rows."""


def keep_missing_directions(convert: Convert) -> Convert:
    """Return a converter that also writes where missing values go.

    Parameters
    ----------
    convert : callable
        Converts a copy of one of ``LEARN_MISSING``; numbers trees and nodes as scikit-learn does.
    """

    def converted(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
        known = len(container.nodes)
        model = operator.raw_operator
        trees = [each.tree_ for each in getattr(model, "estimators_", [model])]
        for tree in trees:
            # Of a node that parts missing values from all others; the converter would never end.
            tree.threshold[np.isinf(tree.threshold)] = FLOAT32_MAX
        convert(scope, operator, container)
        for node in container.nodes[known:]:
            if node.op_type in {"TreeEnsembleClassifier", "TreeEnsembleRegressor"}:
                _write_directions(node, [tree.missing_go_to_left for tree in trees])

    return converted


def _write_directions(node: onnx.NodeProto, goes_left: Sequence[Sequence[int]]) -> None:
    attributes = {attribute.name: attribute for attribute in node.attribute}
    places = zip(
        attributes["nodes_treeids"].ints,
        attributes["nodes_nodeids"].ints,
        attributes["nodes_modes"].strings,
        strict=True,
    )
    # The true branch of "feature <= threshold" is the left one.
    tracks = [0 if mode == b"LEAF" else int(goes_left[tree][place]) for tree, place, mode in places]
    del attributes["nodes_missing_value_tracks_true"].ints[:]
    attributes["nodes_missing_value_tracks_true"].ints.extend(tracks)


def register() -> None:
    """Put these converters into the registry of skl2onnx, where nested models find them too."""
    for model in LEARN_MISSING:
        alias = sklearn_operator_name_map[model]
        known = get_converter(alias)
        shape, options = get_shape_calculator(alias), known.get_allowed_options()
        converter = keep_missing_directions(known)
        update_registered_converter(model, alias, shape, converter, overwrite=True, options=options)
