"""What a run of the benchmarks says, as pages: the README's table, and docs/benchmarks.md with all of them."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, Final

from benchmarks.comparison.growth import Growth, per_megabyte
from benchmarks.environments.locked import interpreter
from benchmarks.measure.paired import Result, table, three_digits
from benchmarks.measure.quota import ONE_CORE_MB
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

_SHARED: Final = {
    "first response, ms": "Start of the process to the first response, ms",
    "p50, ms": "Warm round trip, median, ms",
    "p99, ms": "Warm round trip, p99, ms",
    "processor, ms": "Processor time of a warm request, ms",
    "instances/s by 10": "Instances a second, in requests of 10",
    "by 100": "Instances a second, in requests of 100",
    "by 1 000": "Instances a second, in requests of 1000",
    "by 10 000": "Instances a second, in requests of 10000",
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
    tables = [table(title, results) for title, results in _results(read["tables"]).items()]
    measured_on = f"Measured on: {read['machine']}.\n"
    shares = shares_section({int(memory): _results(figures) for memory, figures in read["shares"].items()})
    return "\n".join([_INTRODUCTION, measured_on, shares, _UNLIMITED, *tables, growth_page(read["growth"])])


def _results(figures: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Result]]:
    return {title: [Result(**each) for each in rows] for title, rows in figures.items()}


def shares_section(shares: Mapping[int, Mapping[str, Sequence[Result]]]) -> str:
    """Return a table of all figures for each memory of a function, with its share of a processor.

    Parameters
    ----------
    shares : mapping
        By memory in MB and by figure, the rows of the alternatives.
    """
    lines = []
    for memory, figures in shares.items():
        columns = {title: {row.way: row for row in figures[figure]} for title, figure in _SHARED.items()}
        lines += [f"### {memory} MB: {memory / ONE_CORE_MB:.2f} of a core", ""]
        lines += [f"| way | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
        for way in next(iter(columns.values())):
            cells = [three_digits(rows[way].median) if way in rows else "" for rows in columns.values()]
            lines.append(f"| {way} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join([_SHARES, *lines]) if lines else ""


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

For engineers who compare this project with alternatives. This page lists the start time, latency, processor time,
memory and throughput of each, and how load time and memory grow with the model.

`make bench` measures each alternative as a whole process in its own locked environment (`benchmarks/ways`): the
functions behind the real `awslambdaric` and a Lambda Runtime API, the servers behind their own HTTP. All predict the
same example; a response without the expected predictions stops the run. The rounds are paired: each alternative in
turn, round by round. The tables show medians; ratios are medians of the rounds' ratios to this project. The
alternatives answer as this project does, label and probabilities by class, but validate nothing and print one record of
metrics for each request (MLServer has its own form and metrics).

In each warm request the processor and its caches are cold, as on Lambda, because the process waits in between; the
tables "inside the handler" come from a loop without that wait. A thread pool that spins, as the default of
`onnxruntime` does, hides part of the wait, at the price in the table of processor time.
"""

_SHARES: Final = """## On Lambda's share of a processor

Lambda gives a function processor time by its memory: 1 769 MB are worth one core. Here each process is in a control
group with that quota. The request has one instance, but for the last columns.
"""

_UNLIMITED: Final = "## With all cores\n"

_GROWTH: Final = """## Growth with the size of the model

![Load time and memory over the size of the forest](growth.svg)

Random forests of 20 features and two classes, each loaded by ONNX Runtime in a separate process. A megabyte refers to
the forest as the converter writes it, whatever the size of the variant's own file. The rest is overhead inside ONNX
Runtime: it turns the operator's attributes into vectors, into a graph and into its nodes, and holds several of them at
the peak. Graph optimisation and the memory arena make no difference for trees; `.ort` files load without parsing and
are larger. A bundle holds the newer operator, with thresholds as doubles; it finds the leaf of each tree, and a table
has the probabilities of the leaves, whatever the number of classes.
"""
