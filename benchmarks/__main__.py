"""The command ``python -m benchmarks``: every measurement as a table, and as JSON on request."""

from __future__ import annotations

import argparse
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks import batch, cold_start
from benchmarks.measure import Result, as_json, table
from inference_lib.contract_file import resolve_bundle

_EXAMPLE = "sleep_advice"


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="paired rounds; medians are quoted (default: 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as well")
    options = parser.parse_args()
    bundle = Path(resolve_bundle(f"bundles/{_EXAMPLE}"))
    model = Path(f"build/examples/{_EXAMPLE}/model.joblib")
    print(
        f"CPython {platform.python_version()}, onnxruntime {version('onnxruntime')}, {platform.machine()}; {bundle}\n"
    )
    results: list[Result] = []
    for title, measured in (
        ("Start of the process to the first prediction", cold_start.measure(bundle, model, options.rounds)),
        ("One request of 1 instance", batch.measure(bundle, 1, options.rounds)),
        ("One request of 1000 instances", batch.measure(bundle, 1000, options.rounds)),
    ):
        print(table(title, measured), flush=True)
        results += measured
    if options.json:
        options.json.write_text(as_json(results) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
