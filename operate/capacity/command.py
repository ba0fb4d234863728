"""The command ``python -m operate.capacity``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from operate.arguments import WRONG_USAGE, Parser, count, milliseconds, positive, up_to, whole

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

DONE = 0

DIRECTORY = Path(__file__).resolve().parents[2]
"""Directory of the project's files."""

_REQUESTS = up_to(100_000_000, "the simulation was validated up to a hundredth of this", positive)
_SPIKE = up_to(1000, "a spike is a multiple of the peak", positive)
_SPIKE_S = up_to(21_600, "the spikes of a day are six hours apart", count)
_KEEP_ALIVE_MIN = up_to(1440, "one day is simulated", count)
_AT_ONCE = up_to(10_000_000, "ten thousand times the default limit of an account", count)

_DESCRIPTION = """\
Estimate how a stack scales with its traffic by simulating a day of AWS Lambda with two peaks, and spikes at noon and in
the evening. The output shows how many requests wait for a cold start, the p99 latency, how many requests are throttled,
and the effect of provisioned concurrency, up to a million requests a minute. docs/capacity.md describes the model."""

_EXAMPLES = """\
examples:
  python -m operate.capacity --stack prod --peak 1000          a day of prod with 1 000 requests a minute at the peaks
  python -m operate.capacity --peak 1000000 --limit 20000      a million a minute, with a raised account limit
  python -m operate.capacity --spike 20 --spike-seconds 300    harder spikes
  python -m operate.capacity --duration-ms 300 --cold-start-ms 1500 --keep-alive 5
  python -m operate.capacity --json build/capacity.json        the day for a plot, see docs/capacity.md

exit codes: 0, 2 wrong usage or settings
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = Parser("python -m operate.capacity", _DESCRIPTION, _EXAMPLES)
    made.add_argument("--stack", default="dev", help="stack whose settings are used, Pulumi.STACK.yaml (default: dev)")
    made.add_argument(
        "--peak", type=_REQUESTS, default=1000, metavar="N", help="requests a minute at the peaks (default: 1000)"
    )
    made.add_argument(
        "--spike", type=_SPIKE, default=3, metavar="N", help="rate of a spike, as a multiple of the peak (default: 3)"
    )
    made.add_argument("--spike-seconds", type=_SPIKE_S, default=60, metavar="S", help="length of a spike (default: 60)")
    made.add_argument(
        "--duration-ms", type=milliseconds, metavar="MS", help="duration of a warm request (default: measured now)"
    )
    made.add_argument(
        "--cold-start-ms",
        type=milliseconds,
        metavar="MS",
        help="duration of a cold start (default: measured now, + 250)",
    )
    made.add_argument(
        "--memory", type=count, metavar="MB", help="memory of the function (default: the stack's setting)"
    )
    made.add_argument(
        "--keep-alive",
        type=_KEEP_ALIVE_MIN,
        default=10,
        metavar="MIN",
        help="lifetime of idle environments (default: 10)",
    )
    made.add_argument(
        "--limit", type=_AT_ONCE, metavar="N", help="concurrency limit (default: the stack's reservation, or 1000)"
    )
    made.add_argument("--seed", type=whole, default=0, metavar="N", help="seed of the random numbers (default: 0)")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the data of a plot")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, or 2 for wrong usage or settings."""
    options = parser().parse_args(arguments)
    console, errors = Console(), Console(stderr=True)
    # Reading the settings imports Pulumi and NumPy, which --help need not wait for.
    import pulumi  # noqa: PLC0415

    from infra.prices.table import PriceError  # noqa: PLC0415
    from infra.settings.files import StackFileError  # noqa: PLC0415
    from operate.capacity.question import Question, scene  # noqa: PLC0415
    from operate.capacity.report import answer  # noqa: PLC0415
    from operate.cost.inventory import ScheduleError  # noqa: PLC0415
    from operate.cost.usage import MeasureError  # noqa: PLC0415

    asked = {name: value for name, value in vars(options).items() if name != "json"}
    try:
        drawn = answer(scene(Question(**asked, directory=DIRECTORY)), options.seed, console)
    except (MeasureError, PriceError, ScheduleError, StackFileError, pulumi.RunError) as error:
        errors.print(f"error: {error}", highlight=False, markup=False, soft_wrap=True)
        return WRONG_USAGE
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(drawn) + "\n", encoding="utf-8")
        console.print(f"Written: {options.json}", highlight=False)
    return DONE
