"""The ctypes session against the official Python binding, and against its own memory."""

from __future__ import annotations

import ast
import ctypes
import sys
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import psutil
import pytest
from onnx import TensorProto, helper

from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime import library, session
from inference_lib.runtime.session import ARRAY_TYPECODES, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_ONNX = {
    "float": TensorProto.FLOAT,
    "double": TensorProto.DOUBLE,
    "int64": TensorProto.INT64,
    "bool": TensorProto.BOOL,
    "string": TensorProto.STRING,
}
_NUMPY = {"float": np.float32, "double": np.float64, "int64": np.int64, "bool": np.bool_, "string": np.object_}


class _Mallinfo2(ctypes.Structure):
    """The struct of glibc's function of that name."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def _graph(nodes: Sequence[onnx.NodeProto], inputs: dict[str, tuple[str, int]], outputs: dict[str, str]) -> bytes:
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, _ONNX[kind], [None, width]) for name, (kind, width) in inputs.items()],
        [helper.make_tensor_value_info(name, _ONNX[kind], None) for name, kind in outputs.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content


def _values(kind: str, rows: int, width: int) -> NDArray[np.generic]:
    generator = np.random.default_rng(rows)
    if kind == "string":
        words = np.array(["", "a", "naïve", "睡眠", "long " * 20], dtype=object)
        return words[generator.integers(0, len(words), (rows, width))]
    if kind == "bool":
        return generator.random((rows, width)) > 0.5
    if kind == "int64":
        return generator.integers(-(2**62), 2**62, (rows, width))
    values = generator.normal(0, 1e6, (rows, width))
    values[0, 0] = np.nan
    return values.astype(_NUMPY[kind])


def _buffer(values: NDArray[np.generic], kind: str) -> array[float] | array[int] | list[str]:
    if kind == "string":
        return [str(value) for value in values.ravel()]
    filled = array(ARRAY_TYPECODES[kind])
    filled.frombytes(values.tobytes())
    return filled


@pytest.mark.parametrize("rows", [1, 2, 100, 10_000])
@pytest.mark.parametrize("kind", ["float", "double", "int64", "bool", "string"])
def test_every_element_type_travels_as_with_the_official_binding(kind: str, rows: int) -> None:
    model = _graph([helper.make_node("Identity", ["x"], ["y"])], {"x": (kind, 3)}, {"y": kind})
    values = _values(kind, rows, 3)
    expected = onnxruntime.InferenceSession(model).run(["y"], {"x": values})[0]

    (found,) = Session(model).runner(["y"])([_buffer(values, kind)], rows)

    if kind == "string":
        assert found == [str(value) for value in np.asarray(expected).ravel()]
    else:
        assert np.asarray(found, dtype=_NUMPY[kind]).tobytes() == np.asarray(expected).tobytes()


@pytest.mark.parametrize("rows", [1, 2, 100, 10_000])
def test_many_outputs_are_returned_in_the_requested_order(rows: int) -> None:
    nodes = [
        helper.make_node("Add", ["a", "b"], ["sum"]),
        helper.make_node("Mul", ["a", "b"], ["product"]),
        helper.make_node("Identity", ["s"], ["text"]),
    ]
    model = _graph(
        nodes,
        {"a": ("float", 4), "b": ("float", 4), "s": ("string", 1)},
        {"sum": "float", "product": "float", "text": "string"},
    )
    given = {"a": _values("float", rows, 4), "b": _values("float", rows + 1, 4)[:rows], "s": _values("string", rows, 1)}
    wanted = ["text", "product", "sum"]
    expected = onnxruntime.InferenceSession(model).run(wanted, given)

    kinds = {"a": "float", "b": "float", "s": "string"}
    found = Session(model).runner(wanted)([_buffer(given[name], kind) for name, kind in kinds.items()], rows)

    assert found[0] == [str(value) for value in np.asarray(expected[0]).ravel()]
    for mine, official in zip(found[1:], expected[1:], strict=True):
        assert np.asarray(mine, dtype=np.float32).tobytes() == np.asarray(official).tobytes()


@pytest.mark.parametrize("kind", ["float", "double", "int64", "bool"])
def test_one_row_in_kept_tensors_is_answered_as_by_the_official_binding(kind: str) -> None:
    nodes = [helper.make_node("Identity", ["x"], ["y"]), helper.make_node("Identity", ["z"], ["w"])]
    model = _graph(nodes, {"x": (kind, 3), "z": ("float", 2)}, {"y": kind, "w": "float"})
    run = Session(model).row_runner(["w", "y"])
    assert run is not None
    for seed in range(3):
        x, z = _values(kind, seed + 1, 3)[-1:], _values("float", seed + 1, 2)[-1:]
        expected = onnxruntime.InferenceSession(model).run(["w", "y"], {"x": x, "z": z})
        found = run([_buffer(x, kind), _buffer(z, "float")])
        for mine, official in zip(found, expected, strict=True):
            assert np.asarray(mine).astype(official.dtype).tobytes() == official.tobytes()


def test_text_in_kept_tensors_is_read_anew_each_time() -> None:
    cast = helper.make_node("Cast", ["s"], ["n"], to=TensorProto.FLOAT)
    run = Session(_graph([cast], {"s": ("string", 2)}, {"n": "float"})).row_runner(["n"])
    assert run is not None
    assert list(run([["1", "2.5"]])[0]) == [1, 2.5]
    assert list(run([["3000", "-4"]])[0]) == [3000, -4]


def test_an_answer_in_kept_tensors_does_not_change_with_the_next() -> None:
    model = _graph([helper.make_node("Identity", ["x"], ["y"])], {"x": ("float", 2)}, {"y": "float"})
    run = Session(model).row_runner(["y"])
    assert run is not None
    first = run([array("f", [1, 2])])
    run([array("f", [3, 4])])
    assert list(first[0]) == [1, 2]


def test_a_row_of_another_size_or_type_is_refused_before_the_library_reads_past_its_end() -> None:
    model = _graph([helper.make_node("Identity", ["x"], ["y"])], {"x": ("float", 3)}, {"y": "float"})
    run = Session(model).row_runner(["y"])
    assert run is not None
    with pytest.raises(RuntimeLibraryError, match=r"input 'x': expected 1 x 3 elements, got 5 in all\."):
        run([array("f", [0] * 5)])
    with pytest.raises(RuntimeLibraryError, match=r"input 'x': expected float, got an array of another type\."):
        run([array("d", [0] * 3)])
    with pytest.raises(RuntimeLibraryError, match=r"input 'x': expected float, got an array of another type\."):
        run([["a"] * 3])


def test_there_is_no_row_runner_for_text_and_it_refuses_a_shape_that_is_not_the_declared_one() -> None:
    text = _graph([helper.make_node("Identity", ["s"], ["t"])], {"s": ("string", 1)}, {"t": "string"})
    assert Session(text).row_runner(["t"]) is None
    doubled = helper.make_node("Concat", ["x", "x"], ["y"], axis=0)
    run = Session(_graph([doubled], {"x": ("float", 2)}, {"y": "float"})).row_runner(["y"])
    assert run is not None
    with pytest.raises(RuntimeLibraryError, match="Run failed"):
        run([array("f", [1, 2])])


def test_inputs_and_outputs_are_described_as_by_the_official_binding() -> None:
    nodes = [helper.make_node("Identity", ["x"], ["y"]), helper.make_node("Identity", ["s"], ["t"])]
    model = _graph(nodes, {"x": ("float", 7), "s": ("string", 2)}, {"y": "float", "t": "string"})
    official = onnxruntime.InferenceSession(model)

    loaded = Session(model)

    assert [info.name for info in loaded.inputs] == [info.name for info in official.get_inputs()]
    assert [f"tensor({info.element_type})" for info in loaded.inputs] == [i.type for i in official.get_inputs()]
    assert [info.shape for info in loaded.inputs] == [(-1, 7), (-1, 2)]
    assert [info.name for info in loaded.outputs] == [info.name for info in official.get_outputs()]


def test_a_buffer_of_another_size_or_type_is_refused_before_the_library_reads_past_its_end() -> None:
    model = _graph([helper.make_node("Identity", ["x"], ["y"])], {"x": ("float", 3)}, {"y": "float"})
    run = Session(model).runner(["y"])

    with pytest.raises(RuntimeLibraryError, match=r"input 'x': expected 2 x 3 elements, got 5 in all\."):
        run([array("f", [0] * 5)], 2)
    with pytest.raises(RuntimeLibraryError, match=r"input 'x': expected float, got an array of type 'd'\."):
        run([array("d", [0] * 6)], 2)
    with pytest.raises(RuntimeLibraryError, match=r"input 'x': expected float, got a list of strings\."):
        run([["a"] * 6], 2)


def test_bytes_that_are_no_model_are_refused_with_the_librarys_own_words() -> None:
    with pytest.raises(RuntimeLibraryError, match=r"ONNX Runtime \S+: CreateSessionFromArray failed: .*[Pp]rotobuf"):
        Session(b"not a model")


def test_a_model_is_read_from_a_path_as_from_its_content(tmp_path: Path) -> None:
    model = _graph([helper.make_node("Add", ["x", "x"], ["y"])], {"x": ("float", 2)}, {"y": "float"})
    file = tmp_path / "modèle.onnx"
    file.write_bytes(model)

    (found,) = Session(str(file)).runner(["y"])([array("f", [1, 2])], 1)

    assert list(found) == [2, 4]


def test_a_path_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RuntimeLibraryError, match=r"CreateSession failed: .*absent\.onnx"):
        Session(str(tmp_path / "absent.onnx"))


def test_a_failing_run_raises_and_the_session_goes_on() -> None:
    # The reshape asks for a size that only some inputs have.
    shape = helper.make_node("Constant", [], ["shape"], value=helper.make_tensor("v", TensorProto.INT64, [1], [4]))
    model = _graph([shape, helper.make_node("Reshape", ["x", "shape"], ["y"])], {"x": ("float", 2)}, {"y": "float"})
    run = Session(model).runner(["y"])

    with pytest.raises(RuntimeLibraryError, match="Run failed"):
        run([array("f", [1, 2])], 1)

    assert list(run([array("f", [1, 2, 3, 4])], 2)[0]) == [1, 2, 3, 4]


@pytest.mark.skipif(sys.platform != "linux", reason="counts by glibc's mallinfo2; run it on Linux")
def test_predictions_grow_the_process_by_less_than_a_few_bytes_each() -> None:
    nodes = [helper.make_node("Add", ["x", "x"], ["y"]), helper.make_node("Identity", ["s"], ["t"])]
    model = _graph(nodes, {"x": ("float", 10), "s": ("string", 2)}, {"y": "float", "t": "string"})
    loaded = Session(model)
    run, run_row = loaded.runner(["y", "t"]), loaded.row_runner(["y"])
    assert run_row is not None
    numbers, words = array("f", range(10)), ["early", "late"]
    for _ in range(5_000):
        run([numbers, words], 1)
        run_row([numbers, words])
    blocks, heap = sys.getallocatedblocks(), _heap_bytes()

    for _ in range(20_000):
        run([numbers, words], 1)
        run_row([numbers, words])

    assert _heap_bytes() - heap < 200 * 1024
    assert sys.getallocatedblocks() - blocks < 200


def _heap_bytes() -> int:
    """Return the bytes in use on the C heap, which is exact where the resident size jumps by whole arenas."""
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = _Mallinfo2
    in_use: int = mallinfo2().uordblks
    return in_use


def test_sessions_that_are_closed_give_their_memory_back() -> None:
    weights = helper.make_tensor("w", TensorProto.FLOAT, [1, 250_000], np.ones(250_000, np.float32).tobytes(), raw=True)
    constant = helper.make_node("Constant", [], ["c"], value=weights)
    model = _graph([constant, helper.make_node("Add", ["x", "c"], ["y"])], {"x": ("float", 1)}, {"y": "float"})
    process = psutil.Process()
    for _ in range(5):
        Session(model).close()
    before = process.memory_info().rss

    for _ in range(100):
        Session(model).close()

    assert process.memory_info().rss - before < 20 * 1024 * 1024, "100 sessions of 1 MB each were not released"


def test_each_thing_that_is_created_has_its_release() -> None:
    source = ast.parse(Path(session.__file__).read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(source) if isinstance(node, ast.Attribute)}
    names |= {node.value for node in ast.walk(source) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    releases = {
        "CreateEnvWithCustomLogger": "ReleaseEnv",
        "CreateCpuMemoryInfo": "ReleaseMemoryInfo",
        "CreateSessionOptions": "ReleaseSessionOptions",
        "CreateSession": "ReleaseSession",
        "CreateSessionFromArray": "ReleaseSession",
        "CreateTensorAsOrtValue": "ReleaseValue",
        "CreateTensorWithDataAsOrtValue": "ReleaseValue",
        "GetTensorTypeAndShape": "ReleaseTensorTypeAndShapeInfo",
        "SessionGetInputName": "AllocatorFree",
        "SessionGetInputTypeInfo": "ReleaseTypeInfo",
    }
    created = {name for name in library._CALLS if name.startswith("Create")}  # noqa: SLF001 - the table is what is checked
    assert created <= set(releases), "a new Create call needs its release here and in the session"
    for create, release in releases.items():
        stem = create.replace("SessionGetInput", "SessionGet")
        if create in names or stem.startswith("SessionGet"):
            assert release in names, f"{create} is called and {release} is not"
