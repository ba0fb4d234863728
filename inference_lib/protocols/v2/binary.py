"""The binary tensor data extension of the Open Inference Protocol V2: raw tensors after the JSON of a message.

The function imports this module with the first request that has raw tensors, or asks for raw outputs. Raw tensors
become the lists that a request in JSON has, so that one validation decides about both.

References
----------
.. [1] https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol/binary-tensor-data-extension
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
"""

from __future__ import annotations

import binascii
import json
import struct

from inference_lib.errors import FieldProblem, MalformedRequest, UnsupportedMedia
from inference_lib.http import bodies
from inference_lib.http.requests import Response
from inference_lib.protocols.v2.tensors import FLOATS, HEADER_LENGTH, INTEGERS, OCTETS, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Json
    from inference_lib.http.requests import Request

_CODES: Final = dict(zip(("BOOL", *FLOATS, *INTEGERS), "?efdbhiqBHIQ", strict=True))
"""Of ``struct``, little-endian, as the protocol has them."""

_LENGTH = struct.Struct("<I")
"""Before each element of BYTES."""

_MAX_DIGITS: Final = 18
"""Of a length in a header."""

_GROWTH: Final = 16
"""Bytes in base64 that an output's numbers of rows and of bytes may have more of than those of an empty output."""

_SIZE = "binary_data_size"


def document_of(request: Request, max_bytes: int, max_nesting: int) -> Json:
    """Return a request as if its raw tensors were JSON; NaN, which numpy has for a missing number, becomes null.

    Parameters
    ----------
    request : Request
        With the header that gives the length of the JSON; without it, all of the body is JSON.
    max_bytes : int
        Maximum length of the body in bytes, as the event holds it.
    max_nesting : int
        Maximum nesting of lists and objects.

    Raises
    ------
    UnsupportedMedia
        The body came as text, in which bytes are lost.
    MalformedRequest
        The header gives no length within the body, or what precedes the tensors is not JSON.
    InvalidRequest
        The bytes are not those of the tensors that the JSON describes.
    """
    bodies.media_type_of(request, (OCTETS, bodies.JSON))
    content = bodies.content_of(request, max_bytes)
    given = request.headers.get(HEADER_LENGTH)
    if given is None:
        return bodies.json_of(content, max_nesting)
    if isinstance(content, str):
        body = content.encode(errors="replace")
        if _length_of(given, len(body)) < len(body):
            raise UnsupportedMedia(
                "Binary tensor data arrived as text, in which bytes are lost. Send the header 'Content-Type: "
                f"{OCTETS}' (tritonclient: the argument headers of infer), or send JSON: pass binary_data=False to "
                "set_data_from_numpy (tritonclient, kserve)."
            )
        return bodies.json_of(content, max_nesting)
    length = _length_of(given, len(content))
    return _with_data(bodies.json_of(content[:length], max_nesting), content[length:])


def _length_of(given: str, most: int) -> int:
    text = given.strip()
    length = int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0
    if not 0 < length <= most:
        raise MalformedRequest(
            "The header Inference-Header-Content-Length is wrong; expected the number of bytes of the JSON before the "
            f"tensors, from 1 to {most}, the length of the body."
        )
    return length


def _with_data(document: Json, raw: bytes) -> Json:
    inputs = document.get("inputs") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(inputs, list):
        return document  # which is refused by whoever reads it
    sizes = {index: _parameters(tensor)[_SIZE] for index, tensor in enumerate(inputs) if _SIZE in _parameters(tensor)}
    lengths = {index: size for index, size in sizes.items() if type(size) is int and size >= 0}
    problems = [
        FieldProblem(f"inputs[{index}].parameters.{_SIZE}", "expected a number of bytes")
        for index in sizes
        if index not in lengths
    ]
    total = sum(lengths.values())
    if total != len(raw) and not problems:
        text = f"expected {total} bytes after the JSON, as {_SIZE} says, got {len(raw)}"
        problems = [FieldProblem("inputs", text)]
    if problems:
        raise refused(problems)
    return {**document, "inputs": _read(inputs, lengths, raw)}


def _parameters(described: Json) -> dict[str, Json]:
    parameters = described.get("parameters") if isinstance(described, dict) else None
    return parameters if isinstance(parameters, dict) else {}


def _read(tensors: list[Json], lengths: dict[int, int], raw: bytes) -> list[Json]:
    read: list[Json] = []
    problems: list[FieldProblem] = []
    offset = 0
    for index, tensor in enumerate(tensors):
        if not isinstance(tensor, dict) or index not in lengths:
            read.append(tensor)
            continue
        part = raw[offset : offset + lengths[index]]
        offset += lengths[index]
        parameters = {name: value for name, value in _parameters(tensor).items() if name != _SIZE}
        try:
            read.append({**tensor, "parameters": parameters, "data": _elements(tensor, part)})
        except ValueError as error:
            problems.append(FieldProblem(f"inputs[{index}].data", str(error)))
    if problems:
        raise refused(problems)
    return read


def _elements(tensor: dict[str, Json], raw: bytes) -> list[Json]:
    datatype = tensor.get("datatype")
    if tensor.get("data") is not None:
        raise ValueError(f"expected data or {_SIZE}, got both")
    if datatype == "BYTES":
        return _texts(raw)
    code = _CODES.get(datatype) if isinstance(datatype, str) else None
    if code is None:
        return []  # ``tensors`` refuses the datatype by name
    size = struct.calcsize(code)
    count, rest = divmod(len(raw), size)
    if rest:
        raise ValueError(f"expected a multiple of {size} bytes, as {datatype} takes, got {len(raw)}")
    if datatype == "BOOL" and raw.translate(None, b"\0\1"):
        raise ValueError("expected bytes that are 0 or 1, as BOOL takes")
    values: list[Json] = [*struct.unpack(f"<{count}{code}", raw)]
    if datatype in FLOATS:
        # Only NaN differs from itself.
        return [value if value == value else None for value in values]  # noqa: PLR0124
    return values


def _texts(raw: bytes) -> list[Json]:
    texts: list[Json] = []
    offset = 0
    while offset < len(raw):
        start = offset + _LENGTH.size
        if start > len(raw):
            raise ValueError(f"expected the length of element {len(texts)} in 4 bytes, got {len(raw) - offset}")
        offset = start + _LENGTH.unpack_from(raw, offset)[0]
        if offset > len(raw):
            text = f"expected {offset - start} bytes of element {len(texts)}, as its length says"
            raise ValueError(f"{text}, got {len(raw) - start}")
        try:
            texts.append(raw[start:offset].decode())
        except UnicodeDecodeError as error:
            raise ValueError(f"expected text in UTF-8, and element {len(texts)} is not") from error
    return texts


def raw_outputs(document: dict[str, Json], count: int) -> list[int]:
    """Return the positions of the outputs that a request wants raw.

    Parameters
    ----------
    document : dict
        The request, whose outputs have been checked.
    count : int
        Number of outputs of the answer.
    """
    by_default = _parameters(document).get("binary_data_output") is True
    named = document.get("outputs")
    outputs = named if isinstance(named, list) else [None] * count
    return [index for index, output in enumerate(outputs) if _parameters(output).get("binary_data", by_default) is True]


def room(answer: dict[str, Json], raw: list[int]) -> str:
    """Return a text that is at least as long as the packed answer, however many rows share its frame."""
    head, parts = _parts(answer, raw)
    length = len(head) + sum(map(len, parts))
    return "=" * (-(-length * 4 // 3) + _GROWTH * len(raw))


def packed(answer: dict[str, Json], raw: list[int]) -> Response:
    """Return an answer with some outputs raw.

    Parameters
    ----------
    answer : dict
        In JSON.
    raw : list of int
        Positions of the outputs, from ``raw_outputs``.
    """
    head, parts = _parts(answer, raw)
    text = binascii.b2a_base64(b"".join((head, *parts)), newline=False).decode()
    response = Response(200, text, OCTETS, {HEADER_LENGTH: str(len(head))})
    response.is_base64 = True
    return response


def _parts(answer: dict[str, Json], raw: list[int]) -> tuple[bytes, list[bytes]]:
    """Return the JSON, and the bytes of each raw output."""
    outputs: list[Json] = [*answer["outputs"]]  # type: ignore[misc] # a list
    parts: list[bytes] = []
    for index in raw:
        output: dict[str, Json] = outputs[index]  # type: ignore[assignment] # an object
        parts.append(_bytes_of(output["datatype"], output["data"]))  # type: ignore[arg-type] # by the protocol
        described = {name: value for name, value in output.items() if name != "data"}
        outputs[index] = {**described, "parameters": {_SIZE: len(parts[-1])}}
    return json.dumps({**answer, "outputs": outputs}, separators=(",", ":")).encode(), parts


def _bytes_of(datatype: str, values: list[Json]) -> bytes:
    if datatype != "BYTES":
        return struct.pack(f"<{len(values)}{_CODES[datatype]}", *values)
    texts = [str(value).encode() for value in values]
    return b"".join([part for text in texts for part in (_LENGTH.pack(len(text)), text)])
