"""Pages that quote results, each between two comments: ``<!-- NAME -->`` and ``<!-- /NAME -->``."""

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
    """Return the text that a page quotes under a name.

    Raises
    ------
    LookupError
        The page does not have the two comments exactly once.
    """
    found = _between(name).findall(page.read_text(encoding="utf-8"))
    if len(found) != 1:
        raise LookupError(f"{page}: expected <!-- {name} --> and <!-- /{name} --> once, found them {len(found)} times")
    return str(found[0])


def quote(page: Path, name: str, text: str) -> None:
    """Replace the text that a page quotes under a name.

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
    """Return a description of this machine, for the results."""
    return f"{os.cpu_count()} cores of {platform.machine()}, CPython {platform.python_version()}"
