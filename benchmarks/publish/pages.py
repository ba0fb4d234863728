"""Pages that quote what was measured: each between two comments, ``<!-- NAME -->`` and ``<!-- /NAME -->``."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = Path(__file__).parent / "results"
"""The committed runs, as JSON."""


def quoted(page: Path, name: str) -> str:
    """Return what a page quotes under a name.

    Raises
    ------
    LookupError
        The page does not have the two comments, or has them several times.
    """
    found = _between(name).findall(page.read_text(encoding="utf-8"))
    if len(found) != 1:
        raise LookupError(f"{page}: expected <!-- {name} --> and <!-- /{name} --> once, found them {len(found)} times")
    return str(found[0])


def quote(page: Path, name: str, text: str) -> None:
    """Write a text into a page, instead of what it quotes under that name.

    Raises
    ------
    LookupError
        As ``quoted`` does; nothing is written.
    """
    quoted(page, name)
    page.write_text(_between(name).sub(lambda _: text, page.read_text(encoding="utf-8")), encoding="utf-8")


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)


def machine() -> str:
    """Return what this machine is, for a page that says where it was measured."""
    return f"{os.cpu_count()} cores of {platform.machine()}, CPython {platform.python_version()}"
