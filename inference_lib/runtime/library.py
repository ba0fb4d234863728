"""The binding of ONNX Runtime's C API: library, function table, status check. Knows no model.

The wheel of onnxruntime ships the shared library next to its pybind module; the library needs neither
that module nor NumPy. It exports one symbol, ``OrtGetApiBase``, that leads to a table of function
pointers whose order is frozen: newer versions only append to it [1]_.

References
----------
.. [1] https://onnxruntime.ai/docs/api/c/struct_ort_api.html
"""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.machinery import PathFinder

from inference_lib.errors import RuntimeLibraryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

# From 1.31 on, the Linux builds of the library also send usage data to their maker and keep a device id in the home
# directory. Nothing but answers may leave a function, so this is set before the library is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

C_API_VERSION: Final = 8
"""The table of ONNX Runtime 1.8 has every function that is called here, so any later library works."""

KNOWN_BAD: Final = {
    "1.26.0": "random forests give wrong labels (microsoft/onnxruntime#28557)",
    "1.27.0": "random forests give wrong labels (microsoft/onnxruntime#28557)",
}

_LIBRARY_PREFIX = {"linux": "libonnxruntime.so", "darwin": "libonnxruntime.", "win32": "onnxruntime.dll"}

_pointer = ctypes.c_void_p
_handle = ctypes.POINTER(ctypes.c_void_p)
_text = ctypes.c_char_p
_size = ctypes.c_size_t
_int = ctypes.c_int
_sizes = ctypes.POINTER(ctypes.c_size_t)
_int64s = ctypes.POINTER(ctypes.c_int64)
_ints = ctypes.POINTER(ctypes.c_int)

LOG_FUNCTION = ctypes.CFUNCTYPE(None, _pointer, _int, _text, _text, _text, _text)
"""OrtLoggingFunction: parameter, severity, category, log id, code location, message."""

# Function: position in the table, then the types of its arguments. Each returns a status.
_CALLS: Final[dict[str, tuple[int, tuple[type, ...]]]] = {
    "CreateEnvWithCustomLogger": (4, (LOG_FUNCTION, _pointer, _int, _text, _handle)),
    "DisableTelemetryEvents": (6, (_pointer,)),
    "CreateSession": (7, (_pointer, _text, _pointer, _handle)),  # the path is wide characters on Windows
    "CreateSessionFromArray": (8, (_pointer, _text, _size, _pointer, _handle)),
    "Run": (9, (_pointer, _pointer, _handle, _handle, _size, _handle, _size, _handle)),
    "CreateSessionOptions": (10, (_handle,)),
    "SetSessionLogSeverityLevel": (22, (_pointer, _int)),
    "SetSessionGraphOptimizationLevel": (23, (_pointer, _int)),
    "SetIntraOpNumThreads": (24, (_pointer, _int)),
    "SetInterOpNumThreads": (25, (_pointer, _int)),
    "SessionGetInputCount": (30, (_pointer, _sizes)),
    "SessionGetOutputCount": (31, (_pointer, _sizes)),
    "SessionGetInputTypeInfo": (33, (_pointer, _size, _handle)),
    "SessionGetOutputTypeInfo": (34, (_pointer, _size, _handle)),
    "SessionGetInputName": (36, (_pointer, _size, _pointer, _handle)),
    "SessionGetOutputName": (37, (_pointer, _size, _pointer, _handle)),
    "CreateTensorAsOrtValue": (48, (_pointer, _int64s, _size, _int, _handle)),
    "CreateTensorWithDataAsOrtValue": (49, (_pointer, _pointer, _size, _int64s, _size, _int, _handle)),
    "GetTensorMutableData": (51, (_pointer, _handle)),
    "FillStringTensor": (52, (_pointer, ctypes.POINTER(ctypes.c_char_p), _size)),
    "GetStringTensorDataLength": (53, (_pointer, _sizes)),
    "GetStringTensorContent": (54, (_pointer, _text, _size, _sizes, _size)),
    "CastTypeInfoToTensorInfo": (55, (_pointer, _handle)),
    "GetTensorElementType": (60, (_pointer, _ints)),
    "GetDimensionsCount": (61, (_pointer, _sizes)),
    "GetDimensions": (62, (_pointer, _int64s, _size)),
    "GetTensorShapeElementCount": (64, (_pointer, _sizes)),
    "GetTensorTypeAndShape": (65, (_pointer, _handle)),
    "CreateCpuMemoryInfo": (69, (_int, _int, _handle)),
    "AllocatorFree": (76, (_pointer, _pointer)),
    "GetAllocatorWithDefaultOptions": (78, (_handle,)),
    "AddSessionConfigEntry": (130, (_pointer, _text, _text)),
}
# Function: position in the table. Each takes the one thing that it releases, and returns nothing.
_RELEASES: Final[dict[str, int]] = {
    "ReleaseEnv": 92,
    "ReleaseStatus": 93,
    "ReleaseMemoryInfo": 94,
    "ReleaseSession": 95,
    "ReleaseValue": 96,
    "ReleaseTypeInfo": 98,
    "ReleaseTensorTypeAndShapeInfo": 99,
    "ReleaseSessionOptions": 100,
}
_GET_ERROR_MESSAGE: Final = 2


class _ApiBase(ctypes.Structure):
    _fields_ = (
        ("get_api", ctypes.CFUNCTYPE(ctypes.POINTER(ctypes.c_void_p), ctypes.c_uint32)),
        ("get_version", ctypes.CFUNCTYPE(ctypes.c_char_p)),
    )


class OrtApi:
    """The functions of the C API that inference needs, each with its status checked.

    Parameters
    ----------
    path : str
        The shared library.

    Raises
    ------
    RuntimeLibraryError
        The library cannot be loaded, or is a version that is known to predict wrongly.
    """

    def __init__(self, path: str) -> None:
        try:
            self._library = ctypes.CDLL(path)
            base_of = self._library.OrtGetApiBase
        except (OSError, AttributeError) as error:
            raise RuntimeLibraryError(f"{path}: ONNX Runtime cannot be loaded ({error}).") from error
        base_of.restype = ctypes.POINTER(_ApiBase)
        base = base_of().contents
        self.version: str = base.get_version().decode()
        if self.version in KNOWN_BAD:
            raise RuntimeLibraryError(
                f"onnxruntime {self.version} is refused: {KNOWN_BAD[self.version]}. Install another: "
                'pip install "onnxruntime>=1.28"'
            )
        self._table = base.get_api(C_API_VERSION)
        self._message_of = ctypes.CFUNCTYPE(_text, _pointer)(self._table[_GET_ERROR_MESSAGE])
        self._release_status = self._release("ReleaseStatus")

    def _release(self, name: str) -> Callable[[object], None]:
        return ctypes.CFUNCTYPE(None, _pointer)(self._table[_RELEASES[name]])

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Bind a function of the table at its first use; afterwards it is a plain attribute."""
        if name in _RELEASES:
            function = self._release(name)
        elif name in _CALLS:
            position, arguments = _CALLS[name]
            function = self._checked(name, ctypes.CFUNCTYPE(_pointer, *arguments)(self._table[position]))
        else:
            raise AttributeError(name)
        setattr(self, name, function)
        return function

    def _checked(self, name: str, function: Callable[..., int | None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            status = function(*arguments)
            if status:
                message = self._message_of(status) or b"no message"
                text = message.decode(errors="replace")
                self._release_status(status)
                raise RuntimeLibraryError(f"ONNX Runtime {self.version}: {name} failed: {text}")

        return call


def find_library() -> str:
    """Return the path of ONNX Runtime's shared library, without importing its package.

    Raises
    ------
    RuntimeLibraryError
        The package onnxruntime is not installed, or holds no library for this platform.
    """
    spec = PathFinder.find_spec("onnxruntime")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    prefix = _LIBRARY_PREFIX.get(sys.platform, "libonnxruntime.so")
    for place in places:
        folder = os.path.join(place, "capi")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        for name in sorted(names, reverse=True):
            if name.startswith(prefix) and not name.endswith(".a"):
                return os.path.join(folder, name)
    raise RuntimeLibraryError(
        f"the ONNX Runtime library ({prefix}*) was not found for {sys.platform}. Install it: "
        'pip install "onnxruntime>=1.28"'
    )


_loaded: list[OrtApi] = []


def api() -> OrtApi:
    """Return the process's one binding, loaded at the first call.

    Raises
    ------
    RuntimeLibraryError
        The library is not found, cannot be loaded or is a known bad version.
    """
    if not _loaded:
        _loaded.append(OrtApi(find_library()))
    return _loaded[0]
