"""What the committed sweeps found, as the table of docs/estimators.md.

``python -m tests.model_export.sweep.outcomes ONE.json OTHER.json`` adds up what ``make sweep`` wrote with ``--json``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.model_export.sweep.judge import CRASH, EQUAL, REFUSED, WRONG

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).with_name("outcomes.json")


def added(documents: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the sum of several sweeps.

    Raises
    ------
    ValueError
        Two of them have the same seed, so that each of their settings would count twice.
    """
    seeds: list[int] = []
    estimators: dict[str, dict[str, Counter[str]]] = {}
    for document in documents:
        if document["seed"] in seeds:
            raise ValueError(f"two sweeps have the seed {document['seed']}; expected one of each seed")
        seeds.append(document["seed"])
        for name, found in document["estimators"].items():
            mine = estimators.setdefault(name, {"counts": Counter(), "reasons": Counter()})
            for part, counter in mine.items():
                counter.update(found[part])
    return {"seeds": seeds, "estimators": dict(sorted(estimators.items()))}


def table(document: dict[str, Any]) -> str:
    """Return the section of the page: settings tried by estimator, and the most frequent reason of a refusal."""
    estimators: dict[str, dict[str, dict[str, int]]] = document["estimators"]
    rows, total = [], Counter[str]()
    for name, found in estimators.items():
        counts = Counter(found["counts"])
        total += counts
        tried = sum(counts[each] for each in (EQUAL, REFUSED, WRONG, CRASH))
        if tried:
            reason = max(found["reasons"], key=lambda text: (found["reasons"][text], text), default="")
            rows.append(f"| {name} | {tried} | {counts[EQUAL]} | {counts[REFUSED]} | {_cell(reason)} |")
    tried = sum(total[each] for each in (EQUAL, REFUSED, WRONG, CRASH))
    head = "| estimator | settings | equal | refused | most frequent reason |\n|---|---:|---:|---:|---|"
    return (
        f"{tried:,} settings were tried: {total[EQUAL]:,} are exported and answer every request as the original does, "
        f"{total[REFUSED]:,} are\nrefused, {total[WRONG] + total[CRASH]:,} answer otherwise.\n\n"
        + "\n".join([head, *rows])
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(paths: list[str]) -> int:
    """Add up sweeps and write ``outcomes.json``."""
    document = added(json.loads(Path(path).read_text(encoding="utf-8")) for path in paths)
    FILE.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE.name} written; make estimators writes the page.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
