"""The command ``python -m local_stack batch``."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from infra.arguments import WRONG_USAGE
from infra.batch.answers import FAILED_SUFFIX, RESULTS_SUFFIX, Answers, write_outcome
from infra.batch.command import ALL_SCORED, SOME_FAILED, add_keep
from infra.batch.errors import FileRefused
from infra.batch.inspection import inspect_lines, scratch
from infra.batch.lines import LineFile
from infra.batch.report import next_step, progress, tell_error, tell_outcome
from local_stack.batch import BatchRun
from local_stack.errors import LocalStackError
from local_stack.function import Function
from local_stack.function_log import FunctionLog
from local_stack.settings_option import add_settings_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.batch.answers import Outcome
    from local_stack.declared import Declared
    from local_stack.function_args import FunctionArgs

CONCURRENCY = {"inference:batchConcurrency": "4"}
"""Of a stack that declares no batches."""

_DESCRIPTION = """\
Score the lines of CSV, JSON lines and Parquet files as the declared state machine does, on this machine: with the
declared function in real awslambdaric processes. Beside each file two others are written: NAME.results.jsonl with a
prediction for each line, and NAME.failed.jsonl with the lines that have none and the reason."""

_EXAMPLES = """\
examples:
  python -m local_stack batch people.csv                     the bundle and the settings of dev
  python -m local_stack batch july.parquet --keep user_id    repeat a column in the results

exit codes: 0 every line is scored, 1 some failed, 2 wrong usage, or a file cannot be scored
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of ``python -m local_stack``."""
    parser = commands.add_parser(
        "batch",
        help="score the lines of files, as batches of the stack do",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV with a header, JSON lines or Parquet")
    parser.add_argument("--stack", default="dev", help="environment whose settings are taken (default: dev)")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the model (default: the stack's setting)")
    add_keep(parser)
    add_settings_option(parser, "maxInstances=100")


def run(files: Sequence[Path], keep: Sequence[str], declared: Declared, function: FunctionArgs, log: Path) -> int:
    """Score files; returns 0, 1 when lines failed, or 2 when a file cannot be scored.

    Parameters
    ----------
    files : sequence of Path
        What is scored.
    keep : sequence of str
        Columns that are repeated in the results.
    declared : Declared
        Has a state machine.
    function : FunctionArgs
        The declared function.
    log : Path
        Takes the function's log.

    Raises
    ------
    LocalStackError
        A file is not there, or the function does not start.
    """
    console = Console(soft_wrap=True)
    definition = json.loads(declared.one("StateMachine").inputs["definition"])
    absent = [path for path in files if not path.is_file()]
    if absent:
        raise LocalStackError(f"{absent[0]}: there is no such file; expected a file of lines")
    with closing(FunctionLog(log)) as lines:
        failed, refused = asyncio.run(_Scoring(definition, function, lines, console).all(files, keep))
    if refused < len(files):
        next_step(console, failed)
    return WRONG_USAGE if refused else SOME_FAILED if failed else ALL_SCORED


class _Scoring:
    """Scores files one after the other by one function."""

    def __init__(
        self, definition: Mapping[str, Any], function: FunctionArgs, log: FunctionLog, console: Console
    ) -> None:
        self._definition = definition
        self._function = Function(function, log)
        self._console = console

    async def all(self, files: Sequence[Path], keep: Sequence[str]) -> tuple[int, int]:
        """Return how many lines failed, and how many files cannot be scored."""
        failed = refused = 0
        await self._function.start()
        try:
            for path in files:
                try:
                    failed += (await self._one(path, keep)).failed
                except FileRefused as error:
                    tell_error(Console(stderr=True, soft_wrap=True), error)
                    refused += 1
        finally:
            await self._function.stop()
        return failed, refused

    async def _one(self, path: Path, keep: Sequence[str]) -> Outcome:
        with scratch() as place, Answers(place / "answers.sqlite") as answers, progress(self._console) as bar:
            # The file is read several times, and its owner may write it meanwhile.
            copy = shutil.copyfile(path, place / path.name)
            inspected = inspect_lines(LineFile(copy), keep)
            task = bar.add_task(f"{path.name}: scoring", total=inspected.readable)
            run = BatchRun(self._definition, self._function, keep)
            await run.run(LineFile(copy), answers, lambda done: bar.update(task, completed=done))
            places = [path.with_name(path.name + suffix) for suffix in (RESULTS_SUFFIX, FAILED_SUFFIX)]
            outcome = write_outcome(LineFile(copy), answers, keep, *places)
        tell_outcome(self._console, path.name, outcome, [str(each) for each in places])
        return outcome
