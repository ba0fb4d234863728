"""Messages about files that are not text in UTF-8."""

from __future__ import annotations

import codecs
import shlex
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from operate.batch.errors import FileRefused

if TYPE_CHECKING:
    from pathlib import Path

_ICONV: Final = "is text in {0}, expected UTF-8. Convert it: iconv -f {0} -t UTF-8 {1} > utf8{2}"
# UTF-32 starts with the bytes of UTF-16, and is therefore checked first.
_STARTS: Final = {
    b"\x1f\x8b": "is compressed with gzip, expected text in UTF-8. Decompress it: gunzip -c < {1} > unpacked{2}",
    b"PK\x03\x04": "is a ZIP archive or a workbook, expected text in UTF-8. Unpack it, or save the sheet as CSV",
    codecs.BOM_UTF32_LE: _ICONV,
    codecs.BOM_UTF32_BE: _ICONV,
    codecs.BOM_UTF16_LE: _ICONV,
    codecs.BOM_UTF16_BE: _ICONV,
}
_UTF_32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def expect_text(path: Path, name: str) -> None:
    """Check the first bytes of a file.

    Parameters
    ----------
    path : Path
        Of the file.
    name : str
        What its owner calls it.

    Raises
    ------
    FileRefused
        They are those of another format or encoding.
    """
    with path.open("rb") as file:
        start = file.read(4)
    found = next((mark for mark in _STARTS if start.startswith(mark)), None)
    if found is None:
        return
    encoding = "UTF-32" if found in _UTF_32 else "UTF-16"
    said = _STARTS[found].format(encoding, shlex.quote(name), shlex.quote(PurePath(name).suffix))
    raise FileRefused(f"{name}: {said}")


def not_utf_8(name: str, number: int) -> FileRefused:
    """Return the message about a line in another encoding."""
    return FileRefused(
        f"{name}: line {number} is not text in UTF-8. Convert the file, for example: "
        f"iconv -f LATIN1 -t UTF-8 {shlex.quote(name)} > utf8.csv"
    )
