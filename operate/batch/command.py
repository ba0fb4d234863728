"""The command ``python -m operate.batch``."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from operate.arguments import WRONG_USAGE, Parser
from operate.batch.cloud.sources import sources_of
from operate.batch.errors import BatchError, FileRefused
from operate.batch.files.inspection import scratch
from operate.batch.files.places import files_explained
from operate.batch.lines.file import SUFFIXES, suffix_of
from operate.batch.report import next_step, progress, tell_error, tell_interrupted, tell_outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from operate.batch.cloud.run import Run
    from operate.batch.cloud.sources import Source
    from operate.batch.cloud.stack import Cloud

ALL_SCORED, SOME_FAILED = 0, 1
INTERRUPTED = 130
"""Exit code of shells for a command stopped with Ctrl-C."""

_DESCRIPTION = f"""\
Score the lines of files with the function of a deployed stack, through AWS Step Functions. A file is a CSV file with a
header, JSON Lines, or a Parquet file ({", ".join(SUFFIXES)}). The command writes two files next to each input file:
NAME.results.jsonl with the predictions, and NAME.failed.jsonl with the lines that have none and the reason. Each line
is in one of them."""

_EXAMPLES = """\
examples:
  python -m operate.batch s3://inference-prod-batch-123456789012/july/ --stack prod    all files below a prefix
  python -m operate.batch people.csv --stack dev --keep user_id                        a local file
  python -m operate.batch --gather 20261121T080000Z-1a2b3c-1 --stack prod              the results of an interrupted run

Locally, without AWS: python -m local_stack batch people.csv

exit codes: 0 every line is scored, 1 some failed, 2 wrong usage, or a file cannot be scored, 130 Ctrl-C
"""


def parser() -> Parser:
    """Return the parser of the command."""
    made = Parser("python -m operate.batch", _DESCRIPTION, _EXAMPLES)
    made.add_argument("files", nargs="*", metavar="FILE", help="a file, or s3://BUCKET/PREFIX of the stack's bucket")
    made.add_argument("--stack", required=True, help="stack whose function scores the files")
    add_keep(made)
    made.add_argument("--gather", metavar="RUN", help="wait for an earlier run, and write its results")
    return made


def add_keep(to: argparse.ArgumentParser) -> None:
    """Add the option for columns that are not sent to the model."""
    to.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="COLUMN",
        help="repeat this column in the results, without sending it to the model unless it is a feature; repeatable",
    )


def main(arguments: Sequence[str] | None = None, connect: Callable[[str], Cloud] | None = None) -> int:
    """Run the command; returns its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    connect : callable, optional
        Returns the batches of a stack; by default with the credentials of the environment.
    """
    made = parser()
    options = made.parse_args(arguments)
    if bool(options.files) == bool(options.gather):
        made.error("expected files, or --gather RUN")
    console, errors = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
    try:
        cloud = (connect or _connect)(options.stack)
        if options.gather:
            return _gather(cloud, cloud.known(options.gather), console)
        return _score(cloud, options, console, errors)
    except BatchError as error:
        tell_error(errors, error)
        return WRONG_USAGE
    except KeyboardInterrupt:
        tell_interrupted([], options.files)
        return INTERRUPTED


def _connect(stack: str) -> Cloud:
    import boto3  # noqa: PLC0415 - --help need not wait for it

    from infra.settings.files import StackFileError, configuration, stacks  # noqa: PLC0415 - likewise
    from operate.batch.cloud.errors import explained  # noqa: PLC0415 - likewise
    from operate.batch.cloud.stack import Cloud  # noqa: PLC0415 - likewise

    if stack not in stacks():
        raise BatchError(f"there is no Pulumi.{stack}.yaml; expected --stack to be one of {', '.join(stacks())}")
    try:
        region = configuration(stack).get("aws:region")
    except StackFileError as error:
        raise BatchError(str(error)) from error
    with explained(f"the stack {stack}"):
        return Cloud(boto3.Session(region_name=region), stack)


def _score(cloud: Cloud, options: argparse.Namespace, console: Console, errors: Console) -> int:
    sources = [source for named in options.files for source in sources_of(cloud, named)]
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    failed = refused = 0
    started: set[str] = set()
    # One after the other: the declared concurrency applies to each run.
    for number, source in enumerate(sources, 1):
        name = f"{moment}-{number}"
        try:
            failed += _score_one(_Scored(cloud, source, name, tuple(options.keep)), console, started.add)
        except FileRefused as error:
            tell_error(errors, error)
            refused += 1
        except KeyboardInterrupt:
            is_going = name in started
            tell_interrupted([] if is_going else [source.name], [each.name for each in sources[number:]])
            if is_going:
                _tell_going(console, name, cloud.stack)
            return INTERRUPTED
    if refused < len(sources):
        next_step(console, failed)
    return WRONG_USAGE if refused else SOME_FAILED if failed else ALL_SCORED


class _Scored(NamedTuple):
    """A file, the stack that scores it, and the name of the run."""

    cloud: Cloud
    source: Source
    name: str
    keep: tuple[str, ...]


def _score_one(what: _Scored, console: Console, begin: Callable[[str], None]) -> int:
    """Return how many lines failed."""
    from operate.batch.scoring import fetch, finish, prepare  # noqa: PLC0415 - boto3 is behind it

    cloud, source, name, keep = what
    with files_explained(source.name), scratch() as place, progress(console) as bar:
        task = bar.add_task(f"{source.name}: reading", total=None)
        path = fetch(cloud, source, place)
        run, inspected = prepare(cloud, name, path, source, keep)
        if run.reader:
            # From here on the run may have started in AWS.
            begin(name)
            cloud.start(run)
        bar.update(task, description=f"{source.name}: scoring", total=inspected.readable)
        outcome, places = finish(cloud, run, path, lambda done: bar.update(task, completed=done))
    tell_outcome(console, source.name, outcome, places)
    return outcome.failed


def _tell_going(console: Console, name: str, stack: str) -> None:
    console.print(
        f"The run continues in AWS. Gather its results: python -m operate.batch --gather {name} --stack {stack}"
    )


def _gather(cloud: Cloud, run: Run, console: Console) -> int:
    from operate.batch.scoring import finish  # noqa: PLC0415 - boto3 is behind it

    name = run.local or run.key
    try:
        with files_explained(name), scratch() as place, progress(console) as bar:
            task = bar.add_task(f"{run.name}: scoring", total=None)
            path = place / f"input{suffix_of(run.key)}"
            cloud.download(run.key, run.version, path)
            outcome, places = finish(cloud, run, path, lambda done: bar.update(task, completed=done))
    except KeyboardInterrupt:
        _tell_going(console, run.name, cloud.stack)
        return INTERRUPTED
    tell_outcome(console, name, outcome, places)
    next_step(console, outcome.failed)
    return SOME_FAILED if outcome.failed else ALL_SCORED
