"""What a model declares about a tensor, and the tensor of one row, which is reused for each request."""

from __future__ import annotations

import ctypes

from inference_lib.errors import RuntimeLibraryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable
    from typing import TypeAlias

    Data: TypeAlias = array[float] | array[int] | list[str]


class TensorInfo:
    """What a model declares about one input or output.

    Parameters
    ----------
    name : str
        Name in the graph.
    element_type : str
        ONNX element type, such as ``float`` or ``string``.
    shape : tuple of int
        -1 where the dimension varies.
    """

    __slots__ = ("element_type", "name", "shape")

    def __init__(self, name: str, element_type: str, shape: tuple[int, ...]) -> None:
        self.name = name
        self.element_type = element_type
        self.shape = shape


class Row:
    """The tensor of one row, which is reused for each request.

    Parameters
    ----------
    info : TensorInfo
        What the model declares.
    memory : array or list of str
        The tensor's own memory; of strings the tensor holds copies.
    value : ctypes.c_void_p
        The tensor.
    fill_strings : callable
        FillStringTensor of the C API.
    """

    __slots__ = ("_fill_strings", "_info", "_texts", "memory", "value")

    def __init__(
        self, info: TensorInfo, memory: Data, value: ctypes.c_void_p, fill_strings: Callable[..., None]
    ) -> None:
        self._info = info
        self._fill_strings = fill_strings
        self._texts = ctypes.c_char_p * len(memory)
        self.memory = memory
        self.value = value

    def fill(self, buffer: Data) -> None:
        """Put the values of a row into the tensor.

        Raises
        ------
        RuntimeLibraryError
            The buffer has another length or element type.
        """
        memory = self.memory
        if len(buffer) != len(memory):
            raise RuntimeLibraryError(
                f"input {self._info.name!r}: expected 1 x {len(memory)} elements, got {len(buffer)} in all."
            )
        if isinstance(memory, list):
            self._fill_strings(self.value, self._texts(*[str(text).encode() for text in buffer]), len(memory))
        elif isinstance(buffer, list) or buffer.typecode != memory.typecode:
            raise RuntimeLibraryError(
                f"input {self._info.name!r}: expected {self._info.element_type}, got an array of another type."
            )
        else:
            memory[:] = buffer  # type: ignore[assignment] # of one type code, as was checked
