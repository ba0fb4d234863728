"""The body of a request: base64, gzip and deflate decoded within bounds, the media type checked, JSON decoded."""

from __future__ import annotations

import binascii
import json

from inference_lib.environment import DEFAULT_MAX_NESTING
from inference_lib.errors import FieldProblem, MalformedRequest, RequestTooLarge, UnsupportedMedia
from inference_lib.json_text import is_by_orjson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Json
    from inference_lib.http.requests import Request

JSON = "application/json"
CSV = "text/csv"
JSON_LINES = ("application/jsonlines", "application/x-jsonlines")
"""As Amazon SageMaker and its libraries name them."""

LARGE: Final = 16_384
"""Characters of a body that is worth a decoder of its own."""

_MAX_CHARACTER_BYTES = 4
"""Of a character in UTF-8, and no fewer than an escaped one takes."""

_WINDOWS = {"gzip": 31, "deflate": 15}
"""zlib's window sizes with its greatest window, by content encoding; the second format is zlib's own (RFC 9110)."""


def media_type_of(request: Request, accepted: tuple[str, ...] = (JSON,)) -> str:
    """Return the media type of the body, one of those accepted; the first when the request names none.

    Raises
    ------
    UnsupportedMedia
        It is another one.
    """
    named = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if named in {"", *accepted}:
        return named or accepted[0]
    if JSON in accepted and named.endswith("+json"):
        return JSON
    raise UnsupportedMedia(f"The body's Content-Type is not supported here; expected {' or '.join(accepted)}.")


def content_of(request: Request, max_bytes: int) -> str | bytes:
    """Return the body as its sender wrote it.

    Parameters
    ----------
    request : Request
        With a body.
    max_bytes : int
        Maximum length in bytes, after it is decompressed. A body is measured as the event holds it, in which each
        quotation mark takes two bytes, and base64 four for three: so this limit is met before Lambda's own, which no
        sentence explains.

    Raises
    ------
    UnsupportedMedia
        The Content-Encoding is neither gzip nor deflate.
    RequestTooLarge
        The body is longer than ``max_bytes``.
    MalformedRequest
        The body is empty, or is not base64, gzip or deflate as it claims.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
    """
    body: str | bytes = request.body
    if request.is_base64:
        try:
            body = binascii.a2b_base64(request.body, strict_mode=True)
        except ValueError as error:
            raise MalformedRequest("The event says that the body is base64, and it is not.") from error
    body = _uncompressed(body, request, max_bytes)
    _check_length(body, max_bytes)
    if not body:
        raise MalformedRequest("The body is empty; expected a request.")
    return body


def _uncompressed(body: str | bytes, request: Request, max_bytes: int) -> str | bytes:
    encoding = request.headers.get("content-encoding", "").strip().lower()
    # Amazon API Gateway unpacks compressed bodies of REST APIs [1]_ and passes them with the header unchanged: texts,
    # and raw tensors after an object of JSON, as which neither format begins.
    is_unpacked = isinstance(body, str) or body[:1] == b"{"
    if encoding not in {"", "identity"} and not (is_unpacked and encoding in _WINDOWS):
        return _inflated(body, encoding, max_bytes)
    if request.is_base64 and len(request.body) > max_bytes:
        raise _too_long(max_bytes, ", of which base64 takes four for three")
    return body


def _check_length(body: str | bytes, max_bytes: int) -> None:
    too_long, counted = len(body) > max_bytes, ""
    if isinstance(body, str) and len(body) * _MAX_CHARACTER_BYTES > max_bytes:
        from inference_lib.http.sizes import bytes_in_event  # noqa: PLC0415 - short bodies never need it

        too_long, counted = bytes_in_event(body) > max_bytes, ", in which each quotation mark counts as two"
    if too_long:
        raise _too_long(max_bytes, counted)


def _too_long(max_bytes: int, counted: str) -> RequestTooLarge:
    return RequestTooLarge(f"The body is too long; expected at most {max_bytes} bytes{counted}. Send fewer instances.")


def _inflated(body: str | bytes, encoding: str, max_bytes: int) -> bytes:
    if encoding not in _WINDOWS or isinstance(body, str):
        raise UnsupportedMedia("The body's Content-Encoding is not supported; expected gzip, deflate or none.")
    import zlib  # noqa: PLC0415 - few clients compress

    stream = zlib.decompressobj(_WINDOWS[encoding])
    try:
        # One byte more than is allowed shows that the body is too long; a small bomb is never inflated in full.
        content = stream.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise MalformedRequest(f"The Content-Encoding is {encoding}, and the body is not.") from error
    if not stream.eof and len(content) <= max_bytes:
        raise MalformedRequest(f"The Content-Encoding is {encoding}, and the body ends too early.")
    return content


def text_of(content: str | bytes) -> str:
    """Return a body as text, without the byte order mark that some clients on Windows write before it.

    Raises
    ------
    MalformedRequest
        It is not UTF-8.
    """
    try:
        text = content if isinstance(content, str) else content.decode()
        return text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise MalformedRequest("The body is not text in UTF-8.") from error


def _object(members: list[tuple[str, Json]]) -> dict[str, Json]:
    """Build an object whose names are unique; by default the parser silently keeps the last of two."""
    built = dict(members)
    if len(built) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)[:64]
        detail = f"the name '{twice}' occurs more than once in one object; expected each name once"
        raise MalformedRequest(f"The body is ambiguous: {detail}.", [FieldProblem("$", detail)])
    return built


_decode = json.JSONDecoder(object_pairs_hook=_object).decode


def json_of(content: str | bytes, max_nesting: int = DEFAULT_MAX_NESTING) -> Json:
    """Return the decoded JSON of a body.

    Parameters
    ----------
    content : str or bytes
        The body.
    max_nesting : int
        Maximum nesting of lists and objects.

    Raises
    ------
    MalformedRequest
        It is not JSON, names a member twice, or nests too deep.
    """
    text = text_of(content)
    if len(text) >= LARGE or is_by_orjson():
        from inference_lib.http import large  # noqa: PLC0415 - the cold start of small requests

        try:
            return large.decode(text, max_nesting)
        except ValueError:  # ``json`` decides, and says what is wrong
            pass
    try:
        document: Json = _decode(text)
    except json.JSONDecodeError as error:
        detail = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise MalformedRequest(f"The body is not JSON: {detail}.", [FieldProblem("$", detail)]) from error
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(
            "The body is not JSON that can be read: a number is too long, or the nesting is too deep."
        ) from error
    # A text with fewer brackets cannot nest so deep, so that most requests are not walked through.
    if text.count("[") + text.count("{") > max_nesting and _nests_deeper(document, max_nesting):
        raise MalformedRequest(f"The body nests too deep; expected at most {max_nesting} levels.")
    return document


def json_lines_of(content: str | bytes, max_nesting: int = DEFAULT_MAX_NESTING) -> list[Json]:
    """Return the decoded values of a body with one JSON value a line; empty lines are skipped.

    Raises
    ------
    MalformedRequest
        A line is not JSON, as for ``json_of``.
    """
    values: list[Json] = []
    for number, line in enumerate(text_of(content).split("\n"), 1):
        if line.strip():
            try:
                values.append(json_of(line, max_nesting))
            except MalformedRequest as error:
                detail = f"line {number} of the body: {error.detail}"
                raise MalformedRequest(f"The body is not JSON Lines: {detail}", [FieldProblem("$", detail)]) from error
    return values


_CONTAINERS = frozenset((dict, list))


def _nests_deeper(document: Json, levels: int) -> bool:
    """Walk level by level, without recursion: the document may be as deep as the parser goes."""
    level: list[Json] = [document] if type(document) in _CONTAINERS else []
    for _ in range(levels):
        level = [
            member
            for container in level
            for member in (container.values() if type(container) is dict else container)  # type: ignore[union-attr] # containers alone are left
            if type(member) in _CONTAINERS
        ]
        if not level:
            return False
    return bool(level)
