"""Converts tensors of the Open Inference Protocol V2 to instances: shapes, datatypes and ranges checked, nothing cast.

A request has one tensor for each feature, of shape [N] or [N, 1], or the model's own packed tensors, of shape
[N, k], or, when all features are numbers, a single one of shape [N, features] under any name. Data may be nested to
the shape or flat. ``null`` is a missing value.
"""

from __future__ import annotations

from inference_lib.contract.document import IGNORE
from inference_lib.contract.validation import Places, check_count, json_type, member, object_of, suggestion
from inference_lib.errors import FieldProblem, InvalidRequest
from inference_lib.protocols.predict import wants_explanation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json
    from inference_lib.http.requests import Request

    Expected = tuple[tuple[str, ...], tuple[str, ...]]

FLOATS = {"FP16": 65504.0, "FP32": 3.4028234663852886e38, "FP64": 1.7976931348623157e308}
"""Largest finite value (IEEE 754)."""

INTEGERS = {
    **{f"INT{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
"""Range of each."""

HEADER_LENGTH = "inference-header-content-length"
"""The header of a request or an answer with raw tensors, from clients of the binary tensor data extension."""

OCTETS = "application/octet-stream"
"""The media type of those, and the one that an API of Amazon API Gateway passes on as bytes."""

_NUMBERS = (*FLOATS, *INTEGERS)
_ACCEPTED = {"number": _NUMBERS, "integer": _NUMBERS, "string": ("BYTES",), "boolean": ("BOOL",)}
_PLAIN_TYPES: dict[str, frozenset[type]] = {
    **dict.fromkeys(FLOATS, frozenset((int, float))),
    **dict.fromkeys(INTEGERS, frozenset((int,))),
    "BOOL": frozenset((bool,)),
    "BYTES": frozenset((str,)),
}
_EXPLAIN = "explain"
"""The one parameter that is read: clients add others automatically, and the protocol lets a server ignore them."""

PLACES = Places(
    "inputs", lambda row: f"inputs[*].data[{row}]", lambda row, name: f"{member('inputs', name)}.data[{row}]"
)


class _Problems(Exception):
    """What is wrong with one tensor."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.problem = FieldProblem(place, message)


def read(document: Json, contract: Contract, most: int) -> tuple[list[Json], bool]:
    """Return the instances of an inference request, and whether to explain their predictions.

    Parameters
    ----------
    document : object
        The decoded body.
    contract : Contract
        Whose features or inputs the tensors carry.
    most : int
        Maximum number of instances.

    Raises
    ------
    MalformedRequest
        The body is not an object.
    InvalidRequest
        With all problems of all tensors, or too many rows.
    """
    members = object_of(document, "inputs", "an inference request")
    tensors = members.get("inputs")
    if not isinstance(tensors, list) or not tensors:
        raise refused([FieldProblem("inputs", "expected a list of tensors")])
    columns = _all_columns(tensors, contract)
    rows = len(next(iter(columns.values()), []))
    check_count(rows, most, PLACES.root)
    instances: list[Json] = [{name: values[row] for name, values in columns.items()} for row in range(rows)]
    parameters = members.get("parameters")
    if parameters is None:  # typed clients send null for what they leave out
        parameters = {}
    if isinstance(parameters, dict):
        parameters = {name: value for name, value in parameters.items() if name == _EXPLAIN or _is_misspelt(name)}
    return instances, wants_explanation(parameters)


def _is_misspelt(parameter: str) -> bool:
    return bool(suggestion(parameter, (_EXPLAIN,)))


def has_octets(request: Request) -> bool:
    """Return whether a request may have raw tensors; tritonclient's asyncio client gives JSON this media type too."""
    return HEADER_LENGTH in request.headers or request.headers.get("content-type", "").lower().startswith(OCTETS)


def takes_octets(request: Request) -> bool:
    """Return whether raw bytes reach the caller: a REST API of Amazon API Gateway looks at the first type alone."""
    return request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip().lower() == OCTETS


def _all_columns(tensors: list[Json], contract: Contract) -> dict[str, list[Json]]:
    """Return the values of each feature, or refuse the tensors with all that is wrong."""
    columns: dict[str, list[Json]] = {}
    problems: list[FieldProblem] = []
    widths = _widths(tensors, contract)
    for index, tensor in enumerate(tensors):
        name = tensor.get("name") if isinstance(tensor, dict) else None
        if contract.unknown_features == IGNORE and isinstance(name, str) and name not in widths:
            continue
        try:
            columns |= _columns(tensor, f"inputs[{index}]", widths, set(columns))
        except _Problems as error:
            problems.append(error.problem)
    problems += _lengths(columns)
    given = _names(tensors)
    missing = [name for name, (_, features) in widths.items() if name not in given and _needed(contract, features)]
    problems += [FieldProblem("inputs", f"the tensor of {name!r} is missing") for name in missing]
    if problems:
        raise refused(problems)
    return columns


def _needed(contract: Contract, features: tuple[str, ...]) -> bool:
    return any(feature.name in features and not feature.nullable for feature in contract.features)


def _widths(tensors: list[Json], contract: Contract) -> dict[str, Expected]:
    """Return accepted datatypes and features of each tensor that is expected: packed ones when a name is theirs."""
    types = {feature.name: feature.type for feature in contract.features}
    packed: dict[str, Expected] = {
        tensor.name: (_ACCEPTED[types[tensor.features[0]]], tensor.features) for tensor in contract.inputs
    }
    single: dict[str, Expected] = {name: (_ACCEPTED[kind], (name,)) for name, kind in types.items()}
    names = _names(tensors)
    if len(tensors) == 1 and takes_one_tensor(contract) and not names & (packed.keys() | single.keys()):
        return {name: (_NUMBERS, tuple(types)) for name in names}
    return packed if any(name in packed and name not in single for name in names) else single


def takes_one_tensor(contract: Contract) -> bool:
    """Return whether the values of all features may come in a single tensor: when all are numbers."""
    return all(feature.type in {"number", "integer"} for feature in contract.features)


def _names(tensors: list[Json]) -> set[str]:
    found = (tensor.get("name") for tensor in tensors if isinstance(tensor, dict))
    return {name for name in found if isinstance(name, str)}


def _columns(tensor: Json, place: str, widths: dict[str, Expected], seen: set[str]) -> dict[str, list[Json]]:
    if not isinstance(tensor, dict):
        raise _Problems(place, f"expected a tensor, got {json_type(tensor)}")
    name = tensor.get("name")
    if not isinstance(name, str):
        raise _Problems(f"{place}.name", f"expected a string, got {json_type(name)}")
    if name not in widths:
        raise _Problems(f"{place}.name", f"unknown tensor{suggestion(name, widths)}; expected {', '.join(widths)}")
    accepted, features = widths[name]
    if seen.intersection(features):
        raise _Problems(f"{place}.name", "this tensor occurs twice; expected each once")
    datatype = tensor.get("datatype")
    if not isinstance(datatype, str) or datatype not in accepted:
        raise _Problems(f"{place}.datatype", f"expected {' or '.join(accepted)}")
    parameters = tensor.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if "binary_data_size" in parameters:
        text = "raw tensors need the header Inference-Header-Content-Length, the number of bytes of the JSON"
        raise _Problems(f"{place}.parameters.binary_data_size", text)
    elements = _elements(tensor, place, len(features))
    values = elements
    if not _are_plain(elements, datatype):
        values = [_value(each, datatype, f"{place}.data[{index}]") for index, each in enumerate(elements)]
    if datatype == "BYTES" and parameters.get("content_type") == "base64":
        values = [_unbase64(each, f"{place}.data[{index}]") for index, each in enumerate(values)]
    return {feature: values[offset :: len(features)] for offset, feature in enumerate(features)}


def _elements(tensor: dict[str, Json], place: str, width: int) -> list[Json]:
    """Return the tensor's elements, row by row."""
    shape, data = tensor.get("shape"), tensor.get("data")
    sizes = [size for size in shape if type(size) is int and size >= 0] if isinstance(shape, list) else []
    if not isinstance(shape, list) or len(sizes) != len(shape):
        raise _Problems(f"{place}.shape", "expected a list of whole numbers")
    expected = f"[N, {width}]" if width > 1 else "[N] or [N, 1]"
    if (sizes[1:] or [1]) != [width] or not sizes:
        raise _Problems(f"{place}.shape", f"expected {expected}")
    if not isinstance(data, list):
        raise _Problems(f"{place}.data", f"expected a list, got {json_type(data)}")
    if data and all(isinstance(row, list) and len(row) == width for row in data):
        data = [value for row in data if isinstance(row, list) for value in row]
    if len(data) != sizes[0] * width:
        raise _Problems(f"{place}.data", f"expected {sizes[0] * width} elements, as the shape says, got {len(data)}")
    return data


def _are_plain(elements: list[Json], datatype: str) -> bool:
    """Whether all elements are certainly of the datatype, by C builtins alone; ``_value`` decides about others."""
    present = [each for each in elements if each is not None] if None in elements else elements
    if not _PLAIN_TYPES[datatype].issuperset(map(type, present)):
        return False
    if not present or datatype in {"BOOL", "BYTES"}:
        return True
    numbers: list[float] = present  # type: ignore[assignment] # as was just checked
    low, high = INTEGERS[datatype] if datatype in INTEGERS else (-FLOATS[datatype], FLOATS[datatype])
    try:
        total = sum(numbers)
    except OverflowError:
        return False
    # Not a number minus itself is not zero, nor is infinity.
    return total - total == 0 and low <= min(numbers) and max(numbers) <= high


def _value(value: Json, datatype: str, place: str) -> Json:
    if value is None:
        return None
    if datatype == "BOOL":
        return _of_type(value, bool, "true or false", place)
    if datatype == "BYTES":
        return _of_type(value, str, "a string", place)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Problems(place, f"expected a number, got {json_type(value)}")
    if datatype in FLOATS:
        limit = FLOATS[datatype]
        if not -limit <= value <= limit:
            raise _Problems(place, f"expected a finite number within {datatype}; null means a missing value")
        return value
    low, high = INTEGERS[datatype]
    if isinstance(value, float) and not value.is_integer():
        raise _Problems(place, "expected an integer, got a number with a fraction")
    if not low <= value <= high:
        raise _Problems(place, f"expected an integer from {low} to {high}, as {datatype} holds")
    return int(value)


def _of_type(value: Json, kind: type, expected: str, place: str) -> Json:
    if not isinstance(value, kind):
        raise _Problems(place, f"expected {expected}, got {json_type(value)}")
    return value


def _unbase64(value: Json, place: str) -> Json:
    import binascii  # noqa: PLC0415 - few requests hold base64

    try:
        return binascii.a2b_base64(value, strict_mode=True).decode() if isinstance(value, str) else value
    except ValueError as error:
        raise _Problems(place, "expected base64 of text in UTF-8, as content_type says") from error


def _lengths(columns: dict[str, list[Json]]) -> list[FieldProblem]:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) <= 1:
        return []
    return [FieldProblem("inputs", "the tensors have different numbers of rows; expected one number for all")]


def refused(problems: list[FieldProblem]) -> InvalidRequest:
    """Return the error with the problems of tensors."""
    first = f"{problems[0].path}: {problems[0].message}"
    return InvalidRequest(f"The tensors do not match the model: {first}.", problems)
