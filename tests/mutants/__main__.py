"""The command behind ``make mutants``: changes tokens of the product one at a time, and lists what no test notices."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.mutants.changes import changes
from tests.mutants.running import KILLED, SURVIVED, Copy, copy_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.mutants.changes import Change

ROOT: Final = Path(__file__).parents[2]
ACCEPTED: Final = Path(__file__).with_name("accepted.json")
"""Changes that cannot matter: path, the line as it is, what takes the token's place, and the reason."""

DEFAULT: Final = (
    "inference_lib",
    "model_export/proof",
    "model_export/conversion",
    "infra/settings",
    "infra/monitoring/alarms",
    "infra/api",
    "infra/*/policies.py",
    "local_stack/monitoring",
    "local_stack/gateway",
)
_ACCEPTED: Final = "accepted"
_OK, _TOO_FEW, _CANNOT = 0, 1, 2
_EXAMPLES: Final = """\
examples:
  make mutants SAMPLE=30                              30 changes, drawn from all packages
  python -m tests.mutants inference_lib/contract      every change of one package

exit codes: 0, 1 when too small a share was noticed, 2 when nothing can be changed or the tests fail by themselves
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Change, test and count; returns 1 where too small a share was noticed, 2 where it cannot run."""
    options = _options(arguments)
    console = Console()
    drawn = _drawn(options.paths, options.sample, options.seed)
    if not drawn:
        print(f"error: {', '.join(options.paths)}: nothing to change; expected packages or modules", file=sys.stderr)  # noqa: T201 - a command
        return _CANNOT
    console.print(f"{len(drawn)} changes, seed {options.seed}")
    try:
        outcomes = _outcomes(drawn, options, console)
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command
        return _CANNOT
    counts: dict[str, Counter[str]] = {}
    for (module, _), outcome in zip(drawn, outcomes, strict=True):
        counts.setdefault(_package(module), Counter())[outcome] += 1
    return _report(counts, options.at_least, console)


def _drawn(paths: Sequence[str], sample: int, seed: int) -> list[tuple[str, Change]]:
    files = sorted(
        {
            file
            for path in paths
            for file in ([*ROOT.glob(path)] if path.endswith(".py") else (ROOT / path).rglob("*.py"))
        }
    )
    found = [(str(file.relative_to(ROOT)), change) for file in files for change in changes(file.read_bytes())]
    if not sample or sample >= len(found):
        return found
    return sorted(random.Random(seed).sample(found, sample))  # noqa: S311 - no secret depends on it


def _outcomes(drawn: Sequence[tuple[str, Change]], options: argparse.Namespace, console: Console) -> list[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        ExitStack() as cleanup,
        ThreadPoolExecutor(options.workers) as pool,
        Progress(console=console, transient=True) as progress,
    ):
        task = progress.add_task("Changing and testing", total=len(drawn))
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(options.workers):
            copy = Copy(copy_of(ROOT, Path(folder, str(number))), nearest=options.nearest)
            cleanup.callback(copy.close)
            copies.put(copy)

        def outcome(each: tuple[str, Change]) -> str:
            copy = copies.get()
            try:
                return _judged(*each, copy.outcome(*each), console)
            finally:
                copies.put(copy)
                progress.advance(task)

        return list(pool.map(outcome, drawn))


def _judged(module: str, change: Change, outcome: str, console: Console) -> str:
    """Print a change that no test notices, unless it cannot matter."""
    if outcome != SURVIVED:
        return outcome
    line = _line(module, change)
    if [module, line, change.new] in [each[:3] for each in json.loads(ACCEPTED.read_text(encoding="utf-8"))]:
        return _ACCEPTED
    console.print(f"{module}:{change.line}: {line}  ->  {change.new or 'nothing'}", markup=False, soft_wrap=True)
    return outcome


def _report(counts: dict[str, Counter[str]], at_least: float, console: Console) -> int:
    table = Table("package", "changes", "noticed", "not noticed", "cannot matter", "share")
    total: Counter[str] = Counter()
    for package, found in sorted(counts.items()):
        total += found
        table.add_row(package, *_cells(found))
    table.add_row("all", *_cells(total))
    console.print(table)
    return _OK if _share(total) >= at_least else _TOO_FEW


def _cells(found: Counter[str]) -> tuple[str, ...]:
    whole = (found.total(), found[KILLED], found[SURVIVED], found[_ACCEPTED])
    return (*map(str, whole), f"{_share(found):.0f} %")


def _share(found: Counter[str]) -> float:
    counted = found[KILLED] + found[SURVIVED]
    return 100 * found[KILLED] / counted if counted else 100.0


def _package(module: str) -> str:
    return "/".join(module.split("/")[:2]) if module.count("/") > 1 else module.split("/", maxsplit=1)[0]


def _line(module: str, change: Change) -> str:
    return (ROOT / module).read_text(encoding="utf-8").splitlines()[change.line - 1].strip()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", default=DEFAULT, help="packages or modules (default: all that decide)")
    parser.add_argument("--sample", type=int, default=0, help="how many changes to draw (default: every one)")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn (default: 1)")
    parser.add_argument("--workers", type=int, default=2, help="copies of the project at a time (default: 2)")
    parser.add_argument(
        "--nearest", action="store_true", help="run a module's own tests and its folder's alone, faster"
    )
    parser.add_argument("--at-least", type=float, default=85.0, help="share to be noticed, in percent (default: 85)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
