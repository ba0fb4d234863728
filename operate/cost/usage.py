"""The usage of a stack in a month, and the duration of a request by memory of the function."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_lib.runtime.options import MEMORY_OF_ONE_VCPU_MB

if TYPE_CHECKING:
    from pathlib import Path

MONTH_S = 30 * 86_400
MONTH_H = MONTH_S // 3600

REQUESTS = 200_000
"""Default number of requests in a month."""

BATCH = 100
"""Instances of the batch that ``model_export.evaluation.footprint`` measures."""

HANDLER_MS = 0.6
"""Milliseconds of one vCPU around a prediction: event, JSON, metrics and log (docs/benchmarks.md, warm request)."""

INSTANCE_MS = 0.1
"""Milliseconds of one vCPU for one more instance in a request, if not measured: ten times that of the example."""

RUNTIME_START_MS = 57
"""Milliseconds of one vCPU for Python and awslambdaric (docs/benchmarks.md, a handler that does nothing)."""

COLD_SHARE = 0.01
"""Default share of the requests that start an execution environment; ``operate.capacity`` estimates it."""

IMAGES_GB = 1.0
"""GB of about ten images, which the lifecycle rule of the repository keeps."""

CONSOLE_IMAGES_GB = 1.5
"""GB of about ten images of the console."""

MODELS_GB = 1.0
"""GB on shared storage; a bundle of a few MB needs far less."""

BUNDLE_GB = 0.01
"""GB read from shared storage when an execution environment starts."""

REQUESTS_A_NOTIFICATION = 200

PLACES = 9
"""Digits that are kept before a duration is rounded up, so that 30 ms stay 30 ms."""


class MeasureError(Exception):
    """A bundle cannot be measured here."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Durations of a function, on one whole vCPU.

    Parameters
    ----------
    request_ms : float, milliseconds
        Duration of a warm request.
    start_ms : float, milliseconds
        Duration of an initialisation.
    memory_mb : float, MB
        Maximum memory used; 0 if not measured.
    source : str
        Source of these values, as the report prints it.
    instance_ms : float, milliseconds
        Duration of one more instance in a request.
    """

    request_ms: float
    start_ms: float
    memory_mb: float
    source: str
    instance_ms: float = INSTANCE_MS

    def latency_ms(self, memory_mb: int) -> float:
        """Return the time of a warm request with an amount of memory, in milliseconds."""
        return self.request_ms * slowdown(memory_mb)

    def batch_ms(self, instances: int, memory_mb: int) -> float:
        """Return the time of a batch of instances with an amount of memory, in milliseconds."""
        return (self.request_ms + self.instance_ms * (instances - 1)) * slowdown(memory_mb)

    def cold_start_ms(self, memory_mb: int) -> float:
        """Return the time of an initialisation with an amount of memory, in milliseconds."""
        return self.start_ms * slowdown(memory_mb)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The usage of a stack in a month.

    Parameters
    ----------
    requests : int
        Requests to the API.
    timing : Timing
        Of the function.
    cold_share : float
        Share of the requests that start an execution environment.
    images_gb : float, gigabytes
        Size of the images in the repository.
    batch_lines : int
        Lines that batches score.
    """

    requests: int
    timing: Timing
    cold_share: float = COLD_SHARE
    images_gb: float = IMAGES_GB
    batch_lines: int = 0

    @property
    def notifications(self) -> int:
        """Notifications published to the topics."""
        return self.requests // REQUESTS_A_NOTIFICATION


def slowdown(memory_mb: int) -> float:
    """Return how much longer a single thread takes than on one whole vCPU.

    Lambda allocates CPU in proportion to memory [1]_; one thread gains nothing above one vCPU.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    """
    return max(1.0, MEMORY_OF_ONE_VCPU_MB / memory_mb)


def billed_ms(duration_ms: float) -> int:
    """Return the billed duration, which is rounded up to the next millisecond."""
    return max(1, math.ceil(round(duration_ms, PLACES)))


def given(duration_ms: float, memory_mb: int, measured: Timing | None) -> Timing:
    """Return the timing of a function with a known duration at some memory, and otherwise as measured.

    Parameters
    ----------
    duration_ms : float, milliseconds
        Duration of a warm request with ``memory_mb``.
    memory_mb : int, MB
        Memory at which the duration was measured.
    measured : Timing or None
        Of the bundle.
    """
    return Timing(
        request_ms=duration_ms / slowdown(memory_mb),
        start_ms=measured.start_ms if measured else RUNTIME_START_MS,
        memory_mb=measured.memory_mb if measured else 0,
        instance_ms=measured.instance_ms if measured else INSTANCE_MS,
        source=f"{duration_ms:g} ms at {memory_mb} MB, as given",
    )


def measure(bundle: Path, instances: int = 1) -> Timing:
    """Measure a bundle in a separate process.

    Parameters
    ----------
    bundle : Path
        Directory of a bundle version.
    instances : int
        Instances in each request.

    Raises
    ------
    MeasureError
        The process failed; its last line gives the reason.
    """
    # In a separate process, because this package may not import the exporter, and because a fresh process is measured.
    command = [sys.executable, "-m", "model_export.evaluation.footprint", str(bundle)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    if answer.returncode:
        reason = answer.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise MeasureError(f"{bundle}: cannot be measured here ({reason[0]}). Name the duration: --duration-ms 30")
    found = json.loads(answer.stdout)
    each = (found["batch_ms"] - found["latency_ms"]) / (BATCH - 1)
    request_ms = HANDLER_MS + found["latency_ms"] + max(each, 0) * (instances - 1)
    return Timing(
        request_ms=request_ms,
        start_ms=RUNTIME_START_MS + found["load_ms"],
        memory_mb=found["memory_mb"],
        instance_ms=max(each, 0),
        source=f"{bundle.name} measured here just now: {request_ms:.2g} ms a request of {instances} "
        f"instance{'s' if instances > 1 else ''} and {found['load_ms']:.0f} ms to load on a whole processor, "
        f"{found['memory_mb']:.0f} MB used",
    )
