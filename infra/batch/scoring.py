"""One file from its lines to its results: inspected through, scored by the state machine, and gathered."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from infra.batch.answers import FAILED_SUFFIX, RESULTS_SUFFIX, Answers, write_outcome
from infra.batch.cloud import Run
from infra.batch.inspection import inspect_lines, scratch, write_copy
from infra.batch.lines import LineFile
from infra.batch_definition import CSV, JSON_LINES, RUNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.batch.answers import Outcome
    from infra.batch.cloud import Cloud
    from infra.batch.inspection import Inspected


def start(
    cloud: Cloud, name: str, path: Path, source: tuple[str, str, str], keep: tuple[str, ...]
) -> tuple[Run, Inspected]:
    """Start the run of one file.

    Parameters
    ----------
    cloud : Cloud
        The stack.
    name : str
        Of the run.
    path : Path
        The file on this machine, downloaded when it lies in the bucket.
    source : tuple of str
        Its key and version in the bucket, empty when it is not there yet; and where its owner has it, if not there.
    keep : tuple of str
        Columns that the model does not get.

    Returns
    -------
    run : Run
        What was started; without a reader nothing was, because no line can be read.
    inspected : Inspected
        How many lines there are.
    """
    lines = LineFile(path)
    inspected = inspect_lines(lines, keep)
    key, version, local = source
    folder = f"{RUNS}/{name}"
    if not key:
        key = f"{folder}/input/{path.name}"
        version = cloud.upload(path, key)
    reader, read_key, read_version = (CSV if lines.is_text else JSON_LINES), key, version
    if not inspected.readable:
        reader = ""
    elif not inspected.is_plain:
        reader, read_key = JSON_LINES, f"{folder}/lines.jsonl"
        with scratch() as place:
            write_copy(lines, place / "lines.jsonl")
            read_version = cloud.upload(place / "lines.jsonl", read_key)
    run = Run(
        name=name,
        key=key,
        version=version,
        reader=reader,
        read_key=read_key,
        read_version=read_version,
        text=lines.is_text,
        keep=keep,
        local=local,
    )
    if run.reader:
        cloud.start(run)
    return run, inspected


def finish(cloud: Cloud, run: Run, path: Path, tell: Callable[[int], None]) -> tuple[Outcome, list[str]]:
    """Wait for a run, and write the results and the failed lines beside the file.

    Parameters
    ----------
    cloud : Cloud
        The stack.
    run : Run
        The run.
    path : Path
        The file on this machine.
    tell : callable
        Told how many lines are done.

    Returns
    -------
    outcome : Outcome
        How the lines came out.
    places : list of str
        Where the two files are.
    """
    why = cloud.wait(run, tell) if run.reader else ""
    with scratch() as place, Answers(place / "answers.sqlite") as answers:
        if run.reader:
            cloud.gather(run, answers)
        if why:
            answers.otherwise = why
        results, failed = place / "results.jsonl", place / "failed.jsonl"
        outcome = write_outcome(LineFile(path), answers, run.keep, results, failed)
        places = []
        for made, suffix in ((results, RESULTS_SUFFIX), (failed, FAILED_SUFFIX)):
            cloud.upload(made, run.key + suffix)
            # A run may be gathered on another machine than started it.
            is_here = bool(run.local) and Path(run.local).parent.is_dir()
            if is_here:
                shutil.copyfile(made, run.local + suffix)
            places.append(run.local + suffix if is_here else f"s3://{cloud.bucket}/{run.key}{suffix}")
    return outcome, places
