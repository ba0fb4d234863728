"""The command ``python -m infra.batch``."""

from __future__ import annotations

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from infra.arguments import WRONG_USAGE, Parser
from infra.batch.errors import BatchError, FileRefused
from infra.batch.inspection import scratch
from infra.batch.lines import SUFFIXES
from infra.batch.report import next_step, progress, tell_error, tell_outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from infra.batch.cloud import Cloud, Run

ALL_SCORED, SOME_FAILED = 0, 1
INTERRUPTED = 130
"""As shells say of a command that Ctrl-C has ended."""
_S3 = "s3://"

_DESCRIPTION = f"""\
Score the lines of files by the function of a deployed stack, through AWS Step Functions. A file is a CSV file with a
header, JSON lines, or a Parquet file ({", ".join(SUFFIXES)}). Beside each file two others are written:
NAME.results.jsonl with a prediction for each line, and NAME.failed.jsonl with the lines that have none and the reason;
each line is in one of them."""

_EXAMPLES = """\
examples:
  python -m infra.batch s3://inference-prod-batch-123456789012/july/ --stack prod    all files below a prefix
  python -m infra.batch people.csv --stack dev --keep user_id                        a file of this machine
  python -m infra.batch --gather 20261121T080000Z-1a2b3c-1 --stack prod              the results of a run that went on

On this machine, without AWS: python -m local_stack batch people.csv

exit codes: 0 every line is scored, 1 some failed, 2 wrong usage, or a file cannot be scored
"""


class _File(NamedTuple):
    """A file that is to be scored: its key and version in the bucket, or its path on this machine."""

    name: str
    key: str
    version: str
    local: str


def parser() -> Parser:
    """Return the parser of the command."""
    made = Parser("python -m infra.batch", _DESCRIPTION, _EXAMPLES)
    made.add_argument("files", nargs="*", metavar="FILE", help="a file, or s3://BUCKET/PREFIX of the stack's bucket")
    made.add_argument("--stack", required=True, help="the stack whose function scores")
    add_keep(made)
    made.add_argument("--gather", metavar="RUN", help="wait for a run that was started before, and write its results")
    return made


def add_keep(to: argparse.ArgumentParser) -> None:
    """Add the option of the columns that the model does not get."""
    to.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="COLUMN",
        help="repeat this column in the results; one that is no feature does not reach the model; may be given often",
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


def _connect(stack: str) -> Cloud:
    import boto3  # noqa: PLC0415 - --help need not wait for it

    from infra.batch.cloud import Cloud  # noqa: PLC0415 - likewise
    from infra.stack_files import configuration, stacks  # noqa: PLC0415 - likewise

    if stack not in stacks():
        raise BatchError(f"there is no Pulumi.{stack}.yaml; expected --stack to be one of {', '.join(stacks())}")
    return Cloud(boto3.Session(region_name=configuration(stack).get("aws:region")), stack)


def _score(cloud: Cloud, options: argparse.Namespace, console: Console, errors: Console) -> int:
    files = [file for named in options.files for file in _files(cloud, named)]
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    failed = refused = 0
    # One after the other: the declared concurrency is that of one run.
    for number, file in enumerate(files, 1):
        try:
            run_failed = _score_one(cloud, file, f"{moment}-{number}", tuple(options.keep), console)
        except FileRefused as error:
            tell_error(errors, error)
            refused += 1
            continue
        if run_failed is None:
            return INTERRUPTED
        failed += run_failed
    if refused < len(files):
        next_step(console, failed)
    return WRONG_USAGE if refused else SOME_FAILED if failed else ALL_SCORED


def _score_one(cloud: Cloud, file: _File, name: str, keep: tuple[str, ...], console: Console) -> int | None:
    """Return how many lines failed; None when the user does not wait for the end."""
    from infra.batch.scoring import finish, start  # noqa: PLC0415 - boto3 is behind it

    with scratch() as place, progress(console) as bar:
        task = bar.add_task(f"{file.name}: reading", total=None)
        path = place / Path(file.local or file.key).name
        if file.local:
            # The file is read several times, and its owner may write it meanwhile.
            shutil.copyfile(file.local, path)
        else:
            cloud.download(file.key, file.version, path)
        run, inspected = start(cloud, name, path, (file.key, file.version, file.local), keep)
        bar.update(task, description=f"{file.name}: scoring", total=inspected.readable)
        try:
            outcome, places = finish(cloud, run, path, lambda done: bar.update(task, completed=done))
        except KeyboardInterrupt:
            bar.stop()
            _tell_interrupted(console, run, cloud.stack)
            return None
    tell_outcome(console, file.name, outcome, places)
    return outcome.failed


def _tell_interrupted(console: Console, run: Run, stack: str) -> None:
    console.print(
        f"The run goes on in AWS. Gather its results: python -m infra.batch --gather {run.name} --stack {stack}"
    )


def _gather(cloud: Cloud, run: Run, console: Console) -> int:
    from infra.batch.scoring import finish  # noqa: PLC0415 - boto3 is behind it

    with scratch() as place, progress(console) as bar:
        task = bar.add_task(f"{run.name}: scoring", total=None)
        path = place / Path(run.key).name
        cloud.download(run.key, run.version, path)
        outcome, places = finish(cloud, run, path, lambda done: bar.update(task, completed=done))
    tell_outcome(console, run.local or run.key, outcome, places)
    next_step(console, outcome.failed)
    return SOME_FAILED if outcome.failed else ALL_SCORED


def _files(cloud: Cloud, named: str) -> list[_File]:
    if not named.startswith(_S3):
        path = Path(named)
        if not path.is_file():
            raise BatchError(f"{named}: there is no such file; expected a file, or s3://{cloud.bucket}/PREFIX")
        return [_File(path.name, "", "", str(path.resolve()))]
    bucket, _, prefix = named.removeprefix(_S3).partition("/")
    if bucket != cloud.bucket:
        raise BatchError(
            f"{named}: the batches of {cloud.stack} read their own bucket only. Copy the files into it: "
            f"aws s3 sync {named} s3://{cloud.bucket}/{prefix}"
        )
    found = [_File(key, key, version, "") for key, version, _ in cloud.files(prefix)]
    if not found:
        raise BatchError(f"{named}: there are no files of lines; expected names that end in {', '.join(SUFFIXES)}")
    return found
