"""The command ``python -m benchmarks``: every measurement as a table, and as JSON on request."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.comparison import growth, handler, pages, processes
from benchmarks.measure.paired import table
from benchmarks.measure.quota import NoQuota
from benchmarks.publish.pages import machine
from inference_lib.contract.reading import resolve_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.measure.paired import Result

_EXAMPLE = "sleep_advice"


def main() -> None:
    """Run the benchmarks."""
    options = _options()
    bundle = Path(resolve_bundle(f"bundles/{_EXAMPLE}"))
    model = Path(f"build/examples/{_EXAMPLE}/model.joblib")
    where = f"{machine()}, onnxruntime {version('onnxruntime')}, {options.rounds} paired rounds"
    found = _compared(bundle, model, options)
    measured = found.unlimited
    measured["Inside the handler, one instance, ms"] = handler.measure(bundle, 1, options.rounds)
    measured["Inside the handler, 1000 instances, ms"] = handler.measure(bundle, 1000, options.rounds)
    for title, results in measured.items():
        print(table(title, results), flush=True)
    grown = [asdict(row) for row in growth.measure(options.rounds, options.trees)]
    print(pages.growth_page(grown), flush=True)
    shares = {str(memory): _as_json(results) for memory, results in found.by_memory.items()}
    print(pages.shares_section(found.by_memory), flush=True)
    run = {"machine": where, "shares": shares, "tables": _as_json(measured), "growth": grown}
    content = json.dumps(run, indent=1) + "\n"
    if options.json:
        options.json.write_text(content, encoding="utf-8")
    if options.publish:
        pages.publish(content)
        print("Written: README.md, docs/benchmarks.md, docs/growth.svg, benchmarks/publish/results/comparison.json")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="paired rounds; medians are reported (default: 7)")
    parser.add_argument(
        "--requests",
        type=int,
        default=processes.WARM_REQUESTS,
        metavar="N",
        help="warm requests of one row a round, others in proportion; few for a first look "
        f"(default: {processes.WARM_REQUESTS})",
    )
    parser.add_argument(
        "--memory",
        type=int,
        nargs="*",
        default=[512, 1769, 3538],
        metavar="MB",
        help="also with Lambda's share of a processor for this memory, in a control group (default: 512 1769 3538)",
    )
    parser.add_argument(
        "--trees",
        type=int,
        nargs="+",
        default=growth.TREES,
        metavar="N",
        help="forests whose load time is compared, by their number of trees, at least two (default: 2 16 160 780)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    parser.add_argument("--publish", action="store_true", help="write them into the README and docs/benchmarks.md")
    options = parser.parse_args()
    if len(set(options.trees)) < 2:  # noqa: PLR2004 - a growth is between two sizes
        parser.error("--trees: expected two numbers of trees or more that differ, such as --trees 2 16")
    if options.requests < processes.FEWEST_REQUESTS:
        parser.error(f"--requests: expected {processes.FEWEST_REQUESTS} or more, or too little processor time to count")
    if options.publish and (tuple(options.trees) != growth.TREES or options.requests < processes.WARM_REQUESTS):
        parser.error("--publish: the pages show every forest and the whole load; leave --trees and --requests out")
    return options


def _compared(bundle: Path, model: Path, options: argparse.Namespace) -> processes.Measured:
    """Compare the processes; without control groups, in a sentence, only with all cores."""
    try:
        return processes.measure(bundle, model, options.rounds, options.memory, options.requests)
    except NoQuota as error:
        print(f"Left out: the tables on Lambda's share of a processor. {error}", flush=True)
        return processes.measure(bundle, model, options.rounds, requests=options.requests)


def _as_json(measured: Mapping[str, Sequence[Result]]) -> dict[str, list[dict[str, object]]]:
    return {title: [asdict(result) for result in results] for title, results in measured.items()}


if __name__ == "__main__":
    main()
