"""The state of an alarm, from the last datapoints of its metric.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
.. [2] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
STATES = (OK, ALARM, INSUFFICIENT_DATA)

BREACHING, NOT_BREACHING, IGNORE, MISSING = "breaching", "notBreaching", "ignore", "missing"

LOOK_BACK = 2
"""Periods before the evaluated ones that are read when some of those have no datapoint [2]_.

AWS does not document how many; its examples have two.
"""


def next_state(  # noqa: PLR0911 - one return for each case of the table in [2]
    breaches: Sequence[bool | None], *, evaluated: int, to_alarm: int, missing: str, before: str
) -> str:
    """Return the state that follows from the last datapoints.

    Parameters
    ----------
    breaches : sequence of bool or None, oldest first
        Whether the datapoint of each period breaches; None for a period without one. The
        evaluated periods and ``LOOK_BACK`` before them.
    evaluated : int
        Evaluation periods, N.
    to_alarm : int
        Datapoints to alarm, M.
    missing : {"breaching", "notBreaching", "ignore", "missing"}
        Treatment of a period without a datapoint if there are too few datapoints.
    before : str
        The state so far.
    """
    real = [breach for breach in breaches if breach is not None]
    if len(real) >= evaluated:
        return ALARM if sum(real[-evaluated:]) >= to_alarm else OK
    if missing in {BREACHING, NOT_BREACHING}:
        filled = [*real, *[missing == BREACHING] * (evaluated - len(real))]
        return ALARM if sum(filled) >= to_alarm else OK
    if not real:
        return before if missing == IGNORE else INSUFFICIENT_DATA
    if sum(real) >= to_alarm:
        return ALARM
    if not all(real):
        return OK
    # All datapoints breach, but there are too few: an alarm once the oldest is old enough [1]_.
    oldest = len(breaches) - breaches.index(True)
    if missing == MISSING and oldest >= to_alarm:
        return ALARM
    return before
