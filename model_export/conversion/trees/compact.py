"""Tree ensembles in the form of ai.onnx.ml 5: the same trees and weights in a third of the bytes.

The converter writes the older operators, whose attributes repeat a mode as text, a tree and a node number for each
node. ONNX Runtime reads all of it into memory at each cold start; ``benchmarks/growth.py`` measures what that costs.
The newer operator holds a leaf for one target only, so that a forest of three classes or more keeps the older form.

References
----------
.. [1] https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html
.. [2] https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import onnx
from onnx import helper, numpy_helper

from model_export.conversion.trees.tables import Trees, read_trees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOMAIN: Final = "ai.onnx.ml"
OPSET: Final = 5
"""First version of the domain that has TreeEnsemble; it has the older operators no longer."""

_WORTH_BYTES: Final = 10_000
"""Saved by each ensemble, worth 0.1 ms of a cold start; the operators around the newer one cost a request 1.5 us."""

_OLDER: Final = ("TreeEnsembleClassifier", "TreeEnsembleRegressor")
_TRANSFORMS: Final = {"NONE": "Identity", "SOFTMAX": "Softmax", "LOGISTIC": "Sigmoid"}
"""Operators of their own: ONNX Runtime 1.31 takes TreeEnsemble's code for softmax as the logistic function."""

_SUM: Final = 1
_AGGREGATES: Final = {"AVERAGE": 0, "SUM": _SUM}
_BINARY: Final = 2


def compact(model: onnx.ModelProto, *, always: bool = False) -> onnx.ModelProto | None:
    """Return the model with its tree ensembles in the newer form.

    Parameters
    ----------
    model : ModelProto
        As the converter wrote it; it is left as it is.
    always : bool
        Whether small ensembles are changed too.

    Returns
    -------
    ModelProto or None
        None where the model has no tree ensemble, one that the newer operator cannot hold, or only small ones.
    """
    ensembles = sum(node.op_type in _OLDER for node in model.graph.node)
    if not ensembles:
        return None
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    nodes: list[onnx.NodeProto] = []
    for position, node in enumerate(model.graph.node):
        replaced = _replaced(node, changed.graph, f"trees_{position}") if node.op_type in _OLDER else [node]
        if replaced is None:
            return None
        nodes += replaced
    del changed.graph.node[:]
    changed.graph.node.extend(nodes)
    for opset in changed.opset_import:
        if opset.domain == DOMAIN:
            opset.version = OPSET
    try:
        onnx.checker.check_model(changed)
    except onnx.checker.ValidationError:  # another operator of the domain has changed since its version
        return None
    saved = model.ByteSize() - changed.ByteSize()
    return changed if always or saved >= ensembles * _WORTH_BYTES else None


def _replaced(node: onnx.NodeProto, graph: onnx.GraphProto, prefix: str) -> list[onnx.NodeProto] | None:
    attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    trees = read_trees(attributes, "class" if node.op_type == _OLDER[0] else "target")
    if trees is None:
        return None
    if node.op_type == _OLDER[0]:
        return _classifier(node, attributes, trees, _Names(graph, prefix))
    return _regressor(node, attributes, trees)


class _Names:
    """Gives names and constants of one replaced node."""

    def __init__(self, graph: onnx.GraphProto, prefix: str) -> None:
        self._graph = graph
        self._prefix = prefix

    def name(self, name: str) -> str:
        return f"{self._prefix}_{name}"

    def is_read(self, name: str) -> bool:
        return any(name in node.input for node in self._graph.node) or any(
            name == output.name for output in self._graph.output
        )

    def constant(self, name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
        self._graph.initializer.append(numpy_helper.from_array(values, self.name(name)))
        return self.name(name)


def _regressor(node: onnx.NodeProto, attributes: Mapping[str, object], trees: Trees) -> list[onnx.NodeProto] | None:
    aggregate = _AGGREGATES.get(_text(attributes, "aggregate_function", "SUM"))
    base = _floats(attributes, "base_values")
    targets = attributes.get("n_targets", 1)
    no_transform = _text(attributes, "post_transform", "NONE") == "NONE"
    if aggregate is None or not isinstance(targets, int) or (base and aggregate != _SUM) or not no_transform:
        return None
    trees.add_constants(base)
    return [_ensemble(node.input, node.output[0], trees, n_targets=targets, aggregate=aggregate)]


def _classifier(
    node: onnx.NodeProto, attributes: Mapping[str, object], trees: Trees, names: _Names
) -> list[onnx.NodeProto] | None:
    labels = _labels(attributes)
    transform = _text(attributes, "post_transform", "NONE")
    base = _floats(attributes, "base_values")
    label, probabilities = node.output
    if transform not in _TRANSFORMS:
        return None
    if len(labels) == _BINARY and len(set(trees.leaf_targets.tolist())) == 1:
        made = _binary(node, trees, base, transform, names)
        if made is None:
            return None
    else:
        trees.add_constants(base)
        scores = names.name("scores")
        made = [
            _ensemble(node.input, scores, trees, n_targets=len(labels), aggregate=_SUM),
            helper.make_node(_TRANSFORMS[transform], [scores], [probabilities]),
        ]
    if not names.is_read(label):
        return made
    classes, best = names.constant("classes", labels), names.name("best")
    return [
        *made,
        helper.make_node("ArgMax", [probabilities], [best], axis=1, keepdims=0),
        helper.make_node("Gather", [classes, best], [label]),
    ]


def _binary(
    node: onnx.NodeProto, trees: Trees, base: Sequence[float], transform: str, names: _Names
) -> list[onnx.NodeProto] | None:
    """Two classes and weights for one: the other has the rest of the probability, or the opposite score."""
    positive = bool((trees.leaf_weights >= 0).all()) and not base
    if len(base) > 1 or (transform, positive) not in {("NONE", True), ("LOGISTIC", False)}:
        return None
    trees.leaf_targets[:] = 0
    trees.add_constants(base)
    score, other, both = names.name("score"), names.name("other"), node.output[1]
    ensemble = _ensemble(node.input, score, trees, n_targets=1, aggregate=_SUM)
    if transform == "NONE":
        one = names.constant("one", np.ones(1, np.float32))
        return [
            ensemble,
            helper.make_node("Sub", [one, score], [other]),
            helper.make_node("Concat", [other, score], [both], axis=1),
        ]
    scores = names.name("scores")
    return [
        ensemble,
        helper.make_node("Neg", [score], [other]),
        helper.make_node("Concat", [other, score], [scores], axis=1),
        helper.make_node("Sigmoid", [scores], [both]),
    ]


def _ensemble(inputs: Sequence[str], output: str, trees: Trees, *, n_targets: int, aggregate: int) -> onnx.NodeProto:
    made = helper.make_node(
        "TreeEnsemble",
        list(inputs),
        [output],
        domain=DOMAIN,
        n_targets=n_targets,
        aggregate_function=aggregate,
        post_transform=0,
        tree_roots=trees.roots.tolist(),
        nodes_featureids=trees.features.tolist(),
        nodes_modes=numpy_helper.from_array(trees.modes),
        nodes_splits=numpy_helper.from_array(trees.splits),
        nodes_truenodeids=trees.true_ids.tolist(),
        nodes_trueleafs=trees.true_is_leaf.tolist(),
        nodes_falsenodeids=trees.false_ids.tolist(),
        nodes_falseleafs=trees.false_is_leaf.tolist(),
        leaf_targetids=trees.leaf_targets.tolist(),
        leaf_weights=numpy_helper.from_array(trees.leaf_weights),
    )
    if trees.missing_true.any():
        made.attribute.append(helper.make_attribute("nodes_missing_value_tracks_true", trees.missing_true.tolist()))
    return made


def _labels(attributes: Mapping[str, object]) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    texts = attributes.get("classlabels_strings")
    if isinstance(texts, list) and texts:
        return np.array([text.decode() for text in texts], dtype=object)
    return np.array(attributes.get("classlabels_int64s", []), dtype=np.int64)


def _text(attributes: Mapping[str, object], name: str, default: str) -> str:
    value = attributes.get(name)
    return value.decode() if isinstance(value, bytes) else default


def _floats(attributes: Mapping[str, object], name: str) -> list[float]:
    value = attributes.get(name)
    return [float(each) for each in value] if isinstance(value, list) else []
