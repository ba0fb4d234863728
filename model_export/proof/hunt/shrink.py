"""A request that is answered otherwise, shrunk to the fewest features that keep the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from model_export.source.instances import Instance

    Differs = Callable[[Sequence[Instance]], list[bool]]


def shrunk(instance: Instance, typical: Instance, differs: Differs) -> Instance:
    """Return the request with as many features as can be put back to a typical row while it is answered otherwise.

    Parameters
    ----------
    instance : dict
        Answered otherwise by the graph.
    typical : dict
        A row of the data, with the same features.
    differs : callable
        Whether each of several requests is answered otherwise.

    Returns
    -------
    dict
        Each feature that still has its value is needed: with it put back, the answers agree.
    """
    kept = dict(instance)
    changed = [name for name in instance if instance[name] != typical[name]]
    while changed:
        tried = [kept | {name: typical[name]} for name in changed]
        stays = differs(tried)
        if not any(stays):
            break
        place = stays.index(True)
        kept = tried[place]
        # What could not be put back alone may be when others are; what could is done.
        changed.pop(place)
    return kept


def features_kept(instance: Instance, typical: Instance) -> list[str]:
    """Return the features in which a shrunk request differs from the typical row."""
    return [name for name in instance if instance[name] != typical[name]]
