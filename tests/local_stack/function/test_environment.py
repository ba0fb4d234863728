"""An execution environment whose process ends before anything is read of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psutil
import pytest

from local_stack.errors import LocalStackError
from local_stack.function.arguments import FunctionArgs
from local_stack.function.log import FunctionLog
from local_stack.function.pool import Function

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_that_ends_before_it_is_measured_is_a_failed_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(pid: int) -> None:
        raise psutil.NoSuchProcess(pid)

    async def main() -> None:
        (tmp_path / "probe.py").write_text("import os; os._exit(3)", encoding="utf-8")
        args = FunctionArgs(
            name="test", handler="probe.handler", memory_mb=256, timeout_s=20, environment={}, root=tmp_path
        )
        log = FunctionLog(tmp_path / "function.jsonl")
        function = Function(args, log, environments=1)
        try:
            await function.start()
        finally:
            await function.stop()
            log.close()

    monkeypatch.setattr(psutil, "Process", gone)
    with pytest.raises(LocalStackError, match="The function did not start: the process ended with exit code 3"):
        asyncio.run(main())
