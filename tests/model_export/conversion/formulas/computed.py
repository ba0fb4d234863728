"""What a formula of a graph computes, by ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from model_export.conversion.graph.graph import Graph
from model_export.conversion.graph.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from model_export.conversion.graph.graph import Kind


def computed(
    formula: Callable[[Tensor], Tensor | tuple[Tensor, ...]], rows: ArrayLike, kind: Kind = "double"
) -> list[NDArray[Any]]:
    """Return the outputs of a formula for rows of numbers or texts, of shape (n_instances, n_columns)."""
    given = np.asarray(rows, dtype={"double": np.float64, "int64": np.int64, "string": object}[kind])
    graph = Graph()
    width = given.shape[1]
    found = formula(Tensor(graph, graph.add_input("x", kind, width), kind, width))
    outputs = found if isinstance(found, tuple) else (found,)
    for place, each in enumerate(outputs):
        graph.add_output(f"y{place}", each.name, each.kind, [None, None])
    options = onnxruntime.SessionOptions()
    # As in the function: further optimisations round a factor of a product of matrices to single precision.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    content = graph.model().SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return [np.asarray(each) for each in session.run(None, {"x": given})]
