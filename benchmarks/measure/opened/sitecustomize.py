"""Records every file that is opened; Python imports it at its start when the folder is on PYTHONPATH."""

from __future__ import annotations

import os
import sys

_log = os.open(os.environ["OPENED_FILES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        os.write(_log, arguments[0].encode() + b"\n")


sys.addaudithook(_note)
