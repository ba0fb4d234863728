"""Queueing theory of execution environments: they are servers of a loss system, because there is no queue.

References
----------
.. [1] A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
   exchanges", 1917: the share of arrivals that find all servers busy; it depends only on the mean duration.
.. [2] J. D. C. Little, "A proof for the queuing formula L = lambda W", Operations Research 9, 1961.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_SERVERS = 150
"""Above this number of servers the normal approximation is within a thousandth, and the recursion is slow."""

FEW_BUSY = 40.0
"""Below this mean number of busy servers the Poisson distribution is looked up instead of approximated."""

_FAR = -8.0
_NOBODY = 1e18
"""So few of the arrivals find all servers busy that further servers change no result."""

_NORMAL = NormalDist()
_LEVELS = np.arange(120)
_CHUNK = 4096


@lru_cache(maxsize=8)
def erlang_b(servers: int, load: float) -> float:
    """Return the share of arrivals that find all servers busy.

    Parameters
    ----------
    servers : int
        Warm execution environments.
    load : float
        Arrivals a second times the mean duration in seconds: the mean number of busy servers if there were enough.

    Returns
    -------
    float
        Exact down to shares of 1e-18.
    """
    if load <= 0:
        return 0.0
    if servers > EXACT_SERVERS:
        return _erlang_b_of_many(servers, load)
    inverse = 1.0
    for server in range(1, servers + 1):
        inverse = 1 + inverse * server / load
        if inverse > _NOBODY:
            break
    return 1 / inverse


def _erlang_b_of_many(servers: int, load: float) -> float:
    distance = (servers + 0.5 - load) / math.sqrt(load)
    if distance < _FAR:
        # The asymptote of the quotient below.
        return (-distance - 1 / distance) / math.sqrt(load)
    return min(1.0, _NORMAL.pdf(distance) / (_NORMAL.cdf(distance) * math.sqrt(load)))


def sample_peaks(loads: NDArray[np.float64], looks: float, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return the maximum number of busy servers in each interval, without a limit.

    The number of busy servers is Poisson distributed; an interval counts as one independent draw for each mean duration
    in it.

    Parameters
    ----------
    loads : ndarray of shape (n_intervals,)
        Mean number of busy servers in each.
    looks : float
        Length of an interval over the mean duration, at least 1.
    generator : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    ndarray of shape (n_intervals,)
    """
    # The maximum of n draws is the quantile of the n-th root of a uniform number.
    quantiles = generator.random(len(loads)) ** (1 / max(looks, 1.0))
    peaks = np.empty(len(loads), dtype=np.int64)
    many = loads > FEW_BUSY
    deviations = np.array([_NORMAL.inv_cdf(min(max(q, 1e-12), 1 - 1e-12)) for q in quantiles[many]])
    # Cornish and Fisher's correction for the skewness of the Poisson distribution.
    peaks[many] = np.ceil(loads[many] + np.sqrt(loads[many]) * deviations + (deviations**2 - 1) / 6 - 0.5)
    few = np.flatnonzero(~many)
    logs = np.cumsum(np.log(np.maximum(_LEVELS, 1)))
    for begin in range(0, len(few), _CHUNK):
        part = few[begin : begin + _CHUNK]
        load = np.maximum(loads[part], 1e-300)[:, None]
        shares = np.exp(_LEVELS * np.log(load) - load - logs).cumsum(axis=1)
        peaks[part] = (shares < quantiles[part][:, None]).sum(axis=1)
    return peaks
