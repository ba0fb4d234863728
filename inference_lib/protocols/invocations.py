"""The scoring protocols of MLflow and SageMaker on ``POST /invocations``.

JSON with exactly one of ``dataframe_split``, ``dataframe_records``, ``instances`` and ``inputs``, a bare list,
JSON Lines, or CSV with or without a header. A bare NaN, which MLflow's client sends for a missing number, is a missing
value.

References
----------
.. [1] https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
.. [2] https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

from inference_lib.contract.cells import value_of
from inference_lib.contract.validation import Places, check_count, json_type, member, rows_of, suggestion
from inference_lib.errors import FieldProblem, InvalidRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Contract, Json
    from inference_lib.runtime.model import Prediction

_KEYS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_OPTIONAL = ("params",)


def read(document: Json, contract: Contract, most: int) -> tuple[Json, Places]:
    """Return the instances of a scoring request, and how it names their places.

    Parameters
    ----------
    document : object
        The decoded body.
    contract : Contract
        Whose features the columns are.
    most : int
        Maximum number of instances.

    Raises
    ------
    InvalidRequest
        The body has none of the forms, or too many instances.
    """
    if isinstance(document, list):
        rows: Json = [document] if document and not any(isinstance(row, (list, dict)) for row in document) else document
        return _rows(rows, contract, "$", most), rows_of("$")
    if not isinstance(document, dict):
        raise _refused("$", f"expected an object or a list, got {json_type(document)}")
    keys = [key for key in document if key not in _OPTIONAL]
    if len(keys) != 1 or keys[0] not in _KEYS:
        near = suggestion(keys[0], _KEYS) if len(keys) == 1 else ""
        raise _refused("$", f"expected exactly one of the members {', '.join(_KEYS)}{near}")
    (key,) = keys
    value = document[key]
    if key == "dataframe_split":
        return _split(value, most), Places(
            "dataframe_split.data",
            lambda row: f"dataframe_split.data[{row}]",
            lambda row, name: member(f"dataframe_split.data[{row}]", name),
        )
    if isinstance(value, dict) and key != "dataframe_records":
        return _named_columns(value, key, most), rows_of(key)
    return _rows(value, contract, key, most), rows_of(key)


def _split(value: Json, most: int) -> Json:
    place = "dataframe_split"
    columns = value.get("columns") if isinstance(value, dict) else None
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(columns, list) or not isinstance(data, list):
        raise _refused(place, "expected an object with the lists 'columns' and 'data'")
    check_count(len(data), most, f"{place}.data")
    names = [name for name in columns if isinstance(name, str)]
    if len(set(names)) != len(columns):
        raise _refused(f"{place}.columns", "expected names of features, each once")
    instances: list[Json] = []
    for index, row in enumerate(data):
        if not isinstance(row, list) or len(row) != len(names):
            raise _refused(f"{place}.data[{index}]", f"expected a list of {len(names)} values, as columns says")
        instances.append(_instance(names, row))
    return instances


def _named_columns(value: dict[str, Json], place: str, most: int) -> Json:
    columns = {name: values if isinstance(values, list) else [values] for name, values in value.items()}
    if len({len(values) for values in columns.values()}) > 1:
        raise _refused(place, "the columns have different lengths; expected one length for all")
    check_count(max(map(len, columns.values()), default=0), most, place)
    flat = {name: [_unwrapped(each) for each in values] for name, values in columns.items()}
    return [_instance(list(flat), list(row)) for row in zip(*flat.values(), strict=True)]


def _unwrapped(value: Json) -> Json:
    """Return the one element of a list of one: MLflow sends a column as [[1], [2]] or as [1, 2]."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _rows(rows: Json, contract: Contract, place: str, most: int) -> Json:
    if not isinstance(rows, list):
        return rows
    check_count(len(rows), most, place)
    names = [feature.name for feature in contract.features]
    instances: list[Json] = []
    for index, row in enumerate(rows):
        if isinstance(row, dict):
            instances.append(_instance(list(row), list(row.values())))
        elif isinstance(row, list):
            if len(row) != len(names):
                text = f"expected {len(names)} values in the order of the features, got {len(row)}"
                raise _refused(f"{place}[{index}]", text)
            instances.append(_instance(names, row))
        else:
            instances.append(row)
    return instances


def _instance(names: list[str], values: list[Json]) -> dict[str, Json]:
    # Only NaN differs from itself.
    return {name: None if value != value else value for name, value in zip(names, values, strict=True)}  # noqa: PLR0124


def read_csv(text: str, contract: Contract, most: int, *, has_header: bool = True) -> tuple[Json, Places]:
    """Return the instances of a table; an empty cell is a missing value.

    Parameters
    ----------
    text : str
        CSV.
    contract : Contract
        Whose features the columns are; without a header, in their order.
    most : int
        Maximum number of instances.
    has_header : bool
        False when the request says that there is none. SageMaker's clients send none and do not say so: a first row of
        values of the features' types is no header either.

    Raises
    ------
    InvalidRequest
        A row has another number of cells than the header, a cell is not of its feature's type, or there are too many
        instances.
    """
    features = {feature.name: feature for feature in contract.features}
    header, rows = _table(text, contract, most, has_header=has_header)
    instances: list[Json] = []
    problems: list[FieldProblem] = []
    for index, row in enumerate(rows):
        if len(row) != len(header):
            raise _refused(f"$[{index}]", f"expected {len(header)} cells, one for each column, got {len(row)}")
        instance: dict[str, Json] = {}
        for name, cell in zip(header, row, strict=True):
            try:
                instance[name] = value_of(cell, features.get(name))
            except ValueError as error:
                problems.append(FieldProblem(member(f"$[{index}]", name), str(error)))
        instances.append(instance)
    if problems:
        raise InvalidRequest(
            f"The table violates the model's contract: {problems[0].path}: {problems[0].message}.", problems
        )
    return instances, rows_of("$")


def _table(text: str, contract: Contract, most: int, *, has_header: bool) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and the rows that have cells."""
    import csv  # noqa: PLC0415 - few requests are CSV
    import io  # noqa: PLC0415
    from itertools import islice  # noqa: PLC0415

    try:
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(lines)
        cells = (each for each in lines if each)
        rows = list(islice(cells, most + 1))
        beyond = sum(1 for _ in cells)
    except (csv.Error, StopIteration) as error:
        raise _refused("$", "expected a header and rows of comma-separated values") from error
    if not has_header or _are_values(header, contract):
        header, rows = [feature.name for feature in contract.features], [header, *rows] if header else rows
    check_count(len(rows) + beyond, most, "$")
    if len(set(header)) != len(header):
        raise _refused("$[header]", "expected names of features, each once")
    return header, rows


def _are_values(cells: list[str], contract: Contract) -> bool:
    """Return whether the first row of a table can only be an instance: texts alone might be names."""
    features = contract.features
    if len(cells) != len(features) or all(feature.type == "string" for feature in features):
        return False
    try:
        values = [(each, value_of(cell, each)) for cell, each in zip(cells, features, strict=True)]
    except ValueError:
        return False
    return all(value is not None or feature.takes_null for feature, value in values)


def answer(predictions: Sequence[Prediction]) -> dict[str, Json]:
    """Return the members of the answer: MLflow's form for a table of results."""
    return {"predictions": predictions}  # type: ignore[dict-item] # the encoder writes tables too


def _refused(place: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"The body is not a scoring request: {place}: {message}.", [FieldProblem(place, message)])
