"""The command ``python -m local_stack drill``."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from inference_lib.bundle.golden import parse_golden

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_stack.drill.exercise import Outcome
    from local_stack.drill.scenarios import Scenario
    from local_stack.stack import StackArgs

PASSED, FAILED = 0, 1
NAMES = ("errors", "slow-model", "memory", "drifted-feature", "bad-deployment", "missing-caller")
"""The scenarios, by name; importing them imports Pulumi, which --help does not need."""
_MOST_INSTANCES = 200

_DESCRIPTION = """\
Break a local stack on purpose, scenario by scenario, and check the on-call chain: the alarm fires, its notification is
sent, and the first step of the runbook shows the cause. Times are minutes of the stack's clock, which runs faster."""

_EXAMPLES = """\
examples:
  python -m local_stack drill                     every scenario, which takes two to three minutes
  python -m local_stack drill errors memory       two of them
  python -m local_stack --stack prod drill        with the alarms of prod

exit codes: 0 all found, 1 an alarm, a message or a cause is missing, 2 wrong usage or settings
"""


def add_drill(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of ``python -m local_stack``."""
    parser = commands.add_parser(
        "drill",
        help="break the stack on purpose, and check alarms, notifications and runbook",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "scenarios", nargs="*", metavar="SCENARIO", type=_scenario, help=f"{', '.join(NAMES)} (default: all)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the outcomes to this file")


def _scenario(name: str) -> str:
    if name not in NAMES:
        raise argparse.ArgumentTypeError(f"there is no scenario {name!r}; expected some of {', '.join(NAMES)}")
    return name


def run_drill(options: argparse.Namespace, stack_of: Callable[[dict[str, str]], StackArgs]) -> int:
    """Run the scenarios and print a table; returns 0, or 1 when anything was not found.

    Parameters
    ----------
    options : Namespace
        The names of the scenarios, and the file for the outcomes.
    stack_of : callable
        Returns the stack that is declared with some settings.

    Raises
    ------
    LocalStackError, BundleError
        The stack does not start.
    """
    from local_stack.drill.exercise import exercise, full_monitoring  # noqa: PLC0415 - imports Pulumi
    from local_stack.drill.scenarios import SCENARIOS  # noqa: PLC0415 - likewise

    console = Console(soft_wrap=True)
    chosen = [each for each in SCENARIOS if not options.scenarios or each.name in options.scenarios]
    outcomes = []
    for scenario in chosen:
        args = stack_of(full_monitoring(dict(scenario.settings)))
        with console.status(f"{scenario.name}: waiting for the alarm {scenario.alarm} ..."):
            outcomes.append(asyncio.run(exercise(scenario, args, _instances(args))))
        console.print(_line(outcomes[-1]), highlight=False)
    console.print(table(outcomes))
    if options.json:
        options.json.write_text(json.dumps([members(each) for each in outcomes], indent=2) + "\n", encoding="utf-8")
    return PASSED if all(each.has_passed for each in outcomes) else FAILED


def _instances(args: StackArgs) -> list[dict[str, Any]]:
    from inference_lib.environment import MODEL_BUNDLE  # noqa: PLC0415 - next to its use

    place = Path(args.function.environment[MODEL_BUNDLE]) / "golden.json"
    cases = parse_golden(place.read_bytes(), str(place)).cases
    return [dict(case.instance) for case in cases[:_MOST_INSTANCES]]


def _line(outcome: Outcome) -> str:
    name = outcome.scenario.name
    return f"[green]{name}: found[/]" if outcome.has_passed else f"[red]{name}: NOT found[/]"


def table(outcomes: Sequence[Outcome]) -> Table:
    """Return the table of the outcomes."""
    made = Table("scenario", "alarm", "minutes to detect", "notification", "first step of the runbook")
    for each in outcomes:
        made.add_row(*members(each).values())
    return made


def members(outcome: Outcome) -> dict[str, str]:
    """Return the cells of a row by their name; what is missing says so."""
    scenario: Scenario = outcome.scenario
    return {
        "scenario": scenario.name,
        "alarm": scenario.alarm,
        "minutes": "did not fire" if outcome.minutes is None else f"{outcome.minutes:.0f}",
        "notification": outcome.notification or "none was sent",
        "cause": outcome.cause or "does not show the cause",
    }
