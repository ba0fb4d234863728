"""The command behind ``make preview``: runs Pulumi's preview and ends with a summary for reviewers."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from inference_lib.contract.reading import load_contract
from inference_lib.errors import BundleError
from operate.preview.changes import changes
from operate.preview.summary import Reviewed, live_version, summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import Contract

DIRECTORY = Path(__file__).resolve().parents[2]
"""Directory of the project's files."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; unknown arguments are passed to Pulumi."""
    made = argparse.ArgumentParser(prog="python -m operate.preview", description=__doc__.partition("\n")[0])
    made.add_argument("--stack", default="dev", help="stack whose update is previewed (default: dev)")
    made.add_argument("--report", type=Path, help="also write the summary, followed by the engine's list, to this file")
    return made


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code of Pulumi."""
    options, others = parser().parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        events = Path(directory) / "events.json"
        command = ["pulumi", "preview", "--stack", options.stack, "--event-log", str(events), *others]
        # Pulumi shows the option only in debug mode, for clients such as its own Automation API.
        environment = {**os.environ, "PULUMI_DEBUG_COMMANDS": "true"}
        code, printed = _run(command, environment, kept=options.report is not None)
        if code:
            return code
        text = _summary(options.stack, events)
    sys.stdout.write(f"\n{text}")
    if options.report:
        options.report.write_text(f"{text}\n{printed}", encoding="utf-8")
    return 0


def _run(command: Sequence[str], environment: Mapping[str, str], *, kept: bool) -> tuple[int, str]:
    """Run the engine on the terminal, or line by line if its list is recorded."""
    if not kept:
        return subprocess.run(command, env=environment, check=False).returncode, ""  # noqa: S603 - ours, without a shell
    lines = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as engine:  # noqa: S603 - likewise
        for line in engine.stdout or ():
            sys.stdout.write(line)
            lines.append(line)
    return engine.returncode, "".join(lines)


def _summary(stack: str, events: Path) -> str:
    # Reading the settings imports Pulumi, half a second that --help need not wait for.
    from infra.settings.files import read_stack  # noqa: PLC0415

    found = changes(events.read_text(encoding="utf-8").splitlines())
    settings, _ = read_stack(stack)
    served = settings.contract
    return summary(
        Reviewed(
            stack=stack,
            changes=found,
            live=_live(settings.bundle, live_version(found)),
            served=served,
            costs=_costs(stack),
        )
    )


def _costs(stack: str) -> tuple[float | None, float] | str:
    from infra.prices.table import PriceError  # noqa: PLC0415 - as above
    from operate.cost.inventory import ScheduleError  # noqa: PLC0415
    from operate.cost.usage import MeasureError  # noqa: PLC0415
    from operate.preview.price import monthly_costs  # noqa: PLC0415

    try:
        return monthly_costs(stack, _deployed_settings(stack))
    except (MeasureError, PriceError, ScheduleError) as error:
        return str(error)


def _live(bundle: str, version: str) -> Contract | None:
    """Return the contract of the live model; None if its bundle is not in this checkout."""
    if not version:
        return None
    try:
        return load_contract(str(DIRECTORY / Path(bundle).parent / version))
    except BundleError:
        return None


def _deployed_settings(stack: str) -> dict[str, str] | None:
    """Return the plain settings of the last update; None without one."""
    command = ["pulumi", "stack", "history", "--stack", stack, "--json", "--page-size", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours, without a shell
    updates = json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else []
    if not updates:
        return None
    config = updates[0].get("config") or {}
    return {key: each["value"] for key, each in config.items() if "value" in each and not each.get("secret")}
