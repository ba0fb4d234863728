"""The command ``python -m benchmarks``: every measurement as a table, and as JSON on request."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import batch, cold_start
from benchmarks.measure import Result, document, table
from inference_lib.contract_file import resolve_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

_EXAMPLE = "sleep_advice"

_MEASUREMENTS: dict[str, Callable[[Path, Path, int], list[Result]]] = {
    "Start of the process to the first prediction": cold_start.measure,
    "One request of 1 instance": lambda bundle, _, rounds: batch.measure(bundle, 1, rounds),
    "One request of 1000 instances": lambda bundle, _, rounds: batch.measure(bundle, 1000, rounds),
}


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="paired rounds; medians are quoted (default: 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as well")
    options = parser.parse_args()
    bundle = Path(resolve_bundle(f"bundles/{_EXAMPLE}"))
    model = Path(f"build/examples/{_EXAMPLE}/model.joblib")
    machine = (
        f"{os.cpu_count()} cores of {platform.machine()}, CPython {platform.python_version()}, "
        f"onnxruntime {version('onnxruntime')}, {options.rounds} paired rounds"
    )
    measured: dict[str, list[Result]] = {}
    for title, measure in _MEASUREMENTS.items():
        measured[title] = measure(bundle, model, options.rounds)
        print(table(title, measured[title]), flush=True)
    if options.json:
        options.json.write_text(document(machine, measured), encoding="utf-8")


if __name__ == "__main__":
    main()
