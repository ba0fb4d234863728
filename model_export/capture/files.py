"""Log lines from a capture: files that Data Firehose wrote, or a log of JSON lines.

CloudWatch Logs sends a gzip member with one JSON document for several log events [1]_, and Data Firehose puts members
one after the other into a file. What cannot be read is counted, and reading goes on.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from inference_lib.contract.document import Json

    Line = dict[str, Json]

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31
_PART_BYTES: Final = 1 << 16
_EVENTS: Final = "logEvents"
_DECODER: Final = json.JSONDecoder()


@dataclass
class Reading:
    """What was read, and what could not be.

    Parameters
    ----------
    files : int
        Files that were read.
    strange : list of str
        Names of files that are no capture.
    damaged : list of str
        Names of compressed files that end or break before their end.
    lines : int
        Log lines.
    broken : int
        Lines that are not JSON objects.
    repeated : int
        Lines that were delivered again: Data Firehose delivers at least once.
    """

    files: int = 0
    strange: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    lines: int = 0
    broken: int = 0
    repeated: int = 0
    seen: set[str] = field(default_factory=set, repr=False)


def capture_files(capture: Path) -> list[Path]:
    """Return the files of a capture, in order: itself, or all below it but hidden ones.

    Raises
    ------
    InputError
        There is nothing at the path.
    """
    if capture.is_file():
        return [capture]
    found = sorted(path for path in capture.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise InputError(
            f"{capture}: no capture here; expected a file, or a folder with files. Fetch one: aws s3 sync "
            '"$(pulumi stack output capture)" capture'
        )
    return found


def captured_lines(files: list[Path], reading: Reading, advance: Callable[[int], None]) -> Iterator[Line]:
    """Yield each log line of the files once, decoded.

    Parameters
    ----------
    files : list of Path
        As ``capture_files`` lists them.
    reading : Reading
        Counted into.
    advance : callable
        Told the bytes that were read since the last call.

    Raises
    ------
    InputError
        A file cannot be opened.
    """
    for path in files:
        try:
            with path.open("rb") as file:
                reading.files += 1
                yield from _lines_of(file, path.name, reading, advance)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _lines_of(file: BinaryIO, name: str, reading: Reading, advance: Callable[[int], None]) -> Iterator[Line]:
    head = file.read(_PART_BYTES)
    file.seek(0)
    if head.startswith(_GZIP_MAGIC):
        for text in _members(file, name, reading, advance):
            yield from _documents(text, reading)
    elif b"\0" in head:
        reading.strange.append(name)
    else:
        for line in file:
            advance(len(line))
            if line.strip():
                yield from _documents(line, reading)


def _members(file: BinaryIO, name: str, reading: Reading, advance: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the content of each gzip member; those before a damage are kept."""
    left = b""
    while left or (left := _part(file, advance)):
        try:
            content, left = _member(file, left, advance)
        except (zlib.error, EOFError):
            reading.damaged.append(name)
            return
        yield content


def _member(file: BinaryIO, left: bytes, advance: Callable[[int], None]) -> tuple[bytes, bytes]:
    """Return the content of one member, and what was read beyond its end."""
    member, content = zlib.decompressobj(_GZIP_WINDOW), []
    while left:
        content.append(member.decompress(left))
        if member.eof:
            return b"".join(content), member.unused_data
        left = _part(file, advance)
    raise EOFError


def _part(file: BinaryIO, advance: Callable[[int], None]) -> bytes:
    part = file.read(_PART_BYTES)
    advance(len(part))
    return part


def _documents(content: bytes, reading: Reading) -> Iterator[Line]:
    """Yield the log lines of JSON documents that stand one after the other."""
    try:
        text = content.decode()
        position = 0
        while position < len(text):
            document, position = _DECODER.raw_decode(text, position)
            yield from _log_lines(document, reading)
            while position < len(text) and text[position].isspace():
                position += 1
    except (ValueError, RecursionError):
        reading.lines += 1
        reading.broken += 1


def _log_lines(document: Json, reading: Reading) -> Iterator[Line]:
    if not isinstance(document, dict) or not isinstance(events := document.get(_EVENTS), list):
        yield from _counted(document, reading)
    elif document.get("messageType") == "DATA_MESSAGE":
        for event in events:
            yield from _of_event(event, reading)


def _of_event(event: Json, reading: Reading) -> Iterator[Line]:
    id_, message = (event.get("id"), event.get("message")) if isinstance(event, dict) else (None, None)
    if isinstance(id_, str):
        if id_ in reading.seen:
            reading.repeated += 1
            return
        reading.seen.add(id_)
    try:
        line = json.loads(message) if isinstance(message, str) else None
    except (ValueError, RecursionError):
        line = None
    yield from _counted(line, reading)


def _counted(line: Json, reading: Reading) -> Iterator[Line]:
    reading.lines += 1
    if isinstance(line, dict):
        yield line
    else:
        reading.broken += 1
