"""The command ``python -m local_stack batch``."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import signal
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from local_stack.batch.state_machine import BatchRun
from local_stack.declared.settings_option import add_settings_option
from local_stack.errors import LocalStackError
from local_stack.function.log import FunctionLog
from local_stack.function.pool import Function
from operate.arguments import WRONG_USAGE
from operate.batch.answers import Answers, write_outcome
from operate.batch.command import ALL_SCORED, INTERRUPTED, SOME_FAILED, add_keep
from operate.batch.errors import FileRefused
from operate.batch.files.inspection import inspect_lines, scratch
from operate.batch.files.places import expect_places, files_explained, places_beside
from operate.batch.lines.file import LineFile, folder_told, suffix_of
from operate.batch.report import next_step, progress, tell_error, tell_interrupted, tell_outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local_stack.declared.evaluation import Declared
    from local_stack.function.arguments import FunctionArgs
    from operate.batch.answers import Outcome

CONCURRENCY = {"inference:batchConcurrency": "4"}
"""For a stack that declares no batches."""

_DESCRIPTION = """\
Score the lines of CSV, JSON lines and Parquet files on this machine, as the declared state machine does: with the
declared function in real awslambdaric processes. Two files are written next to each file: NAME.results.jsonl with a
prediction for each scored line, and NAME.failed.jsonl with the other lines and the reasons."""

_EXAMPLES = """\
examples:
  python -m local_stack batch people.csv                     the bundle and the settings of dev
  python -m local_stack batch july.parquet --keep user_id    copy a column to the results

exit codes: 0 every line is scored, 1 some failed, 2 wrong usage, or a file cannot be scored, 130 Ctrl-C
"""


def add_batch(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of ``python -m local_stack``."""
    parser = commands.add_parser(
        "batch",
        help="score the lines of files with the declared function",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV with a header, JSON lines or Parquet")
    parser.add_argument("--stack", default="dev", help="environment whose settings are used (default: dev)")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the model (default: the stack's setting)")
    add_keep(parser)
    add_settings_option(parser, "maxInstances=100")


def run_batch(files: Sequence[Path], keep: Sequence[str], declared: Declared, function: FunctionArgs, log: Path) -> int:
    """Score files; returns 0, 1 when lines failed, 2 when a file cannot be scored, or 130 after Ctrl-C.

    Parameters
    ----------
    files : sequence of Path
        The files to score.
    keep : sequence of str
        Columns that are copied to the results.
    declared : Declared
        With a state machine.
    function : FunctionArgs
        The declared function.
    log : Path
        The function's log.

    Raises
    ------
    LocalStackError
        A file does not exist, or the function does not start.
    """
    console = Console(soft_wrap=True)
    definition = json.loads(declared.one("StateMachine").inputs["definition"])
    for path in files:
        _expect_file(path)
    with closing(FunctionLog(log)) as lines:
        scoring = _Scoring(definition, function, lines, console)
        try:
            failed, refused = asyncio.run(scoring.all(files, keep))
        except KeyboardInterrupt:
            names = [path.name for path in files]
            tell_interrupted(names[scoring.done : scoring.done + 1], names[scoring.done + 1 :])
            return INTERRUPTED
    if refused < len(files):
        next_step(console, failed)
    return WRONG_USAGE if refused else SOME_FAILED if failed else ALL_SCORED


def interruptible(command: Callable[[], int], files: Sequence[Path]) -> int:
    """Run the command; Ctrl-C before the first file prints one sentence, too."""
    try:
        return command()
    except KeyboardInterrupt:
        tell_interrupted([], [path.name for path in files])
        return INTERRUPTED


def _expect_file(path: Path) -> None:
    if path.is_dir():
        raise LocalStackError(folder_told(path))
    if not path.is_file():
        raise LocalStackError(f"{path}: no such file; expected an input file")


class _Scoring:
    """Scores files one after the other with one function."""

    def __init__(
        self, definition: Mapping[str, Any], function: FunctionArgs, log: FunctionLog, console: Console
    ) -> None:
        self._definition = definition
        self._function = Function(function, log)
        self._console = console
        self.done = 0
        """How many files are finished."""

    async def all(self, files: Sequence[Path], keep: Sequence[str]) -> tuple[int, int]:
        """Return the number of failed lines, and of files that cannot be scored."""
        failed = refused = 0
        try:
            await self._function.start()
            for path in files:
                try:
                    failed += (await self._one(path, keep)).failed
                except FileRefused as error:
                    tell_error(Console(stderr=True, soft_wrap=True), error)
                    refused += 1
                self.done += 1
                # An earlier Ctrl-C ends the loop here, and does not interrupt the function's end below.
                await asyncio.sleep(0)
        finally:
            await self._function.stop()
        return failed, refused

    async def _one(self, path: Path, keep: Sequence[str]) -> Outcome:
        suffix = suffix_of(path.name)
        expect_places(path)
        places = places_beside(path)
        with (
            files_explained(path.name),
            scratch() as place,
            Answers(place / "answers.sqlite") as answers,
            progress(self._console) as bar,
        ):
            # The file is read several times and may change meanwhile.
            copy = shutil.copyfile(path, place / f"input{suffix}")
            with _at_once():
                inspected = inspect_lines(LineFile(copy, keep, path.name), keep)
            task = bar.add_task(f"{path.name}: scoring", total=inspected.readable)
            run = BatchRun(self._definition, self._function, keep)
            lines = LineFile(copy, keep, path.name)
            await run.run(lines, answers, lambda done: bar.update(task, completed=done))
            with _at_once():
                outcome = write_outcome(lines, answers, keep, *places)
        tell_outcome(self._console, path.name, outcome, [str(each) for each in places])
        return outcome


@contextmanager
def _at_once() -> Iterator[None]:
    """Let Ctrl-C end the block immediately; asyncio delays it until the next await, and the block has none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, waiting)
