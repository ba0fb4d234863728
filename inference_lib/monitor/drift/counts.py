"""Counts the instances of a window by bin, with queries of the function's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_lib.monitor.log_insights import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.bundle.profile import Profile

MAX_TOGETHER: Final = 4
"""Most variables that one query counts: rows hold all combinations of their bins."""

_UNSEEN = 2
"""Bins that a variable may have beyond those of the profile: missing values, and unknown categories."""


class BinQuery:
    """Counts the instances of some variables that are next to one another in the bin indexes.

    Parameters
    ----------
    first : int
        Position of the first variable.
    width : int
        How many variables.
    text : str
        In the language of Logs Insights.
    """

    __slots__ = ("first", "text", "width")

    def __init__(self, first: int, width: int, text: str) -> None:
        self.first = first
        self.width = width
        self.text = text


def bin_queries(profile: Profile, version: str) -> list[BinQuery]:
    """Return the queries that count every variable of a profile.

    Each counts as many variables as have no more combinations of bins than an answer has rows, so that no row is
    lost. A query reads the whole window, and is billed for it.

    Parameters
    ----------
    profile : Profile
        The variables.
    version : str
        Of the model: other versions have other bins.
    """
    queries, first, total = [], 0, len(profile.variables)
    while first < total:
        width, combinations = 0, 1
        while width < MAX_TOGETHER and first + width < total:
            combinations *= len(profile.variables[first + width].counts) + _UNSEEN
            if combinations > MAX_ROWS:
                break
            width += 1
        text = (
            f'filter ispresent(bins) and model_version = "{version}" and strlen(bins) = {total}'
            f" | fields substr(bins, {first}, {width}) as part | stats count(*) as instances by part"
        )
        queries.append(BinQuery(first, width, text))
        first += width
    return queries


def counts_of(
    queries: Sequence[BinQuery], answers: Sequence[Sequence[dict[str, str]]], variables: int
) -> list[dict[str, float]]:
    """Return the instances of each variable by bin index.

    Parameters
    ----------
    queries : sequence of BinQuery
        The queries.
    answers : sequence of sequence of dict
        The rows of each query.
    variables : int
        How many there are.
    """
    counts: list[dict[str, float]] = [{} for _ in range(variables)]
    for query, rows in zip(queries, answers, strict=True):
        for row in rows:
            for offset, index in enumerate(row["part"]):
                of_variable = counts[query.first + offset]
                of_variable[index] = of_variable.get(index, 0) + float(row["instances"])
    return counts
