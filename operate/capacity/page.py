"""The page of the capacity, from simulations: ``python -m operate.capacity.page > docs/capacity.md``.

With ``--json FILE`` it also writes the data of its picture.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from infra.prices import table as prices
from operate.capacity.answers import MB_PER_GB, growth, ladder, provisions, simulated_day, summary
from operate.capacity.question import KEEP_ALIVE_MIN, PLACEMENT_MS
from operate.capacity.report import drawing, growth_rows, provision_rows
from operate.capacity.simulation import Platform
from operate.capacity.traffic import Traffic

SEED = 9
MEMORY_MB = 512
TRAFFIC = Traffic(peak_per_minute=1000, spike_factor=3, spike_s=60)
PLATFORM = Platform(duration_s=0.03, cold_start_s=0.5, keep_alive_s=KEEP_ALIVE_MIN * 60, concurrency_limit=1000)
RAISED = Platform(duration_s=0.03, cold_start_s=0.5, keep_alive_s=KEEP_ALIVE_MIN * 60, concurrency_limit=20_000)

_TOP = f"""\
# Capacity

For platform engineers. With this page you can estimate how many callers wait for a cold start and how long, how many
requests are throttled, and what provisioned concurrency is worth: `python -m operate.capacity` simulates a day of a
stack in seconds, up to a million requests a minute.

```sh
.venv/bin/python -m operate.capacity --stack prod --peak 1000
```

![A day of traffic, cold starts by traffic, and what provisioned concurrency costs](capacity.svg)

The picture and the tables show a function of {MEMORY_MB} MB whose warm requests take 30 ms and whose cold starts add
500 ms, with {TRAFFIC.peak_per_minute:,.0f} requests a minute at the two peaks of the day, and two spikes of a minute
with three times as many. The command measures the durations of your own bundle.

## Provisioned concurrency

"""
_GROWTH = """
Provisioned concurrency above the usual need is billed day and night and used for two minutes. A schedule
(`inference:provisionedSchedule`) costs money only at the peaks, and does not help in a spike at another time.

## Growth

With a concurrency limit of 20 000, which AWS grants on request; a new account has 1 000 or fewer:

"""
_MODEL = f"""
Two limits throttle requests in a spike, and neither is the speed of the function: 1 000 more environments in 10 s, and
ten requests a second for each unit of the concurrency limit, so that a million requests a minute need a limit of at
least 1 667, however short the requests are.

## Model

- **Traffic**: two peaks (7:30 and 21:30), a twentieth of them at night, spikes at noon and at six from one second to
  the next. Arrivals are Poisson.
- **Environments**: one request at a time. A request that finds every warm environment busy starts one and waits for it;
  Lambda has no queue. The share that finds them busy is
  [Erlang's loss formula](https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_B_formula), which depends only on the mean
  duration.
- **Limits**: [1 000 environments each 10 s a function][scaling], refilled continuously, and the concurrency limit.
  Requests beyond either are throttled and not retried.
- **Keep-alive**: requests prefer the environment that was used last; one that was idle for {KEEP_ALIVE_MIN} minutes is
  removed. AWS guarantees no value; `--keep-alive` sets it.
- **Cold start**: the measured load time of the bundle, and an assumed {PLACEMENT_MS} ms for placement and image;
  `--cold-start-ms` sets the sum. The metric `InitDuration` and the latency of the gateway show yours.
- **Durations** are lognormal; the 99th percentile is 2.8 times the mean.

A day has 86 400 steps; a second in which environments start is divided into steps of an eighth of a cold start. The
tests compare the result with a simulation of every single request, with Erlang's formula and with Little's law. Where
traffic jumps within the duration of a request, it throttles up to twice as many as the exact simulation: it errs on the
safe side.

## Load test

The simulation estimates the behaviour of Lambda; a load test measures the function. `make load` runs
[Locust](https://locust.io) with the golden requests of a bundle against the local stack or any URL:

```sh
make load URL=http://127.0.0.1:8080/dev USERS=20 SECONDS=30
```

It prints requests a second and percentiles, and fails if a response fails. Set `INFERENCE_API_KEY` if the API requires
a key. The local stack has one process, where Lambda has an environment for each concurrent request: compare durations,
not throughput.

[scaling]: https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html

`make capacity` generates this page and its picture.
"""

PROVISION_HEAD = ("always warm", "cold starts a day", "share", "throttled", "p99", "worst 5 min", "USD a month",
                  "USD for 1 000 fewer")  # fmt: skip
GROWTH_HEAD = (
    "requests a minute",
    "cold starts a day",
    "share",
    "throttled",
    "p99",
    "worst 5 min",
    "needed concurrency",
)


def capacity_page() -> tuple[str, dict[str, Any]]:
    """Return the page as Markdown, and the data of its picture."""
    outcome = simulated_day(TRAFFIC, PLATFORM, SEED)
    price = prices.price_list(prices.DEFAULT_REGION)["lambda_provisioned_gb_second_arm64"].usd
    counts = ladder(summary(outcome, PLATFORM).environments)
    warm = list(provisions(TRAFFIC, PLATFORM, counts, price * MEMORY_MB / MB_PER_GB, SEED))
    grown = list(growth(TRAFFIC, RAISED, SEED))
    tables = _table(PROVISION_HEAD, provision_rows(warm)), _table(GROWTH_HEAD, growth_rows(grown))
    return _TOP + tables[0] + _GROWTH + tables[1] + _MODEL, drawing(outcome, warm, grown)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---:" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


if __name__ == "__main__":
    page, drawn = capacity_page()
    if sys.argv[1:2] == ["--json"]:
        Path(sys.argv[2]).write_text(json.dumps(drawn), encoding="utf-8")
    sys.stdout.write(page)
