"""What a bundle costs, and what is recommended from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model_export.evaluation.footprint import GATEWAY_TIMEOUT_S, Footprint, measure

if TYPE_CHECKING:
    from pathlib import Path

    from model_export import Exported


def test_a_bundle_is_measured_in_a_process_of_its_own(sleep: Exported) -> None:
    found = measure(sleep.path)
    assert found is not None
    assert 20 < found.memory_mb < 120, "the runtime and the model, nothing of the export"
    assert 0 < found.latency_ms <= found.latency_p99_ms < found.load_ms
    advice = found.advice()
    assert advice.startswith(
        f"{found.recommended_memory_mb} MB, timeout {found.recommended_timeout_s} s; here it loads"
    )
    assert advice.endswith(found.reason())


def test_a_broken_bundle_has_no_measures(tmp_path: Path) -> None:
    assert measure(tmp_path) is None


@pytest.mark.parametrize(
    ("load_ms", "memory_mb", "memory", "timeout"),
    [(60, 45, 256, 3), (60, 200, 512, 3), (400, 45, 1024, 3), (900, 45, 1769, 3), (30_000, 45, 256, GATEWAY_TIMEOUT_S)],
)
def test_memory_gives_room_and_processor_and_the_timeout_follows(
    load_ms: float, memory_mb: float, memory: int, timeout: int
) -> None:
    found = Footprint(load_ms, latency_ms=1, latency_p99_ms=2, batch_ms=5, memory_mb=memory_mb)
    assert (found.recommended_memory_mb, found.recommended_timeout_s) == (memory, timeout)
    assert f"{memory} MB is the least step with room for twice the {memory_mb} MB" in found.reason()
