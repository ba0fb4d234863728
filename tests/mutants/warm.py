"""A process that has imported what the tests need, and runs each change's tests in a fork of itself.

Importing data science packages takes longer than most tests. None of the project's modules is imported before the
fork, so that each child reads the changed one; and none of the packages has started a thread, which no fork survives.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
from typing import Final, NoReturn

_IMPORTED: Final = (
    *("pytest", "xdist", "hypothesis.strategies", "numpy", "pandas", "scipy.stats", "scipy.spatial.distance"),
    *("sklearn.compose", "sklearn.ensemble", "sklearn.impute", "sklearn.linear_model", "sklearn.pipeline"),
    *("onnx", "onnxruntime", "skl2onnx", "aws_embedded_metrics", "orjson", "rich.table", "lark", "httpx", "starlette"),
)
_TIMES: Final = 20
"""Wall clock by CPU: what waits for ever uses none, and a busy machine gives little."""


def main() -> None:
    """Read requests of one line, ``[LIMIT_S, [ARGUMENT, ...]]``, and write pytest's exit code and the CPU seconds."""
    for name in _IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        limit_s, arguments = json.loads(line)
        child = os.fork()
        if not child:
            _child(limit_s, arguments)
        _, status, used = os.wait4(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        answer = [os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime]
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer


def _child(limit_s: float, arguments: list[str]) -> NoReturn:
    os.setpgid(0, 0)
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(silent, descriptor)
    sys.path.insert(0, os.getcwd())
    # These signals end the process whatever it is doing: a changed loop may never come back to Python.
    signal.setitimer(signal.ITIMER_PROF, limit_s)
    signal.setitimer(signal.ITIMER_REAL, limit_s * _TIMES)
    code = 1
    try:
        code = int(importlib.import_module("pytest").main(arguments))
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
