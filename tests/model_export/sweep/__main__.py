"""The command behind ``make sweep``: draws settings of estimators until the time is over, and counts the outcomes."""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from tests.model_export.sweep.cases import KINDS, fitted
from tests.model_export.sweep.judge import CRASH, WRONG, judged

UNFIT = "unfit"


def main() -> int:
    """Sweep; returns 1 when an answer was wrong or an export ended in another error than its own."""
    options = _options()
    names = options.only.split(",") if options.only else sorted(KINDS)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    faults: list[str] = []
    end, setting = time.monotonic() + 60 * options.minutes, 0
    print(f"seed {options.seed}, {len(names)} estimators", flush=True)  # noqa: T201 - a command
    while time.monotonic() < end and (not options.settings or setting < options.settings):
        name = names[setting % len(names)]
        generator = np.random.default_rng([options.seed, setting])
        setting += 1
        try:
            with threadpool_limits(1), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                case = fitted(name, generator)
        except Exception:  # noqa: BLE001 - scikit-learn itself refuses some combinations
            counts[name][UNFIT] += 1
            continue
        with threadpool_limits(1):
            verdict, said = judged(case, generator)
        counts[name][verdict] += 1
        if said:
            reasons[name][said.split(" (")[0][:160]] += 1
        if verdict in {WRONG, CRASH}:
            faults.append(f"{verdict}: setting {setting - 1}: {case.described}: {said[:300]}")
            print(faults[-1], flush=True)  # noqa: T201 - a command
    total = sum(counts.values(), Counter())
    print(f"{setting} settings: {dict(total)}", flush=True)  # noqa: T201 - a command
    if options.json:
        document = {name: {"counts": counts[name], "reasons": reasons[name]} for name in sorted(counts)}
        options.json.write_text(
            json.dumps({"seed": options.seed, "estimators": document}, indent=1) + "\n", encoding="utf-8"
        )
    return int(bool(faults))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model_export.sweep", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10)")
    parser.add_argument("--settings", type=int, default=0, help="how many settings at most (default: as many as fit)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (default: 1)")
    parser.add_argument("--only", default="", help="names of estimators, separated by commas")
    parser.add_argument("--json", type=Path, help="write the counts and reasons by estimator here")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
