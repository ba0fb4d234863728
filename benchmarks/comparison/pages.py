"""The results of a run as pages: the README's table, and docs/benchmarks.md with all tables."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

from benchmarks.comparison.growth import Growth, per_megabyte
from benchmarks.environments.locked import interpreter
from benchmarks.measure.paired import Result, table, three_digits
from benchmarks.publish.pages import RESULTS, ROOT, quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RUN: Final = RESULTS / "comparison.json"
README: Final = ROOT / "README.md"
PAGE: Final = ROOT / "docs" / "benchmarks.md"
PICTURE: Final = ROOT / "docs" / "growth.svg"
PLOT: Final = ROOT / "benchmarks" / "publish" / "plot" / "requirements.txt"

_COLUMNS: Final = {
    "first response, ms": "Start of the process to the first response, ms",
    "warm, ms": "Warm round trip, median, ms",
    "processor, ms": "Processor time of a warm request, ms",
    "memory, MB": "Peak memory, MB",
    "instances/s, 1 000 a request": "Instances a second, in requests of 1000",
    "files": "Files that are loaded",
}


def publish(content: str) -> None:
    """Write a run's results and the pages that quote it.

    Parameters
    ----------
    content : str
        The run as JSON.
    """
    RUN.write_text(content, encoding="utf-8")
    PAGE.write_text(page(content), encoding="utf-8")
    quote(README, "benchmark", summary(content))
    command = [interpreter(PLOT), "-m", "benchmarks.publish.plot.growth", RUN, PICTURE]
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True)


def summary(content: str) -> str:
    """Return one table of all ways, which the README quotes."""
    read = json.loads(content)
    tables = {name: {row["way"]: row for row in read["tables"][title]} for name, title in _COLUMNS.items()}
    first = next(iter(tables.values()))
    lines = [f"| way | {' | '.join(tables)} |", f"|---|{'---:|' * len(tables)}"]
    for way in first:
        cells = [three_digits(rows[way]["median"]) if way in rows else "" for rows in tables.values()]
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join([f"Measured on: {read['machine']}; medians.\n", *lines, ""])


def page(content: str) -> str:
    """Return the Markdown of docs/benchmarks.md."""
    read = json.loads(content)
    tables = [table(title, [Result(**each) for each in results]) for title, results in read["tables"].items()]
    return "\n".join([_INTRODUCTION, f"Measured on: {read['machine']}.\n", *tables, growth_page(read["growth"])])


def growth_page(rows: Sequence[Mapping[str, object]]) -> str:
    """Return the section on models of several sizes."""
    grown = [Growth(**row) for row in rows]  # type: ignore[arg-type] # as Growth was written
    slopes = per_megabyte(grown)
    sizes = sorted({row.converted_mb for row in grown})
    named = " | ".join(f"{three_digits(size)} MB" for size in sizes)
    lines = [_GROWTH]
    for figure, unit, place in (("load_ms", "ms", 0), ("memory_mb", "MB", 1)):
        title = {"load_ms": "Load and first prediction, ms", "memory_mb": "Peak memory of it, MB"}[figure]
        lines += [f"### {title}", "", f"| variant | {named} | {unit} per MB |", f"|---|{'---:|' * (len(sizes) + 1)}"]
        for variant, slope in slopes.items():
            mine = sorted((row for row in grown if row.variant == variant), key=lambda row: row.converted_mb)
            cells = [three_digits(getattr(row, figure)) for row in mine]
            lines.append(f"| {variant} | {' | '.join(cells)} | {three_digits(slope[place])} |")
        lines.append("")
    return "\n".join(lines)


_INTRODUCTION: Final = """# Benchmarks

`make bench` compares this project with the usual alternatives, each as a whole process in its own locked environment
(`benchmarks/ways`): the functions behind the real `awslambdaric` and a Lambda Runtime API, the servers behind their own
HTTP. All predict the same example; a wrong number of predictions in an answer stops the run. The rounds are paired:
every alternative in turn, round by round. The tables show medians; ratios are medians of the rounds' ratios to this
project.

In each warm request the function's processor and caches are cold, as on Lambda, because the process waits between
requests; the tables "inside the handler" come from a loop without that wait. A thread pool that spins, as `onnxruntime`
has by default, hides part of the wait, at the cost that the table of processor time shows.
"""

_GROWTH: Final = """## Cost by model size

![Load time and memory over the size of the forest](growth.svg)

Random forests with 20 features and two classes, each loaded by ONNX Runtime in a process of its own. Megabytes are
those of the forest as the converter writes it, not of the variant's file. The rest is overhead inside ONNX Runtime: it
copies the operator's attributes to vectors, to a graph and to its nodes, and has several copies in memory at the peak.
Graph optimisation and the memory arena make no difference for trees; `.ort` files load without parsing, and are larger.
A bundle has the newer operator if its parity test passes with it; a forest of three classes or more keeps the older
operator, whose leaves have several weights.
"""
