"""Elements of a tensor: the check of a whole tensor accepts nothing that the check of each element refuses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor
from inference_lib.errors import InvalidRequest
from inference_lib.protocols.v2 import tensors
from tests.strategies import anything

if TYPE_CHECKING:
    from inference_lib.contract.document import FeatureType, Json

_NUMBERS = (*tensors.FLOATS, *tensors.INTEGERS)
_EDGES = [edge for limits in tensors.INTEGERS.values() for edge in (limits[0] - 1, *limits, limits[1] + 1)]
_ELEMENTS = st.lists(
    st.none() | anything() | st.booleans() | st.sampled_from([*_EDGES, 65505, 1e39, 10**400, 2.0]), max_size=5
)
_ALIKE = st.one_of(*(st.lists(st.none() | each, max_size=5) for each in (st.booleans(), st.integers(), st.floats())))


def _contract(kind: FeatureType) -> Contract:
    return Contract(
        name="m",
        version="1",
        task="regression",
        features=(Feature(name="a", type=kind, nullable=True),),
        inputs=(InputTensor(name="a", element_type="float", features=("a",)),),
        outputs={"value": OutputTensor(name="value", element_type="float")},
    )


def _read(data: list[Json], datatype: str) -> str:
    kind: FeatureType = {"BOOL": "boolean", "BYTES": "string"}.get(datatype, "number")  # type: ignore[assignment] # types
    tensor: Json = {"name": "a", "shape": [len(data)], "datatype": datatype, "data": data}
    try:
        return repr(tensors.read({"inputs": [tensor]}, _contract(kind), 1000))
    except InvalidRequest as error:
        return repr([(each.path, each.message) for each in error.problems])


@given(data=_ELEMENTS | _ALIKE, datatype=st.sampled_from([*_NUMBERS, "BOOL", "BYTES"]))
@example(data=[True, 1], datatype="INT8")
@example(data=[1e308, 1e308], datatype="FP64")
@example(data=[1.0, float("nan")], datatype="FP32")
@example(data=[1.0, 2], datatype="INT64")
def test_a_tensor_is_read_as_its_elements_one_by_one(data: list[Json], datatype: str) -> None:
    read = _read(data, datatype)
    plain = tensors._are_plain  # noqa: SLF001 - compared with what it spares
    tensors._are_plain = lambda *_: False  # noqa: SLF001
    try:
        assert read == _read(data, datatype)
    finally:
        tensors._are_plain = plain  # noqa: SLF001


def test_plain_numbers_flags_and_texts_are_read_without_a_look_at_each() -> None:
    plain = tensors._are_plain  # noqa: SLF001
    columns: dict[str, list[Json]] = {"FP32": [1, 2.5, None], "UINT8": [1, 2], "BOOL": [True], "BYTES": ["a", None]}
    assert all(plain(data, datatype) for datatype, data in columns.items())


_WHOLE = [f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)]


@pytest.mark.parametrize("datatype", _WHOLE)
def test_an_integer_has_the_range_of_its_datatype(datatype: str) -> None:
    limits = np.iinfo(datatype.lower())
    inside: list[Json] = [int(limits.min), int(limits.max), None]
    assert _read(inside, datatype) == repr(([{"a": value} for value in inside], False))
    expected = f"expected an integer from {limits.min} to {limits.max}, as {datatype} holds"
    for beyond in (int(limits.min) - 1, int(limits.max) + 1):
        assert _read([0, beyond], datatype) == repr([("inputs[0].data[1]", expected)])


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_a_float_has_the_range_of_its_datatype(bits: int) -> None:
    largest, datatype = float(np.finfo(f"float{bits}").max), f"FP{bits}"
    inside: list[Json] = [-largest, largest, None]
    assert _read(inside, datatype) == repr(([{"a": value} for value in inside], False))
    expected = f"expected a finite number within {datatype}; null means a missing value"
    for beyond in (math.nextafter(largest, math.inf), math.nextafter(-largest, -math.inf), math.nan):
        assert _read([0.0, beyond], datatype) == repr([("inputs[0].data[1]", expected)])


@pytest.mark.parametrize(
    ("shape", "data", "fault"),
    [
        ([2], [1, 2], ""),
        ([2, 1], [[1], [2]], ""),
        ([0], [], ""),
        ([2], [[1], [2]], ""),
        ([2], [1], ".data: expected 2 elements, as the shape says, got 1"),
        ([2], [1, 2, 3], ".data: expected 2 elements, as the shape says, got 3"),
        ([2, 2], [1, 2], ".shape: expected [N] or [N, 1]"),
        ([2, 1, 1], [1, 2], ".shape: expected [N] or [N, 1]"),
        ([], [1], ".shape: expected [N] or [N, 1]"),
        ([-1], [1], ".shape: expected a list of whole numbers"),
        ([1.0], [1], ".shape: expected a list of whole numbers"),
        ([True], [1], ".shape: expected a list of whole numbers"),
        (None, [1], ".shape: expected a list of whole numbers"),
        ([1], 1, ".data: expected a list, got a number"),
    ],
)
def test_the_data_have_the_shape_that_they_say(shape: Json, data: Json, fault: str) -> None:
    body: Json = {"inputs": [{"name": "a", "shape": shape, "datatype": "FP64", "data": data}]}
    if not fault:
        expected = [{"a": 1}, {"a": 2}] if data else []
        assert tensors.read(body, _contract("number"), 10) == (expected, False)
    else:
        with pytest.raises(InvalidRequest) as raised:
            tensors.read(body, _contract("number"), 10)
        assert [f"{each.path}: {each.message}" for each in raised.value.problems] == [f"inputs[0]{fault}"]
