"""Elements of a tensor: the check of a whole tensor accepts nothing that the check of each element refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
