"""The monthly cost of a stack, before and after an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.prices.table import price_list
from infra.settings.files import PROJECT_DIRECTORY, project, read_stack
from operate.cost.bill import bill
from operate.cost.inventory import inventory_of
from operate.cost.usage import Usage, measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings.declaration import StackSettings
    from operate.cost.usage import Timing

REQUESTS = 200_000
COLD_SHARE = 0.01
"""The defaults of ``make cost``."""


def monthly_costs(stack: str, deployed: Mapping[str, str] | None) -> tuple[float | None, float]:
    """Return the list price in USD a month before and after an update.

    Parameters
    ----------
    stack : str
        Name of the stack.
    deployed : dict of str to str, optional
        Settings of the last update by their full keys; None without one.
    """
    settings, region = read_stack(stack)
    # Measured once: two measurements of one bundle differ slightly, and would look like a change.
    timing = measure(PROJECT_DIRECTORY / settings.bundle, 1)
    after = _cost(settings, region, timing)
    if deployed is None:
        return None, after
    declared = project()
    defaults = {f"{declared['name']}:{key}": _text(each["default"]) for key, each in declared["config"].items()}
    own = {key: value for key, value in deployed.items() if key in defaults or key == "aws:region"}
    return _cost(*read_stack(stack, {**defaults, **own}), timing), after


def _cost(settings: StackSettings, region: str, timing: Timing) -> float:
    prices = price_list(region)
    usage = Usage(requests=REQUESTS, timing=timing, cold_share=COLD_SHARE, batch_lines=0)
    return bill(inventory_of(settings, prices.region), usage, prices).listed


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
