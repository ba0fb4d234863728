"""What a bundle costs where it runs: load time, latency and memory, measured in a process of its own.

``python -m model_export.evaluation.footprint BUNDLE`` prints them as JSON; like the function,
it imports ``inference_lib`` alone.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_STEPS_MB: Final = (256, 512, 1024, 1769, 3008, 5120, 10_240)
ONE_PROCESSOR_MB: Final = 1769
"""Memory at which Lambda gives one whole processor; less memory gives less of one, in proportion [1]_.

.. [1] https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

GATEWAY_TIMEOUT_S: Final = 29
"""Longest that API Gateway waits for an answer by default."""

_HEADROOM: Final = 2
_COLD_START_MS: Final = 1000
_PATIENCE: Final = 3
_SHORTEST_TIMEOUT_S: Final = 3
_REQUESTS: Final = 200
_BATCH: Final = 100
_KILO: Final = 1024
_STATUS: Final = "/proc/self/status"


@dataclass(frozen=True)
class Footprint:
    """What was measured, on the machine of the export.

    Parameters
    ----------
    load_ms : float, milliseconds
        From the import of the runtime to the first golden answer.
    latency_ms, latency_p99_ms : float, milliseconds
        Of a prediction for one instance, validation included.
    batch_ms : float, milliseconds
        Of a prediction for 100 instances.
    memory_mb : float, MB
        Most memory of the process.
    """

    load_ms: float
    latency_ms: float
    latency_p99_ms: float
    batch_ms: float
    memory_mb: float

    @property
    def recommended_memory_mb(self) -> int:
        """The least step with room for twice the memory, and with processor enough to load within a second."""
        for step in MEMORY_STEPS_MB:
            if step >= _HEADROOM * self.memory_mb and self._at(step, self.load_ms) <= _COLD_START_MS:
                return step
        return next((step for step in MEMORY_STEPS_MB if step >= _HEADROOM * self.memory_mb), MEMORY_STEPS_MB[-1])

    @property
    def recommended_timeout_s(self) -> int:
        """Three times a cold start with a batch of 100, within what API Gateway waits."""
        slowest = self._at(self.recommended_memory_mb, self.load_ms + self.batch_ms) / 1000
        return min(GATEWAY_TIMEOUT_S, max(_SHORTEST_TIMEOUT_S, math.ceil(_PATIENCE * slowest)))

    def advice(self) -> str:
        """Return what is recommended and what was measured on this machine, for the summary of an export."""
        return (
            f"{self.recommended_memory_mb} MB, timeout {self.recommended_timeout_s} s; here it loads in "
            f"{self.load_ms:.0f} ms, uses {self.memory_mb:.0f} MB and answers one instance in "
            f"{self.latency_ms:.2g} ms, 100 in {self.batch_ms:.2g} ms. {self.reason()}"
        )

    def reason(self) -> str:
        """Return why these are recommended, as two sentences."""
        memory = self.recommended_memory_mb
        return (
            f"{memory} MB is the least step with room for twice the {self.memory_mb:.0f} MB that were used and with "
            f"processor enough (Lambda gives it in proportion to memory, a whole one at {ONE_PROCESSOR_MB} MB) to load "
            f"in about {self._at(memory, self.load_ms):.0f} ms. {self.recommended_timeout_s} s is three times such a "
            f"start with {_BATCH} instances, {_SHORTEST_TIMEOUT_S} s at least and {GATEWAY_TIMEOUT_S} s at most, where "
            "API Gateway gives up."
        )

    @staticmethod
    def _at(memory_mb: int, time_ms: float) -> float:
        return time_ms * max(1.0, ONE_PROCESSOR_MB / memory_mb)


def measure(bundle: Path) -> Footprint | None:
    """Measure a bundle in a fresh process; nothing where this is not possible.

    Parameters
    ----------
    bundle : Path
        Directory of a version.
    """
    command = [sys.executable, "-m", "model_export.evaluation.footprint", str(bundle)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    return Footprint(**json.loads(answer.stdout)) if answer.returncode == 0 else None


def main(path: str) -> None:
    """Print the measures of a bundle as JSON."""
    started = time.perf_counter()
    from inference_lib.bundle.loading import load_bundle  # noqa: PLC0415 - its import is part of the measure
    from inference_lib.contract.columns import Quality  # noqa: PLC0415 - likewise

    bundle = load_bundle(path, max_instances=_BATCH)
    load_ms = (time.perf_counter() - started) * 1000
    instance = bundle.first.cases[0].instance

    def timed(rows: int) -> float:
        begun = time.perf_counter()
        valid = bundle.validator.validate([instance] * rows, Quality())
        bundle.model.predict(valid.columns, valid.rows)
        return (time.perf_counter() - begun) * 1000

    single = sorted(timed(1) for _ in range(_REQUESTS))
    batch_ms = min(timed(_BATCH) for _ in range(5))
    memory_mb = _peak_memory_mb()
    measured = {
        "load_ms": load_ms,
        "latency_ms": single[_REQUESTS // 2],
        "latency_p99_ms": single[_REQUESTS * 99 // 100],
        "batch_ms": batch_ms,
        "memory_mb": memory_mb,
    }
    sys.stdout.write(json.dumps({name: round(value, 3) for name, value in measured.items()}))


def _peak_memory_mb() -> float:
    """Return the most memory of this process; on Linux ``ru_maxrss`` would count what the parent had at the fork."""
    if os.path.exists(_STATUS):
        with open(_STATUS, encoding="ascii") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        return peak / _KILO
    import resource  # noqa: PLC0415 - no part of the runtime

    # Elsewhere, on macOS, the unit is a byte.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILO / _KILO


if __name__ == "__main__":
    main(sys.argv[1])
