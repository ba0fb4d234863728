"""The command ``python -m operate.smoke``, behind ``make smoke``."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from inference_lib.bundle.golden import parse_golden
from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.errors import BundleError
from operate.arguments import WRONG_USAGE, Parser, positive, up_to
from operate.smoke.caller import API_KEY, Caller, SmokeError, wait_for
from operate.smoke.comparison import smoke

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from inference_lib.contract.document import Contract
    from operate.smoke.comparison import Difference, Verdict

PASSED, FAILED = 0, 1
SHOWN_ROWS = 20

_WAIT_S = up_to(3600, "a deployment responds within the hour or not at all", positive)

_DESCRIPTION = """\
Verify a deployment: send each golden request of a bundle to an API, compare the predictions with those of the original
model within the bundle's tolerance, and report the latency. Differing rows are listed. Run it after each deployment."""

_EXAMPLES = f"""\
examples:
  python -m operate.smoke --stack dev                            the api_url that the stack exports
  python -m operate.smoke --url http://127.0.0.1:8080/dev        the local stack of make run
  {API_KEY}=... python -m operate.smoke --url URL       an API that requires a key; --stack provides it

exit codes: 0, 1 a prediction differs or is missing, 2 wrong usage, or no response
"""


def url_of(stack: str) -> str:
    """Return the URL that a stack exports.

    Raises
    ------
    SmokeError
        Pulumi is not installed, or has no such stack or output.
    """
    command = ["pulumi", "stack", "output", "api_url", "--stack", stack]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    except FileNotFoundError as error:
        raise SmokeError("pulumi, which knows the stack's URL, is not installed. Set the URL: --url URL") from error
    if answer.returncode:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[0].removeprefix("error: ")
        raise SmokeError(f"stack {stack}: its api_url is not known ({reason}). Deploy the stack, or set --url URL")
    return answer.stdout.strip()


def key_of(stack: str) -> str:
    """Return the key in the environment, or the first one that a stack exports; empty without one."""
    if key := os.environ.get(API_KEY, ""):
        return key
    command = ["pulumi", "stack", "output", "api_keys", "--json", "--show-secrets", "--stack", stack]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    keys = json.loads(answer.stdout) if answer.returncode == 0 and answer.stdout.strip() else {}
    return str(next(iter(keys.values()), "")) if isinstance(keys, dict) else ""


def report(verdict: Verdict, contract: Contract, cases: int, console: Console) -> int:
    """Print the verdict of a run; returns 0 or 1."""
    expected = f"{contract.name} {contract.version}"
    if verdict.latencies_ms:
        ordered = sorted(verdict.latencies_ms)
        p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
        tell = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, the first {verdict.latencies_ms[0]:.1f} ms"
        console.print(f"Latency of {len(ordered)} requests, network included: {tell}.", highlight=False, soft_wrap=True)
    if verdict.throttled:
        console.print(f"{verdict.throttled} requests were throttled and sent again.", highlight=False, soft_wrap=True)
    if verdict.served and verdict.served != expected:
        console.print(
            f"[red]The API serves {escape(verdict.served)}, expected {escape(expected)}.[/]",
            highlight=False,
            soft_wrap=True,
        )
    if not verdict.differences and verdict.served == expected:
        console.print(
            f"[green]All {cases} golden answers match {escape(expected)}.[/]", highlight=False, soft_wrap=True
        )
        return PASSED
    if verdict.differences:
        console.print(_table(verdict.differences))
        console.print(
            f"[red]{len(verdict.differences)} of {cases} golden answers differ.[/]", highlight=False, soft_wrap=True
        )
    return FAILED


def _table(differences: list[Difference]) -> Table:
    table = Table(title="Differing rows of golden.json", title_justify="left", title_style="bold")
    for column in ("row", "case", "difference"):
        table.add_column(column)
    for each in differences[:SHOWN_ROWS]:
        table.add_row(str(each.row), escape(each.note), escape(each.reason))
    if len(differences) > SHOWN_ROWS:
        table.add_row("...", "", f"{len(differences) - SHOWN_ROWS} more")
    return table


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = Parser("python -m operate.smoke", _DESCRIPTION, _EXAMPLES)
    made.add_argument("--stack", default="dev", help="stack whose exported api_url is used (default: dev)")
    made.add_argument("--url", default="", help="URL of the API, instead of the stack's")
    made.add_argument("--bundle", type=Path, help="expected bundle (default: the stack's inference:bundle)")
    made.add_argument(
        "--wait", type=_WAIT_S, default=30, metavar="S", help="seconds to wait for a response (default: 30)"
    )
    return made


def _bundle_of(stack: str) -> Path:
    # Reading the settings imports Pulumi, half a second that --help need not wait for.
    from infra.settings.files import PROJECT_DIRECTORY, StackFileError, configuration, stacks  # noqa: PLC0415

    if stack not in stacks():
        raise StackFileError(f"there is no Pulumi.{stack}.yaml; expected {' or '.join(stacks())}, or --bundle")
    return PROJECT_DIRECTORY / configuration(stack)["inference:bundle"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, 1 if a prediction differs, 2 if the test cannot run."""
    options = parser().parse_args(arguments)
    console, errors = Console(), Console(stderr=True)
    from infra.settings.files import StackFileError  # noqa: PLC0415 - as above

    try:
        directory = Path(resolve_bundle(str(options.bundle or _bundle_of(options.stack))))
        contract = load_contract(str(directory))
        golden = parse_golden((directory / "golden.json").read_bytes(), str(directory / "golden.json"))
        url = options.url or url_of(options.stack)
        caller = Caller(url, os.environ.get(API_KEY, "") if options.url else key_of(options.stack))
        with closing(caller), console.status(f"Sending {len(golden.cases)} golden requests to {caller.url} ..."):
            wait_for(caller, options.wait)
            verdict = smoke(caller, golden)
    except (BundleError, SmokeError, StackFileError, OSError) as error:
        errors.print(f"error: {error}", highlight=False, markup=False, soft_wrap=True)
        return WRONG_USAGE
    return report(verdict, contract, len(golden.cases), console)
