"""A contract and a session together: columns of feature values in, predictions out."""

from __future__ import annotations

from array import array
from itertools import chain

from inference_lib.contract.document import class_key
from inference_lib.errors import BundleError, PredictionError, RuntimeLibraryError
from inference_lib.runtime.session import ARRAY_TYPECODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Final

    from inference_lib.contract.document import Contract, InputTensor, Json
    from inference_lib.runtime.forms import Former
    from inference_lib.runtime.session import Session
    from inference_lib.runtime.table import Table
    from inference_lib.runtime.tensors import Data

    Columns = Mapping[str, Sequence[Json]]
    Prediction = dict[str, Json]

MANY_ROWS: Final = 64
"""From here on predictions are kept as columns, and written by the encoder of large answers."""

_NAN = float("nan")
_PLAIN_ROLES = ("value", "probabilities", "label")


class Model:
    """A loaded model that answers with predictions in the form of the API.

    Parameters
    ----------
    contract : Contract
        Says how features are packed and what the outputs mean.
    session : Session
        The loaded graph.

    Raises
    ------
    BundleError
        The graph's inputs or outputs are not those of the contract.
    """

    def __init__(self, contract: Contract, session: Session) -> None:
        self.contract = contract
        _check_graph(contract, session)
        packing = {tensor.name: tensor for tensor in contract.inputs}
        self._inputs = [packing[info.name] for info in session.inputs]
        self._nullable = frozenset(feature.name for feature in contract.features if feature.takes_null)
        is_plain = not contract.outputs.keys().isdisjoint(("value", "probabilities"))
        self._roles = [role for role in (_PLAIN_ROLES if is_plain else contract.outputs) if role in contract.outputs]
        names = [contract.outputs[role].name for role in self._roles]
        self._run = session.runner(names)
        self._run_row = session.row_runner(names)
        self._class_keys = [class_key(value) for value in contract.classes]
        self._classes: dict[object, str | int | bool] = {_class_data(value): value for value in contract.classes}
        self._form: Former | None = None
        if not is_plain:
            from inference_lib.runtime.forms import former_of  # noqa: PLC0415 - the cold start of other tasks

            self._form = former_of(contract)

    def predict(self, columns: Columns, rows: int) -> Sequence[Prediction]:
        """Predict for instances whose values have been validated.

        Parameters
        ----------
        columns : mapping of str to sequence
            For each feature its values, of length ``rows``; None where missing.
        rows : int
            Number of instances, at least 1.

        Returns
        -------
        sequence of dict
            For each instance ``label``, ``probability`` (of the label) and ``probabilities`` (by
            class), or ``value``; docs/predictions.md has the members of the other tasks.

        Raises
        ------
        RuntimeLibraryError
            ONNX Runtime refuses the run.
        PredictionError
            The model returns NaN or infinity.
        """
        buffers = [self._pack(tensor, columns, rows) for tensor in self._inputs]
        outputs = self._run_one(buffers) if rows == 1 else self._run(buffers, rows)
        if self._form is not None:
            for output in outputs:
                if isinstance(output, array):
                    _check_finite(output)
            return self._form(dict(zip(self._roles, outputs, strict=True)), rows)
        flat: Sequence[float] = outputs[0]  # type: ignore[assignment] # values and probabilities are numbers
        _check_finite(flat)
        labels = outputs[1] if len(outputs) > 1 else None
        if rows >= MANY_ROWS:
            return self._table(flat, labels)
        if self.contract.task == "regression":
            return [{"value": value} for value in flat]
        return self._labelled(flat, rows, labels)

    def _run_one(self, buffers: Sequence[Data]) -> list[Data]:
        if self._run_row is not None:
            try:
                return self._run_row(buffers)
            except RuntimeLibraryError:  # the row is refused, or an output has another shape than it declares
                outputs = self._run(buffers, 1)
                self._run_row = None
                return outputs
        return self._run(buffers, 1)

    def _table(self, flat: Sequence[float], labels: Data | None) -> Table:
        from inference_lib.runtime import table  # noqa: PLC0415 - the cold start of small requests

        if self.contract.task == "regression":
            return table.Values([*flat])
        width = len(self._class_keys)
        places = None
        if labels is not None:
            place_of = {label: place for place, label in enumerate(self._classes)}
            places = [place_of[label] for label in labels]
        by_class = [[*flat[place::width]] for place in range(width)]
        return table.Labelled(self.contract.classes, self._class_keys, by_class, places)

    def _labelled(self, flat: Sequence[float], rows: int, labels: Data | None) -> list[Prediction]:
        keys, width, classes = self._class_keys, len(self._class_keys), self.contract.classes
        predictions: list[Prediction] = []
        for row in range(rows):
            probabilities = flat[row * width : (row + 1) * width]
            if labels is None:
                probability = max(probabilities)
                label = classes[probabilities.index(probability)]
            else:
                label = self._classes[labels[row]]
                probability = probabilities[classes.index(label)]
            of_class: dict[str, Json] = dict(zip(keys, probabilities, strict=True))
            predictions.append({"label": label, "probability": probability, "probabilities": of_class})
        return predictions

    def _pack(self, tensor: InputTensor, columns: Columns, rows: int) -> Data:
        """Lay the columns of one input out row by row, as ONNX tensors are."""
        missing = tensor.missing_text if tensor.element_type == "string" else _NAN
        values: list[Any]
        if rows == 1:
            values = [columns[name][0] for name in tensor.features]
            if None in values:
                values = [missing if value is None else value for value in values]
        elif tensor.element_type == "string":
            filled = [self._filled(name, columns, missing) for name in tensor.features]
            return list(chain.from_iterable(zip(*filled, strict=True)))
        else:
            typecode, width = ARRAY_TYPECODES[tensor.element_type], len(tensor.features)
            packed: array[Any] = array(typecode, bytes(rows * width * array(typecode).itemsize))
            for at, name in enumerate(tensor.features):
                packed[at::width] = array(typecode, self._filled(name, columns, missing))  # type: ignore[type-var] # numbers
            return packed
        return values if tensor.element_type == "string" else array(ARRAY_TYPECODES[tensor.element_type], values)

    def _filled(self, name: str, columns: Columns, missing: float | str) -> Sequence[Json]:
        column = columns[name]
        if name not in self._nullable or None not in column:
            return column
        return [missing if value is None else value for value in column]


def _check_finite(values: Sequence[float]) -> None:
    """Refuse to answer with NaN or infinity, which a caller's JSON parser may take for a number or choke on."""
    total = sum(values)
    if total - total != 0:
        raise PredictionError("the model answered with NaN or infinity")


def _class_data(value: str | int | bool) -> str | int:
    return value if isinstance(value, str) else int(value)


def _check_graph(contract: Contract, session: Session) -> None:
    declared: Callable[[str, str], str] = "{} ({})".format
    for side, tensors, infos in (
        ("inputs", contract.inputs, session.inputs),
        ("outputs", tuple(contract.outputs.values()), session.outputs),
    ):
        expected = {declared(tensor.name, tensor.element_type) for tensor in tensors}
        found = {declared(info.name, info.element_type) for info in infos}
        if not expected <= found or (side == "inputs" and found != expected):
            raise BundleError(
                f"model.onnx of {contract.name} {contract.version}: the contract expects the {side} "
                f"{', '.join(sorted(expected))}; the graph has {', '.join(sorted(found))}. Export the model again."
            )
