"""Throttles and quotas: each limit is the last request that passes."""

from __future__ import annotations

import pytest

from local_stack.gateway.throttles import Quota, TokenBucket
from local_stack.machine.clock import Clock

_MIDNIGHT = 1_800_000_000 // (7 * 30 * 86_400) * (7 * 30 * 86_400)
"""A moment at which days, weeks and months begin."""


class _Set(Clock):
    """A clock that a test sets."""

    def __init__(self, moment: float = _MIDNIGHT) -> None:
        super().__init__()
        self.moment = moment

    def now(self) -> float:
        return self.moment


def _passed(limit: TokenBucket | Quota, requests: int) -> int:
    return sum(limit.take() for _ in range(requests))


def test_a_full_bucket_lets_its_burst_through_and_no_more() -> None:
    bucket = TokenBucket(2.0, 5, _Set())
    assert [_passed(bucket, 5), _passed(bucket, 3)] == [5, 0]


@pytest.mark.parametrize(("waited_s", "passed"), [(0.25, 0), (0.5, 1), (1.0, 2), (1.25, 2), (2.5, 5), (1000.0, 5)])
def test_a_bucket_fills_at_its_rate_up_to_its_burst(waited_s: float, passed: int) -> None:
    clock = _Set()
    bucket = TokenBucket(2.0, 5, clock)
    assert _passed(bucket, 5) == 5
    clock.moment += waited_s
    assert _passed(bucket, 9) == passed


def test_parts_of_a_token_add_up() -> None:
    clock = _Set()
    bucket = TokenBucket(1.0, 1, clock)
    assert bucket.take()
    for _ in range(3):
        clock.moment += 0.25
        assert not bucket.take()
    clock.moment += 0.25
    assert bucket.take()
    assert not bucket.take()


@pytest.mark.parametrize(("period", "days"), [("DAY", 1), ("WEEK", 7), ("MONTH", 30)])
def test_a_quota_is_full_again_when_its_period_begins(period: str, days: int) -> None:
    clock = _Set()
    quota = Quota(3, period, clock)
    assert _passed(quota, 5) == 3
    clock.moment = _MIDNIGHT + days * 86_400 - 1
    assert not quota.take()
    clock.moment = _MIDNIGHT + days * 86_400
    assert _passed(quota, 5) == 3
    clock.moment += 86_400 * days
    assert _passed(quota, 2) == 2
