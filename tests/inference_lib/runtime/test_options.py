"""Each option reaches ONNX Runtime."""

from __future__ import annotations

import psutil
import pytest
from onnx import TensorProto, helper

from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime.options import NO_SPINNING, SessionOptions
from inference_lib.runtime.session import Session


@pytest.fixture(scope="module")
def model() -> bytes:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])],
    )
    content: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9
    ).SerializeToString()
    return content


@pytest.mark.parametrize("threads", [1, 4])
def test_the_pool_has_the_requested_number_of_threads_including_the_callers(model: bytes, threads: int) -> None:
    before = psutil.Process().num_threads()
    session = Session(model, SessionOptions(threads=threads))
    assert psutil.Process().num_threads() - before == threads - 1
    session.close()


def test_an_optimisation_level_that_does_not_exist_is_refused(model: bytes) -> None:
    with pytest.raises(RuntimeLibraryError, match="SetSessionGraphOptimizationLevel failed"):
        Session(model, SessionOptions(optimization_level=42))


def test_configuration_entries_reach_the_session(model: bytes) -> None:
    wrong = {"session.intra_op_thread_affinities": "nonsense"}
    with pytest.raises(RuntimeLibraryError, match=r"CreateSessionFromArray failed: .*nonsense"):
        Session(model, SessionOptions(threads=2, entries=wrong))


def test_nothing_spins_by_default() -> None:
    assert dict(SessionOptions().entries) == dict(NO_SPINNING)
    assert set(NO_SPINNING.values()) == {"0"}
