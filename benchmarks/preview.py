"""Processor time of ``pulumi preview`` of an unchanged dev stack, beside an empty program with one topic.

``python -m benchmarks.preview`` runs the real engine with the providers of ``tests/engine``, so that no account counts.
A third program says what no code of ours can save: it imports the same packages of the providers and declares as many
resources, each of them a topic.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.settings.files import PROJECT_DIRECTORY
from tests.engine.command_line import command_line
from tests.engine.stack import Engine, make_project, operating

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPTY = """\
import pulumi_aws as aws

aws.sns.Topic("topic", name="topic")
"""
BARE = """\
import pulumi_aws as aws
import pulumi_docker

used = (aws.apigateway, aws.budgets, aws.cloudwatch, aws.ecr, aws.iam, aws.lambda_)
names = [package.__name__ for package in used]
for number in range({resources}):
    aws.sns.Topic(f"topic-{{number}}", name=f"topic-{{number}}")
"""


def main() -> None:
    """Run pairs of previews in turn and print the medians and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.preview", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=5, help="pairs; the median of their ratios is printed (default: 5)"
    )
    rounds = parser.parse_args().rounds
    os.environ["PATH"] = os.pathsep.join([str(command_line().parent), os.environ["PATH"]])
    # Users' Python keeps bytecode: without it half of the time would be that of the compiler.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as directory:
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(directory) / "bytecode")
        place = Path(directory)
        with (
            _made(place / "ours", PROJECT_DIRECTORY / "__main__.py") as ours,
            _made(place / "empty", _written(place / "empty.py", EMPTY)) as empty,
        ):
            # The stack itself is one of the resources that a preview counts.
            bare_program = BARE.format(resources=ours.stack("dev").preview()["same"] - 1)
            with _made(place / "bare", _written(place / "bare.py", bare_program)) as bare:
                rows = [(_seconds(ours), _seconds(bare), _seconds(empty)) for _ in range(rounds)]
    names = ("dev, unchanged", "as many topics", "one topic")
    for name, column, ratios in zip(names, zip(*rows, strict=True), _ratios(rows), strict=True):
        print(f"{name:<16} {statistics.median(column):6.2f} s of processor time, {ratios:4.2f} of one topic")


def _ratios(rows: list[tuple[float, float, float]]) -> list[float]:
    """Return the median of each column's ratio to the last one, row by row."""
    return [statistics.median(row[column] / row[-1] for row in rows) for column in range(3)]


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def _made(place: Path, program: Path) -> Iterator[Engine]:
    """Yield the engine on a stack that is deployed already."""
    home = place / "home"
    home.mkdir(parents=True)
    project = make_project(place / "project", PROJECT_DIRECTORY / "bundles" / "sleep_advice")
    engine = Engine(project, home, program=program)
    for _ in engine.serve():
        engine.stack("dev").up()
        _seconds(engine)  # writes the bytecode that users have
        yield engine


def _seconds(engine: Engine) -> float:
    """Return the processor time of one preview: the program's and the engine's, without that of the providers."""
    process = operating(engine, "preview", "dev")
    output = process.communicate()[0] if process.stdout is None else process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the preview failed:\n{output}")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
