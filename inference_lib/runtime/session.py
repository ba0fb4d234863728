"""A loaded ONNX model: tensors in, tensors out, through ONNX Runtime's C API. Knows no contract, no HTTP."""

from __future__ import annotations

import ctypes
import os
from array import array

from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime.library import api
from inference_lib.runtime.log import CALLBACK
from inference_lib.runtime.options import SessionOptions
from inference_lib.runtime.tensors import Row, TensorInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from inference_lib.runtime.tensors import Data

ARRAY_TYPECODES: Final = {"float": "f", "double": "d", "int64": "q", "bool": "b"}
"""Type code of ``array.array`` for each element type; strings travel as lists."""

# ONNXTensorElementDataType of the C API.
_ELEMENT_TYPES = {
    "float": 1,
    "uint8": 2,
    "int8": 3,
    "uint16": 4,
    "int16": 5,
    "int32": 6,
    "int64": 7,
    "string": 8,
    "bool": 9,
    "float16": 10,
    "double": 11,
}
_NAMES = {number: name for name, number in _ELEMENT_TYPES.items()}

_NAME_POINTERS = ctypes.POINTER(ctypes.c_void_p)
_ARENA_ALLOCATOR = 1
_DEFAULT_MEMORY = 0


class Session:
    """A model, loaded and ready to run.

    Parameters
    ----------
    model : str or bytes
        Path of a ``.onnx`` file, or its content. From a path the file is in memory once, not twice.
    options : SessionOptions, optional
        By default one thread and the basic optimisations.

    Raises
    ------
    RuntimeLibraryError
        ONNX Runtime is not installed, or refuses the model.
    """

    def __init__(self, model: str | bytes, options: SessionOptions | None = None) -> None:
        self._api = api()
        self._owned: list[tuple[Callable[[ctypes.c_void_p], None], ctypes.c_void_p]] = []
        chosen = options or SessionOptions()
        logging = (CALLBACK, None, chosen.log_severity, b"inference")
        self._env = self._make("CreateEnvWithCustomLogger", *logging, release="ReleaseEnv")
        self._api.DisableTelemetryEvents(self._env)
        self._memory = self._make("CreateCpuMemoryInfo", _ARENA_ALLOCATOR, _DEFAULT_MEMORY, release="ReleaseMemoryInfo")
        allocator = ctypes.c_void_p()
        self._api.GetAllocatorWithDefaultOptions(ctypes.byref(allocator))
        self._allocator = allocator
        try:
            self._session = self._load(model, chosen)
        except RuntimeLibraryError:
            self.close()
            raise
        self.inputs = self._describe("Input")
        self.outputs = self._describe("Output")
        self._input_names = _names_array([info.name for info in self.inputs])

    def _load(self, model: str | bytes, chosen: SessionOptions) -> ctypes.c_void_p:
        options = ctypes.c_void_p()
        self._api.CreateSessionOptions(ctypes.byref(options))
        try:
            self._api.SetIntraOpNumThreads(options, chosen.threads)
            self._api.SetInterOpNumThreads(options, 1)
            self._api.SetSessionLogSeverityLevel(options, chosen.log_severity)
            self._api.SetSessionGraphOptimizationLevel(options, chosen.optimization_level)
            for key, value in chosen.entries.items():
                self._api.AddSessionConfigEntry(options, key.encode(), value.encode())
            if isinstance(model, str):
                return self._make("CreateSession", self._env, os.fsencode(model), options, release="ReleaseSession")
            arguments = (self._env, model, len(model), options)
            return self._make("CreateSessionFromArray", *arguments, release="ReleaseSession")
        finally:
            self._api.ReleaseSessionOptions(options)

    def close(self) -> None:
        """Release the model and its memory; the session cannot run afterwards."""
        while self._owned:
            release, handle = self._owned.pop()
            release(handle)

    def _make(self, create: str, *arguments: object, release: str) -> ctypes.c_void_p:
        made = ctypes.c_void_p()
        getattr(self._api, create)(*arguments, ctypes.byref(made))
        self._owned.append((getattr(self._api, release), made))
        return made

    def _describe(self, side: str) -> tuple[TensorInfo, ...]:
        count = ctypes.c_size_t()
        getattr(self._api, f"SessionGet{side}Count")(self._session, ctypes.byref(count))
        return tuple(self._tensor_info(side, position) for position in range(count.value))

    def _tensor_info(self, side: str, position: int) -> TensorInfo:
        name, type_info, tensor_info = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        getattr(self._api, f"SessionGet{side}Name")(self._session, position, self._allocator, ctypes.byref(name))
        text = ctypes.string_at(name.value or 0).decode()
        self._api.AllocatorFree(self._allocator, name)
        getattr(self._api, f"SessionGet{side}TypeInfo")(self._session, position, ctypes.byref(type_info))
        try:
            # The tensor's description is a part of the type's, and is released with it.
            self._api.CastTypeInfoToTensorInfo(type_info, ctypes.byref(tensor_info))
            if tensor_info.value is None:
                raise RuntimeLibraryError(
                    f"{side.lower()} {text!r} of the model is not a tensor; expected tensors only."
                )
            element_type, dimensions = ctypes.c_int(), ctypes.c_size_t()
            self._api.GetTensorElementType(tensor_info, ctypes.byref(element_type))
            self._api.GetDimensionsCount(tensor_info, ctypes.byref(dimensions))
            shape = (ctypes.c_int64 * dimensions.value)()
            self._api.GetDimensions(tensor_info, shape, dimensions.value)
        finally:
            self._api.ReleaseTypeInfo(type_info)
        return TensorInfo(text, _NAMES.get(element_type.value, f"type {element_type.value}"), tuple(shape))

    def runner(self, outputs: Sequence[str]) -> Callable[[Sequence[Data], int], list[Data]]:
        """Return a function that runs the model for the given outputs.

        Parameters
        ----------
        outputs : sequence of str
            Names of the outputs to compute, in the order in which they shall come back.

        Returns
        -------
        callable
            Takes one flat, row-major buffer for each input, in the order of ``inputs``, and the number of
            rows; gives one flat buffer for each output. It raises RuntimeLibraryError when a buffer
            does not fit the input's shape, or when the run fails.
        """
        wanted_infos = self._infos(outputs)
        names = _names_array(outputs)
        given_names, wanted_names = (ctypes.cast(each, _NAME_POINTERS) for each in (self._input_names, names))
        input_values = ctypes.c_void_p * len(self.inputs)
        output_values = ctypes.c_void_p * len(outputs)
        session_run, release = self._api.Run, self._api.ReleaseValue

        def run(buffers: Sequence[Data], rows: int) -> list[Data]:
            given, wanted = input_values(), output_values()
            try:
                for position, (info, buffer) in enumerate(zip(self.inputs, buffers, strict=True)):
                    given[position] = self._tensor(info, buffer, rows)
                session_run(self._session, None, given_names, given, len(given), wanted_names, len(wanted), wanted)
                return [self._read(value, info.element_type) for value, info in zip(wanted, wanted_infos, strict=True)]
            finally:
                for value in (*given, *wanted):
                    if value:
                        release(value)

        run.__dict__["names"] = names  # the C strings must live as long as the function
        return run

    def row_runner(self, outputs: Sequence[str]) -> Callable[[Sequence[Data]], list[Data]] | None:
        """Return a function that runs the model for one row, in tensors that are made once.

        Making and releasing tensors is half the time of a small model's run. The function is not
        thread-safe; a Lambda environment has one request at a time.

        Parameters
        ----------
        outputs : sequence of str
            As for ``runner``.

        Returns
        -------
        callable or None
            Takes one buffer for each input and gives one for each output; it raises as ``runner``'s does, and
            where an output has another shape than the model declares.
            None where an output is of strings, or its width is not known in advance.
        """
        wanted_infos = self._infos(outputs)
        if any(info.element_type == "string" for info in wanted_infos):
            return None
        if any(len(info.shape) > 1 and info.shape[1] < 1 for info in (*self.inputs, *wanted_infos)):
            return None
        rows = [self._row(info) for info in self.inputs]
        results = [self._row(info) for info in wanted_infos]
        given = (ctypes.c_void_p * len(rows))(*[row.value for row in rows])
        wanted = (ctypes.c_void_p * len(results))(*[row.value for row in results])
        names = _names_array(outputs)
        given_names, wanted_names = (ctypes.cast(each, _NAME_POINTERS) for each in (self._input_names, names))
        session_run, session = self._api.Run, self._session
        given_count, wanted_count = len(rows), len(results)

        def run(buffers: Sequence[Data]) -> list[Data]:
            for row, buffer in zip(rows, buffers, strict=True):
                row.fill(buffer)
            session_run(session, None, given_names, given, given_count, wanted_names, wanted_count, wanted)
            return [row.memory[:] for row in results]

        run.__dict__["names"] = names  # the C strings must live as long as the function
        return run

    def _infos(self, outputs: Sequence[str]) -> list[TensorInfo]:
        infos = {info.name: info for info in self.outputs}
        return [infos[name] for name in outputs]

    def _row(self, info: TensorInfo) -> Row:
        width = info.shape[1] if len(info.shape) > 1 else 1
        memory: Data
        if info.element_type == "string":
            memory = [""] * width
        else:
            typecode = ARRAY_TYPECODES[info.element_type]
            memory = array(typecode, bytes(width * array(typecode).itemsize))
        value = ctypes.c_void_p(self._tensor(info, memory, 1))
        self._owned.append((self._api.ReleaseValue, value))
        return Row(info, memory, value, self._api.FillStringTensor)

    def _tensor(self, info: TensorInfo, buffer: Data, rows: int) -> int | None:
        shape = (rows, len(buffer) // rows if rows else 0) if len(info.shape) > 1 else (rows,)
        width = info.shape[1] if len(info.shape) > 1 else 1
        if len(buffer) != rows * (width if width > 0 else shape[-1]):
            raise RuntimeLibraryError(
                f"input {info.name!r}: expected {rows} x {width} elements, got {len(buffer)} in all."
            )
        dimensions = (ctypes.c_int64 * len(shape))(*shape)
        value = ctypes.c_void_p()
        kind = _ELEMENT_TYPES[info.element_type]
        if isinstance(buffer, array):
            if buffer.typecode != ARRAY_TYPECODES.get(info.element_type):
                raise RuntimeLibraryError(
                    f"input {info.name!r}: expected {info.element_type}, got an array of type {buffer.typecode!r}."
                )
            address, length = buffer.buffer_info()
            self._api.CreateTensorWithDataAsOrtValue(
                self._memory, address, length * buffer.itemsize, dimensions, len(shape), kind, ctypes.byref(value)
            )
            return value.value
        if info.element_type != "string":
            raise RuntimeLibraryError(f"input {info.name!r}: expected {info.element_type}, got a list of strings.")
        encoded = [text.encode() for text in buffer]
        self._api.CreateTensorAsOrtValue(self._allocator, dimensions, len(shape), kind, ctypes.byref(value))
        try:
            self._api.FillStringTensor(value, (ctypes.c_char_p * len(encoded))(*encoded), len(encoded))
        except RuntimeLibraryError:
            self._api.ReleaseValue(value)
            raise
        return value.value

    def _read(self, value: int, element_type: str) -> Data:
        count = self._element_count(value)
        if element_type == "string":
            return self._read_strings(value, count)
        data = ctypes.c_void_p()
        self._api.GetTensorMutableData(value, ctypes.byref(data))
        result: array[float] | array[int] = array(ARRAY_TYPECODES[element_type])
        if count:
            result.frombytes(ctypes.string_at(data.value or 0, count * result.itemsize))
        return result

    def _element_count(self, value: int) -> int:
        info, count = ctypes.c_void_p(), ctypes.c_size_t()
        self._api.GetTensorTypeAndShape(value, ctypes.byref(info))
        self._api.GetTensorShapeElementCount(info, ctypes.byref(count))
        self._api.ReleaseTensorTypeAndShapeInfo(info)
        return count.value

    def _read_strings(self, value: int, count: int) -> list[str]:
        length = ctypes.c_size_t()
        self._api.GetStringTensorDataLength(value, ctypes.byref(length))
        text = ctypes.create_string_buffer(length.value)
        offsets = (ctypes.c_size_t * count)()
        self._api.GetStringTensorContent(value, text, length.value, offsets, count)
        ends = [*offsets[1:], length.value]
        return [text.raw[start:end].decode() for start, end in zip(offsets, ends, strict=True)]


def _names_array(names: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * len(names))(*[name.encode() for name in names])
