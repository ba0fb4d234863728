"""The command ``python -m operate.cost``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from operate.arguments import WRONG_USAGE, Parser, count, milliseconds, positive, share, up_to, whole

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


WITHIN, OVER_BUDGET = 0, 1

_A_MONTH = up_to(1_000_000_000_000, "400 000 a second; Amazon API Gateway allows 10 000", whole)
_INSTANCES = up_to(100_000, "the maximum of inference:maxInstances", count)
_LINES = up_to(1_000_000_000_000, "400 000 a second, all month", count)

DIRECTORY = Path(__file__).resolve().parents[2]
"""Directory of the project's files."""

_DESCRIPTION = """\
Estimate what a stack costs in a month, row by row, with the price list of its region (infra/prices/table.csv): at list
price, and after the always-free tiers, which belong to the account and which another stack may use up. Taxes and data
transfer are left out. Duration and memory are measured with the stack's bundle unless they are given; Lambda allocates
CPU in proportion to memory, and bills each request by the whole millisecond."""

_EXAMPLES = """\
examples:
  python -m operate.cost --stack prod --requests 200000   the bill of prod
  python -m operate.cost --duration-ms 30 --memory 1024   with a duration from CloudWatch
  python -m operate.cost --batch-lines 10000000           with batch scoring, if batchConcurrency is set
  python -m operate.cost --compare memory                 cost and speed by memory size, with a recommendation
  python -m operate.cost --diff prod                      the difference in cost between dev and prod
  python -m operate.cost --earlier                        the reference system, and this one with its traffic
  python -m operate.cost --stack prod --budget 60         exit with 1 if the list price exceeds 60 USD, for CI

exit codes: 0, 1 above the budget, 2 wrong usage or settings
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = Parser("python -m operate.cost", _DESCRIPTION, _EXAMPLES)
    made.add_argument("--stack", default="dev", help="stack whose settings are used, Pulumi.STACK.yaml (default: dev)")
    made.add_argument("--region", help="region whose prices are used (default: the stack's aws:region)")
    made.add_argument(
        "--requests", type=_A_MONTH, default=200_000, metavar="N", help="requests a month (default: 200000)"
    )
    made.add_argument(
        "--instances", type=_INSTANCES, default=1, metavar="N", help="instances in each request (default: 1)"
    )
    made.add_argument(
        "--duration-ms", type=milliseconds, metavar="MS", help="duration of a warm request (default: measured now)"
    )
    made.add_argument(
        "--memory", type=count, metavar="MB", help="memory of the function (default: the stack's setting)"
    )
    made.add_argument(
        "--cold-starts",
        type=share,
        default=0.01,
        metavar="SHARE",
        help="share of cold starts among the requests (default: 0.01)",
    )
    made.add_argument(
        "--batch-lines", type=_LINES, default=0, metavar="N", help="lines a month that batches score (default: 0)"
    )
    what = made.add_mutually_exclusive_group()
    what.add_argument("--compare", choices=["memory"], help="show cost and latency by memory size")
    what.add_argument("--diff", metavar="STACK", help="show the difference to another stack")
    what.add_argument("--earlier", action="store_true", help="compare with the reference system")
    made.add_argument("--budget", type=positive, metavar="USD", help="exit with 1 if the list price exceeds this")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, 1 above the budget, 2 for wrong usage or settings."""
    options = parser().parse_args(arguments)
    console, errors = Console(), Console(stderr=True)
    # Reading the settings imports Pulumi, half a second that --help need not wait for.
    import pulumi  # noqa: PLC0415

    from infra.prices.table import PriceError  # noqa: PLC0415
    from infra.settings.files import StackFileError  # noqa: PLC0415
    from operate.cost.inventory import ScheduleError  # noqa: PLC0415
    from operate.cost.report import Question, answer  # noqa: PLC0415
    from operate.cost.usage import MeasureError  # noqa: PLC0415

    asked = {name: value for name, value in vars(options).items() if name != "budget"}
    question = Question(**asked, directory=DIRECTORY)
    try:
        listed = answer(question, console)
    except (MeasureError, PriceError, ScheduleError, StackFileError, pulumi.RunError) as error:
        errors.print(f"error: {error}", highlight=False, markup=False, soft_wrap=True)
        return WRONG_USAGE
    return _verdict(listed, options, console)


def _verdict(listed: float, options: argparse.Namespace, console: Console) -> int:
    if options.budget is None:
        return WITHIN
    within = listed <= options.budget
    what = f"{options.stack}: {listed:,.2f} USD a month is {'within' if within else 'above'} the budget of"
    console.print(f"{what} {options.budget:,.2f} USD.", highlight=False, style="" if within else "red")
    return WITHIN if within else OVER_BUDGET
