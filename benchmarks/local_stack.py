"""The command ``python -m benchmarks.local_stack``: throughput of the local stack, and speed of a backtest.

The clients run in this process, on the same machine as the stack: their cost is part of the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import psutil

from benchmarks.measure.paired import three_digits
from benchmarks.publish.pages import RESULTS, ROOT, machine, quote
from inference_lib.contract.reading import load_contract, resolve_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RUN: Final = RESULTS / "local_stack.json"
PAGE: Final = ROOT / "docs" / "local-stack.md"
CLIENTS: Final = (1, 8, 32)
_BUNDLE: Final = "bundles/sleep_advice"
_MEGABYTE: Final = 1024**2


@dataclass(frozen=True, kw_only=True)
class Load:
    """The load of concurrent clients, each of which sends its next request after the answer to the last one.

    Parameters
    ----------
    clients : int
        At once.
    per_second : float
        Answered requests a second.
    p50_ms, p99_ms : float, milliseconds
        Of an answer.
    """

    clients: int
    per_second: float
    p50_ms: float
    p99_ms: float


class Served(NamedTuple):
    """A running local stack."""

    process: subprocess.Popen[str]
    port: int
    start_s: float
    log: Path


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page on request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.local_stack", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="to measure memory growth (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="duration of each load (default: %(default)s)")
    parser.add_argument("--publish", action="store_true", help="write the figures into docs/local-stack.md")
    options = parser.parse_args(arguments)
    request = _request()
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as served:
        loads = [asyncio.run(_load(served.port, request, clients, options.seconds)) for clients in CLIENTS]
        process = psutil.Process(served.process.pid)
        before = process.memory_info().rss / _MEGABYTE
        sent = asyncio.run(_send(served.port, request, options.requests))
        after = process.memory_info().rss / _MEGABYTE
        backtest_s, backtested = _backtest(served.log)
    figures = {
        "machine": machine(),
        "start_s": served.start_s,
        "loads": [asdict(load) for load in loads],
        "requests": sent,
        "memory_before_mb": before,
        "memory_after_mb": after,
        "backtest_requests_per_second": backtested / backtest_s,
    }
    text = page(loads, figures)
    print(text)
    if options.publish:
        RUN.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        quote(PAGE, "benchmark", text)
        print("Written: docs/local-stack.md, benchmarks/publish/results/local_stack.json")


def page(loads: Sequence[Load], figures: dict[str, object]) -> str:
    """Return the figures as Markdown."""
    lines = ["| clients at once | requests a second | p50, ms | p99, ms |", "|---:|---:|---:|---:|"]
    for load in loads:
        cells = [three_digits(each) for each in (load.per_second, load.p50_ms, load.p99_ms)]
        lines.append(f"| {load.clients} | {' | '.join(cells)} |")
    before, after = (float(str(figures[f"memory_{when}_mb"])) for when in ("before", "after"))
    backtested = float(str(figures["backtest_requests_per_second"]))
    machine, start_s = figures["machine"], float(str(figures["start_s"]))
    requests = three_digits(float(str(figures["requests"])))
    lines += [
        "",
        f"Measured on {machine}, with the clients on the same cores. The command answers after {start_s:.1f} s.",
        f"{requests} requests let the stack's process grow from {before:.0f} to {after:.0f} MB.",
        f"A backtest replays {three_digits(backtested)} requests a second.",
        "",
    ]
    return "\n".join(lines)


def _request() -> bytes:
    contract = load_contract(str(resolve_bundle(_BUNDLE)))
    body = json.dumps({"instances": [{feature.name: feature.example for feature in contract.features}]}).encode()
    head = [
        "POST /dev/predict HTTP/1.1",
        "Host: local",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


@contextmanager
def _served(state: Path) -> Iterator[Served]:
    command = [sys.executable, "-m", "local_stack", "--bundle", _BUNDLE, "--port", "0", "--state", str(state)]
    started = time.perf_counter()
    with subprocess.Popen(
        [*command, "--no-throttle", "--quiet"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        port = 0
        for line in process.stdout or ():
            found = re.search(r"API +http://127\.0\.0\.1:(\d+)/", line)
            port = int(found[1]) if found else port
            if line.strip().startswith("curl"):
                break
        if not port:
            raise SystemExit("error: the local stack did not start")
        asyncio.run(_send(port, _request(), 1))
        try:
            yield Served(process, port, time.perf_counter() - started, state / "dev" / "function.jsonl")
        finally:
            process.send_signal(signal.SIGINT)


async def _load(port: int, request: bytes, clients: int, seconds: float) -> Load:
    await _send(port, request, 20 * clients, clients)
    end = time.perf_counter() + seconds
    taken: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            taken.append(await _exchange(reader, writer, request))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    elapsed = time.perf_counter() - started
    taken.sort()
    p50, p99 = (taken[int(share * len(taken))] * 1000 for share in (0.5, 0.99))
    return Load(clients=clients, per_second=len(taken) / elapsed, p50_ms=p50, p99_ms=p99)


async def _send(port: int, request: bytes, total: int, clients: int = 8) -> int:
    left = iter(range(total))
    sent = 0

    async def client() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            await _exchange(reader, writer, request)
            sent += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return sent


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> float:
    started = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise SystemExit(f"error: the stack answered {head.partition(bytes([13]))[0].decode()}")
    return time.perf_counter() - started


def _backtest(log: Path) -> tuple[float, int]:
    from local_stack.backtest.replay import backtest  # noqa: PLC0415 - imports Pulumi
    from local_stack.declared.evaluation import declare  # noqa: PLC0415

    declared = declare("dev", bundle=Path(resolve_bundle(_BUNDLE)))
    started = time.perf_counter()
    with log.open(encoding="utf-8") as lines:
        result = backtest(declared, lines)
    return time.perf_counter() - started, result.requests


if __name__ == "__main__":
    main()
