"""The command ``python -m local_stack replay``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import sys
import time
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.errors import BundleError
from local_stack.errors import LocalStackError
from local_stack.machine.clock import seconds
from local_stack.traffic.day import Day
from local_stack.traffic.instances import Sampler, drift_of
from local_stack.traffic.requests import Planned, golden_requests, read_golden, recorded, rows_of, synthetic
from local_stack.traffic.sender import Sender, Summary
from local_stack.traffic.truth import Truths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inference_lib.bundle.golden import Golden
    from inference_lib.contract.document import Contract

API_KEY = "INFERENCE_API_KEY"
GOLDEN, SYNTHETIC = "golden", "synthetic"
_SHOWN_DIFFERENCES = 10
_TIMEOUT_S = 5.0
_OK, _FAILED = 0, 1

_DESCRIPTION = """\
Send traffic to a stack: the requests of a file, the golden requests of a bundle, or synthetic ones drawn from
its profile, at the rate of a day with peaks in the morning and in the evening."""

_EXAMPLES = """\
examples:
  python -m local_stack replay synthetic                          five minutes, one request a second
  python -m local_stack replay synthetic --drift age=+15          the input distribution has changed
  python -m local_stack replay synthetic --feedback 0.3           with actual labels as feedback
  python -m local_stack replay golden --rate 50 --flat            does the API still return the golden answers?
  python -m local_stack replay requests.jsonl --speed 60          a recorded hour in a minute

For a day in twelve minutes start the stack with a faster clock, and let the traffic follow it:
  python -m local_stack --clock-speed 120 --no-throttle --quiet
  python -m local_stack replay synthetic --duration 1d --rate 0.5
"""


def add_replay(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of ``python -m local_stack``."""
    parser = commands.add_parser(
        "replay",
        help="send recorded, golden or synthetic traffic to a stack",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source", metavar="FILE|golden|synthetic", help="JSON lines or CSV of requests, or a kind of traffic"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080/dev", help="the stage (default: %(default)s)")
    parser.add_argument(
        "--bundle", metavar="DIR", help="the model's bundle (default: bundles/NAME/VERSION of the served model)"
    )
    _add_traffic(parser)
    parser.add_argument(
        "--concurrency", type=int, default=64, help="maximum number of concurrent requests (default: 64)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of all random values (default: 0)")
    parser.add_argument("--api-key", default=os.environ.get(API_KEY, ""), help=f"x-api-key (default: ${API_KEY})")


def _add_traffic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rate", type=_positive, default=1.0, help="mean requests per second of the stack's clock (default: 1)"
    )
    parser.add_argument("--speed", type=_positive, help="speed of the traffic (default: that of the stack's clock)")
    parser.add_argument("--duration", type=_duration, default=300.0, help="duration, such as 30s, 5m, 1d (default: 5m)")
    parser.add_argument("--flat", action="store_true", help="the same rate at all times of the day")
    parser.add_argument("--zone", type=_zone, default="UTC", help="time zone of the callers (default: UTC)")
    parser.add_argument(
        "--rows",
        type=Path,
        metavar="FILE",
        help="draw rows of this CSV instead of values from the profile",
    )
    parser.add_argument("--drift", action="append", default=[], metavar="NAME=+5", help="shift a feature; repeatable")
    parser.add_argument(
        "--missing", type=_share, default=-1.0, metavar="SHARE", help="share of nullable values to leave out"
    )
    parser.add_argument("--invalid", type=_share, default=0.0, metavar="SHARE", help="share of invalid requests")
    parser.add_argument(
        "--feedback", type=_share, default=0.0, metavar="SHARE", help="share of predictions with feedback"
    )
    parser.add_argument(
        "--surprise",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="share of feedback that ignores the prediction",
    )


def _positive(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < float(text) < float("inf"):
            return float(text)
    raise argparse.ArgumentTypeError("expected a number above 0")


def _share(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= float(text) <= 1:
            return float(text)
    raise argparse.ArgumentTypeError("expected a share from 0 to 1")


def _duration(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|d)", text)
    if match is None or not float(match[1]):
        raise argparse.ArgumentTypeError("expected a duration such as 30s, 5m, 2h or 1d")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[match[2]]


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError("expected a time zone such as Europe/Berlin") from error


class _Target(NamedTuple):
    """The stack that receives the traffic."""

    contract: Contract
    bundle: Path
    now: float
    speed: float


def run_replay(options: argparse.Namespace) -> int:
    """Send the traffic and print a summary.

    Returns
    -------
    int
        0; 1 when golden answers differ or no request was answered.

    Raises
    ------
    LocalStackError
        The stack does not answer, or the requests cannot be read.
    """
    options.url = options.url.rstrip("/")
    headers = {"x-api-key": options.api_key} if options.api_key else {}
    target = _target(options.url, options.bundle, headers)
    speed = options.speed or target.speed
    golden = read_golden(target.bundle) if options.source == GOLDEN else None
    requests, expected = _requests(options, target, golden)
    truths = _truths(options, target.contract, headers)
    sender = Sender(options.url, speed, max(options.concurrency, 1), headers, golden=golden, truths=truths)
    with _progress() as progress, contextlib.suppress(KeyboardInterrupt):
        task = progress.add_task(f"{options.source} to {options.url}", total=expected)
        asyncio.run(sender.send(requests, target.now, lambda: progress.advance(task)))
    return _show(sender.summary, options.url)


def _truths(options: argparse.Namespace, contract: Contract, headers: dict[str, str]) -> Truths | None:
    if not options.feedback:
        return None
    if "/feedback" not in _get(f"{options.url}/openapi.json", headers).get("paths", {}):
        raise LocalStackError(
            f"{options.url} does not accept feedback. Start a stack that does: "
            "python -m local_stack --set modelMonitor=true --set feedback=true"
        )
    return Truths(contract, options.feedback, options.surprise, random.Random(options.seed))  # noqa: S311 - no secret


def _target(url: str, bundle: str | None, headers: dict[str, str]) -> _Target:
    model = _get(f"{url}/model", headers)
    if not isinstance(model, dict) or not {"name", "version"} <= set(model):
        raise LocalStackError(f"{url}/model does not return a contract; expected the address of a stage")
    try:
        served = Path(resolve_bundle(bundle or str(Path("bundles", model["name"], model["version"]))))
        contract = load_contract(str(served))
    except BundleError as error:
        raise LocalStackError(f"{error} (the model that {url} serves; pass its folder with --bundle DIR)") from error
    host = url.split("/", 3)
    try:
        about = httpx.get(f"{host[0]}//{host[2]}/_local/stack", timeout=_TIMEOUT_S).json()
        return _Target(contract, served, seconds(about["now"]), float(about["clockSpeed"]))
    except (httpx.HTTPError, ValueError, LookupError, TypeError):
        # Not a local stack: its clock runs in real time.
        return _Target(contract, served, time.time(), 1.0)


def _get(url: str, headers: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    try:
        response = httpx.get(url, headers=headers, timeout=_TIMEOUT_S)
        response.raise_for_status()
        return response.json()
    except httpx.HTTPStatusError as error:
        is_closed = error.response.status_code in {401, 403}
        hint = (
            f" Pass the key: --api-key, or {API_KEY}." if is_closed else " Name a stage, such as --url http://HOST/dev."
        )
        raise LocalStackError(f"{url} returned status {error.response.status_code}.{hint}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LocalStackError(
            f"{url} does not answer. Start a stack with make run, or pass another address with --url."
        ) from error
    except ValueError as error:
        raise LocalStackError(f"{url} does not return JSON; expected the address of a stage") from error


def _requests(
    options: argparse.Namespace, target: _Target, golden: Golden | None
) -> tuple[Iterable[Planned], float | None]:
    """Return the requests, and their approximate number."""
    # Not for secrets: the same seed must give the same traffic.
    generator = random.Random(options.seed)  # noqa: S311
    day = Day(options.rate, options.zone, options.flat)
    end = target.now + options.duration
    drawn: Iterator[Planned]
    if golden is not None:
        drawn = golden_requests(golden, day, target.now, generator)
    elif options.source == SYNTHETIC:
        drifts = [drift_of(each, target.contract) for each in options.drift]
        rows = rows_of(options.rows, target.contract) if options.rows else ()
        sampler = Sampler(target.contract, target.bundle, generator, drifts, options.missing, rows)
        drawn = synthetic(sampler, day, target.now, generator, options.invalid)
    else:
        planned = recorded(Path(options.source), target.contract, day, target.now, generator)
        return planned, len(planned)
    minutes = max(int(options.duration // 60), 1)
    mean = sum(day.at(target.now + options.duration * minute / minutes) for minute in range(minutes)) / minutes
    return takewhile(lambda each: each.moment <= end, drawn), round(mean * options.duration)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _show(summary: Summary, url: str) -> int:
    console = Console()
    latencies = sorted(summary.latencies_ms)

    def percentile(share: float) -> str:
        return f"{latencies[min(int(share * len(latencies)), len(latencies) - 1)]:.1f} ms" if latencies else "-"

    table = Table(show_header=False)
    table.add_row("sent", f"{summary.sent:,} in {summary.elapsed_s:.1f} s")
    for status, count in sorted(summary.statuses.items()):
        table.add_row(f"answered {status}" if status.isdecimal() else status, f"{count:,}")
    for status, count in sorted(summary.feedback.items()):
        table.add_row(f"feedback answered {status}", f"{count:,}")
    table.add_row("requests a second", f"{summary.sent / max(summary.elapsed_s, 1e-9):,.1f}")
    table.add_row("p50 / p90 / p99", f"{percentile(0.5)} / {percentile(0.9)} / {percentile(0.99)}")
    table.add_row("largest delay", f"{summary.lateness_ms:,.0f} ms after the planned time")
    console.print(table)
    for difference in summary.differences[:_SHOWN_DIFFERENCES]:
        console.print(f"differs: {difference}", style="red")
    if summary.differences:
        console.print(f"{len(summary.differences):,} golden answers differ.", style="bold red")
    if not latencies:
        print(f"error: {url} did not answer any request", file=sys.stderr)
    else:
        console.print("See it: make console, page Monitoring.")
    return _FAILED if summary.differences or not latencies else _OK
