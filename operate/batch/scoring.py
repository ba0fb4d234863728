"""Scoring of one file: inspection, a run of the state machine, and gathering of the results."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from infra.batch.definition import CSV, JSON_LINES, RUNS
from operate.batch.answers import Answers, write_outcome
from operate.batch.cloud.run import Run
from operate.batch.errors import FileRefused
from operate.batch.files.inspection import inspect_lines, scratch, write_copy
from operate.batch.files.places import FAILED_SUFFIX, RESULTS_SUFFIX, expect_places, files_explained, written_whole
from operate.batch.lines.file import LineFile, suffix_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from operate.batch.answers import Outcome
    from operate.batch.cloud.sources import Source
    from operate.batch.cloud.stack import Cloud
    from operate.batch.files.inspection import Inspected

_MAX_KEY_BYTES = 1024
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""


def fetch(cloud: Cloud, source: Source, folder: Path) -> Path:
    """Return a copy of a file: it is read several times, and the original may change meanwhile.

    Raises
    ------
    FileRefused
        It is no input file, or its results could not be written next to it.
    """
    # Not the name of the file, which may be too long for the local file system.
    path = folder / f"input{suffix_of(source.name)}"
    if source.local:
        expect_places(Path(source.local))
        shutil.copyfile(source.local, path)
    else:
        if len((source.key + RESULTS_SUFFIX).encode()) > _MAX_KEY_BYTES:
            raise FileRefused(f"{source.key}: the key is too long for {RESULTS_SUFFIX} behind it; shorten it")
        cloud.download(source.key, source.version, path)
    return path


def prepare(cloud: Cloud, name: str, path: Path, source: Source, keep: tuple[str, ...]) -> tuple[Run, Inspected]:
    """Upload the input of the run of one file.

    Parameters
    ----------
    cloud : Cloud
        The stack.
    name : str
        Name of the run.
    path : Path
        The copy of the file on this machine.
    source : Source
        The file.
    keep : tuple of str
        Columns that are not sent to the model.

    Returns
    -------
    tuple of Run, Inspected
        The run to start, without a reader if no line can be read, and the inspected file.
    """
    lines = LineFile(path, keep, source.name)
    inspected = inspect_lines(lines, keep)
    folder = f"{RUNS}/{name}"
    key, version = _stored(cloud, source, path, folder)
    reader, read_key, read_version = (CSV if lines.is_text else JSON_LINES) if inspected.readable else "", key, version
    if reader and not inspected.is_plain:
        reader, read_key = JSON_LINES, f"{folder}/lines.jsonl"
        read_version = _upload_copy(cloud, lines, read_key)
    return Run(
        name=name,
        key=key,
        version=version,
        reader=reader,
        read_key=read_key,
        read_version=read_version,
        text=lines.is_text,
        keep=keep,
        local=source.local,
    ), inspected


def _stored(cloud: Cloud, source: Source, path: Path, folder: str) -> tuple[str, str]:
    """Return key and version of a file in the bucket; a local one is uploaded first."""
    if source.key:
        return source.key, source.version
    key = f"{folder}/input/{source.name}"
    return key, cloud.upload(path, key)


def _upload_copy(cloud: Cloud, lines: LineFile, key: str) -> str:
    with scratch() as place:
        write_copy(lines, place / "lines.jsonl")
        return cloud.upload(place / "lines.jsonl", key)


def finish(cloud: Cloud, run: Run, path: Path, tell: Callable[[int], None]) -> tuple[Outcome, list[str]]:
    """Wait for a run, and write the results and the failed lines next to the file.

    Parameters
    ----------
    cloud : Cloud
        The stack.
    run : Run
        The run.
    path : Path
        The copy of the file on this machine.
    tell : callable
        Called with the number of processed lines.

    Returns
    -------
    outcome : Outcome
        Outcome of the lines.
    places : list of str
        Paths of the two files.
    """
    why = cloud.wait(run, tell) if run.reader else ""
    with scratch() as place, Answers(place / "answers.sqlite") as answers:
        if run.reader:
            cloud.gather(run, answers)
        if why:
            answers.otherwise = why
        made = {RESULTS_SUFFIX: place / "results.jsonl", FAILED_SUFFIX: place / "failed.jsonl"}
        outcome = write_outcome(LineFile(path, run.keep), answers, run.keep, *made.values())
        for suffix, file in made.items():
            cloud.upload(file, run.key + suffix)
        # A run may be gathered on another machine than the one that started it.
        if not run.local or not Path(run.local).parent.is_dir():
            return outcome, [f"s3://{cloud.bucket}/{run.key}{suffix}" for suffix in made]
        _copy_beside(made, run, cloud.bucket)
    return outcome, [run.local + suffix for suffix in made]


def _copy_beside(made: dict[str, Path], run: Run, bucket: str) -> None:
    try:
        with files_explained(Path(run.local).name):
            expect_places(Path(run.local))
            for suffix, file in made.items():
                with written_whole(Path(run.local + suffix)) as whole:
                    shutil.copyfile(file, whole)
    except FileRefused as error:
        raise FileRefused(f"{error} (the results are in s3://{bucket}/{run.key}{RESULTS_SUFFIX})") from error
