"""The command ``python -m operate.doctor``, behind ``make doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from operate.arguments import Parser
from operate.doctor.finding import BLOCKED, NOTE, OK, SKIPPED, Finding

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from infra.settings.declaration import StackSettings

READY, NOT_READY = 0, 1

DIRECTORY = Path(__file__).resolve().parents[2]
"""Directory of the project's files."""

_COLOURS = {OK: "green", NOTE: "yellow", SKIPPED: "dim", BLOCKED: "red"}
_TEAM = "inference:slackTeamId"

_DESCRIPTION = """\
Check what a deployment needs, before the first `pulumi up`: the Pulumi CLI and its login, Docker, the files of the
stack, its bundle, and the AWS account. Each check prints one line: ok, or what is wrong with the command that fixes it.
Nothing is changed. With a budget, one request to the Cost Explorer API is made, for which AWS bills 0.01 USD."""

_EXAMPLES = """\
examples:
  python -m operate.doctor                  what dev needs
  python -m operate.doctor --stack prod     what prod needs

exit codes: 0 nothing blocks, 1 something blocks, 2 wrong usage
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = Parser("python -m operate.doctor", _DESCRIPTION, _EXAMPLES)
    made.add_argument("--stack", default="dev", help="stack to deploy (default: dev)")
    return made


def findings(stack: str, directory: Path) -> Iterator[Finding]:
    """Yield the outcome of each check, in the order in which they are best fixed.

    Parameters
    ----------
    stack : str
        Name of the stack.
    directory : Path
        Directory of the project's files and bundles.
    """
    # Reading the settings imports Pulumi, half a second that --help need not wait for.
    from operate.doctor.files import SETTINGS, bundle_checks, settings_checks, stack_configuration  # noqa: PLC0415
    from operate.doctor.tools import docker_check, pulumi_checks  # noqa: PLC0415

    values = stack_configuration(stack, directory)
    if isinstance(values, Finding):
        yield values
        values = {}
    yield from pulumi_checks(stack, directory)
    yield docker_check()
    found: list[StackSettings] = []
    if values:
        yield from bundle_checks(values, directory)
        yield from settings_checks(stack, directory, found)
    else:
        yield Finding(SETTINGS, SKIPPED, "needs the stack file")
    yield from _account(stack, values, found, directory)


def _account(
    stack: str, values: Mapping[str, str], found: Sequence[StackSettings], directory: Path
) -> Iterator[Finding]:
    import boto3  # noqa: PLC0415 - 0.2 s that --help need not wait for
    from botocore.exceptions import ProfileNotFound  # noqa: PLC0415 - likewise

    from infra.prices.table import DEFAULT_REGION  # noqa: PLC0415 - likewise
    from operate.doctor.account import (  # noqa: PLC0415 - likewise
        CREDENTIALS,
        Account,
        account_checks,
        credentials_check,
        region_check,
        skipped_account_checks,
    )

    region = values.get("aws:region", DEFAULT_REGION)
    try:
        session = boto3.Session(profile_name=values.get("aws:profile") or None, region_name=region)
    except ProfileNotFound as error:
        yield Finding(CREDENTIALS, BLOCKED, f"{error}. List them: aws configure list-profiles")
        yield from skipped_account_checks("needs AWS credentials")
        return
    placed = region_check(session, region, stack)
    account = Account(session, region)
    yield placed
    if placed.state == BLOCKED:
        yield Finding(CREDENTIALS, SKIPPED, "needs a region")
        yield from skipped_account_checks("needs a region")
        return
    accepted = credentials_check(account)
    yield accepted
    if accepted.state == BLOCKED:
        yield from skipped_account_checks("needs AWS credentials")
    elif not found:
        yield from skipped_account_checks("needs valid settings")
    else:
        yield from account_checks(account, found[0], _slack_team(found[0], directory))


def _slack_team(settings: StackSettings, directory: Path) -> str:
    """Return the Slack workspace of a stack; only Pulumi can decrypt it."""
    from operate.doctor.tools import ToolError, run  # noqa: PLC0415 - imports Pulumi

    stack = settings.stack
    if settings.slack_team_id or _TEAM not in (directory / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"):
        return settings.slack_team_id
    try:
        return run("pulumi", "config", "get", _TEAM, "--stack", stack, "--non-interactive", directory=directory).strip()
    except ToolError:
        return ""


def main(arguments: Sequence[str] | None = None, directory: Path = DIRECTORY) -> int:
    """Run the command; returns 0 if nothing blocks a deployment, and 1 otherwise."""
    options = parser().parse_args(arguments)
    console = Console()
    blocked = 0
    with console.status("Checking ..."):
        for found in findings(options.stack, directory):
            blocked += found.state == BLOCKED
            colour = _COLOURS[found.state]
            line = f"[{colour}]{found.state:<8}[/] {found.check:<20} {escape(found.text)}"
            console.print(line, highlight=False, soft_wrap=True)
    stack = options.stack
    if blocked:
        number = "1 check blocks" if blocked == 1 else f"{blocked} checks block"
        console.print(
            f"[red]{number} the deployment of {escape(stack)}.[/] Then run again: make doctor STACK={escape(stack)}",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
        return NOT_READY
    console.print(
        f"[green]Nothing blocks.[/] Next: make preview STACK={stack}, then make up STACK={stack}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    return READY
