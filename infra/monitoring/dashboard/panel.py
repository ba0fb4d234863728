"""One graph of the dashboard, and the lines that it draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

PERIOD_S = 300


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One graph of the dashboard.

    Parameters
    ----------
    title : str
        Its title, by which the rule of an alarm selects the panel that draws its threshold.
    metrics : list
        Its lines, in the format of CloudWatch.
    axis : dict
        Label and limits of the vertical axis.
    annotations : tuple of dict
        Other lines across the graph.
    period_s : int, seconds
        Length of a datapoint.
    """

    title: str
    metrics: list[Json]
    axis: dict[str, Json]
    annotations: tuple[dict[str, Json], ...] = field(default=())
    period_s: int = PERIOD_S
