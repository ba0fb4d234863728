"""The binding of the C API: finding, loading and refusing the library."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import onnxruntime
import pytest

from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime import library


def test_the_library_is_the_one_of_the_installed_package() -> None:
    assert Path(library.find_library()).parent == Path(onnxruntime.__file__).parent / "capi"
    assert library.api().version == onnxruntime.__version__


def test_a_missing_package_is_answered_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PathFinder, "find_spec", lambda _name: None)

    with pytest.raises(RuntimeLibraryError) as raised:
        library.find_library()

    assert "was not found" in str(raised.value)
    assert str(raised.value).endswith('Install it: pip install "onnxruntime>=1.28"')


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    place = tmp_path / "libonnxruntime.so.1"
    place.write_bytes(b"no library")

    with pytest.raises(RuntimeLibraryError, match=r"libonnxruntime\.so\.1: ONNX Runtime cannot be loaded"):
        library.OrtApi(str(place))


def test_a_version_that_predicts_wrongly_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    version = onnxruntime.__version__
    monkeypatch.setitem(library.KNOWN_BAD, version, "it gives wrong answers")

    with pytest.raises(RuntimeLibraryError) as raised:
        library.OrtApi(library.find_library())

    assert str(raised.value) == (
        f'onnxruntime {version} is refused: it gives wrong answers. Install another: pip install "onnxruntime>=1.28"'
    )


def test_a_function_that_is_not_in_the_table_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="CreateTea"):
        _ = library.api().CreateTea


def test_the_table_still_answers_when_the_library_is_loaded_again() -> None:
    again = library.OrtApi(library.find_library())
    options = ctypes.c_void_p()
    again.CreateSessionOptions(ctypes.byref(options))
    assert options.value
    again.ReleaseSessionOptions(options)


def test_loading_the_session_imports_neither_numpy_nor_the_pybind_module() -> None:
    code = (
        "import sys, inference_lib.runtime.session as s; s.api();"
        "print([m for m in sys.modules if 'numpy' in m or 'onnxruntime' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


_LOAD = """
from onnx import TensorProto, helper
value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1])
out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])
graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "test", [value], [out])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()
from inference_lib.runtime.session import Session
Session(model)
"""


def test_the_library_keeps_no_device_id_and_sends_no_usage_data(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(Path(library.__file__).parents[2])}
    subprocess.run([sys.executable, "-c", _LOAD], env=environment, check=True, capture_output=True)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
