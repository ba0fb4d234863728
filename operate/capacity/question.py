"""The scene of a simulation: the function of a stack with its settings, and a day of traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.monitoring.alarms.subjects.function import ACCOUNT_CONCURRENCY
from infra.prices import table as prices
from infra.settings.files import PROJECT_DIRECTORY, read_stack
from operate.capacity.answers import MB_PER_GB, always, by_the_clock
from operate.capacity.simulation import Platform
from operate.capacity.traffic import Traffic
from operate.cost.inventory import daily_changes
from operate.cost.usage import given, measure

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings.declaration import StackSettings
    from operate.cost.usage import Timing

PLACEMENT_MS = 250
"""Time of a cold start besides the initialisation, for placement and image. An assumption: AWS reports none."""

KEEP_ALIVE_MIN = 10
"""Lifetime of an idle environment. An assumption: AWS guarantees none; five to fifteen minutes are observed."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """The options of the command.

    Parameters
    ----------
    stack : str
        Stack whose settings are used.
    peak : float
        Requests a minute at the peaks.
    spike : float
        Rate of a spike as a multiple of the peak.
    spike_seconds : int, seconds
        Length of a spike.
    duration_ms, cold_start_ms : float or None, milliseconds
        Durations of the function; None means measured.
    memory : int or None, MB
        Memory of the function; None means the stack's setting.
    keep_alive : int, minutes
        Lifetime of idle environments.
    limit : int or None
        Concurrency limit; None means the stack's reservation, or the account's default limit.
    seed : int
        Of the random numbers.
    directory : Path
        Directory of the project's files.
    """

    stack: str = "dev"
    peak: float = 1000
    spike: float = 3
    spike_seconds: int = 60
    duration_ms: float | None = None
    cold_start_ms: float | None = None
    memory: int | None = None
    keep_alive: int = KEEP_ALIVE_MIN
    limit: int | None = None
    seed: int = 0
    directory: Path = PROJECT_DIRECTORY


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The scene of a simulation.

    Parameters
    ----------
    settings : StackSettings
        Of the stack.
    traffic : Traffic
        Of the day.
    platform : Platform
        The function.
    usd_a_second : float, USD
        Price of one warm environment.
    source : str
        Source of the durations, as the report prints it.
    """

    settings: StackSettings
    traffic: Traffic
    platform: Platform
    usd_a_second: float
    source: str


def scene(question: Question) -> Scene:
    """Return the scene of a simulation.

    Raises
    ------
    MeasureError
        The bundle cannot be measured.
    PriceError
        The price file lacks the stack's region.
    ScheduleError
        The schedule of warm environments cannot be calculated.
    StackFileError
        The stack does not exist.
    pulumi.RunError
        The settings are wrong.
    """
    overrides = {} if question.memory is None else {"inference:memoryMb": str(question.memory)}
    settings, region = read_stack(question.stack, overrides, question.directory)
    timing = _timing(question, settings)
    start_ms = question.cold_start_ms or PLACEMENT_MS + timing.cold_start_ms(settings.memory_mb)
    gb_second = prices.price_list(region)[f"lambda_provisioned_gb_second_{settings.architecture}"].usd
    changes = daily_changes(settings)
    return Scene(
        settings=settings,
        traffic=Traffic(peak_per_minute=question.peak, spike_factor=question.spike, spike_s=question.spike_seconds),
        platform=Platform(
            duration_s=timing.latency_ms(settings.memory_mb) / 1000,
            cold_start_s=start_ms / 1000,
            keep_alive_s=question.keep_alive * 60,
            concurrency_limit=question.limit or settings.reserved_concurrency or ACCOUNT_CONCURRENCY,
            provisioned=by_the_clock(changes) if changes else always(settings.provisioned_concurrency),
        ),
        usd_a_second=gb_second * settings.memory_mb / MB_PER_GB,
        source=timing.source,
    )


def _timing(question: Question, settings: StackSettings) -> Timing:
    measured = None
    if question.duration_ms is None or question.cold_start_ms is None:
        measured = measure(question.directory / settings.bundle)
    if question.duration_ms is None and measured is not None:
        return measured
    return given(question.duration_ms or 0, settings.memory_mb, measured)
