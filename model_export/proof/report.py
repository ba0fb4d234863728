"""The outcome of a proof, and the error that a failed one raises."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from model_export.errors import ExportError
from model_export.proof.edges import BEYOND, DRAWN, HELD_OUT

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from model_export.source.instances import Instance

WORST: Final = 5


@dataclass
class Group:
    """What was compared for one kind of row.

    Parameters
    ----------
    rows : int
        Rows compared.
    max_abs_error, max_rel_error : float
        Largest differences of a probability or value.
    label_flips : int
        Rows whose label differs.
    ties : int
        Rows answered otherwise on an edge: label flips whose two highest probabilities lie within tolerance of one
        another, and answers that the original gives one double away, or when it is asked for nothing else.
    failures : int
        Rows outside the tolerance.
    """

    rows: int = 0
    max_abs_error: float = 0.0
    max_rel_error: float = 0.0
    label_flips: int = 0
    ties: int = 0
    failures: int = 0

    def widen(self, absolute: float, relative: float) -> None:
        """Take the differences of one more row into the largest ones."""
        self.max_abs_error = max(self.max_abs_error, absolute)
        self.max_rel_error = max(self.max_rel_error, relative)


class Difference(NamedTuple):
    """A row that is answered otherwise.

    Parameters
    ----------
    note : str
        Why the row is there.
    said : str
        What differs.
    instance : dict
        The request.
    """

    note: str
    said: str
    instance: dict[str, Json]


@dataclass
class ParityReport:
    """The outcome of a proof.

    Parameters
    ----------
    atol, rtol : float
        Two numbers agree when they differ by at most ``atol + rtol * |original|``.
    groups : dict of str to Group
        By kind of row.
    most : int
        Of the rows in ``worst``.
    worst : list of Difference
        The first rows outside the tolerance, those near the data before those far beyond.
    needed : tuple of str
        The features in which the first of them has to differ from a row of the data; empty when none was sought.
    step : str
        The step of the pipeline at which that row's answers part first; empty where none is known.
    outside : list of dict
        The requests outside the tolerance, all of them.
    uncertain : list of dict
        Requests that the original answers in two ways: one double away, or alone and among others.
    """

    atol: float
    rtol: float
    groups: dict[str, Group] = field(default_factory=dict)
    most: int = WORST
    worst: list[Difference] = field(default_factory=list)
    needed: tuple[str, ...] = ()
    step: str = ""
    outside: list[Instance] = field(default_factory=list)
    uncertain: list[Instance] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows compared."""
        return sum(group.rows for group in self.groups.values())

    @property
    def failures(self) -> int:
        """Rows outside the tolerance."""
        return sum(group.failures for group in self.groups.values())

    @property
    def max_abs_error(self) -> float:
        """Largest absolute difference of a probability or value; rows far beyond the data do not count."""
        near = [group.max_abs_error for name, group in self.groups.items() if name != BEYOND]
        return max(near, default=0.0)

    @property
    def label_flips(self) -> int:
        """Rows whose label differs, ties included."""
        return sum(group.label_flips for group in self.groups.values())

    @property
    def possible_rate(self) -> float:
        """Largest share of requests that may still differ, with 95 % confidence: 3/N after N drawn without one [1]_.

        .. [1] Hanley, Lippman-Hand: If nothing goes wrong, is everything all right? JAMA 249 (1983), 1743-1745.
        """
        drawn = self.groups.get(DRAWN)
        return 1.0 if drawn is None or not drawn.rows or drawn.failures else min(1.0, 3 / drawn.rows)

    def add(self, other: ParityReport) -> None:
        """Count what a further proof compared, too; the data's own rows, which it repeats, are counted once."""
        for name, group in other.groups.items():
            if name.startswith(("batch of", HELD_OUT)):
                continue
            mine = self.groups.setdefault(name, Group())
            mine.rows += group.rows
            mine.label_flips += group.label_flips
            mine.ties += group.ties
            mine.widen(group.max_abs_error, group.max_rel_error)

    def total(self) -> Group:
        """Return the sum of all groups."""
        groups = self.groups.values()
        return Group(
            rows=self.rows,
            max_abs_error=self.max_abs_error,
            max_rel_error=max((group.max_rel_error for group in groups), default=0.0),
            label_flips=self.label_flips,
            ties=sum(group.ties for group in groups),
            failures=self.failures,
        )

    def failure(self) -> str:
        """Return why the proof failed, in a few sentences."""
        first = self.worst[0]
        needed = {name: first.instance[name] for name in self.needed}
        row = f" for {json.dumps(needed, ensure_ascii=False)} in a row of the data" if needed else ""
        largest = max(group.max_abs_error for group in self.groups.values())
        step = f" The first step that differs is {self.step}." if self.step else ""
        return (
            f"The converted model differs from the original in {self.failures} of {self.rows} answers, by up to "
            f"{largest:.3g}. First: {first.note}: {first.said}{row}.{step} Nothing was written."
        )


class ProofFailed(ExportError):
    """The converted model does not answer as the original does.

    Parameters
    ----------
    message : str
        What differs and the likely cause.
    report : ParityReport
        All that was compared, worst rows included.
    """

    def __init__(self, message: str, report: ParityReport) -> None:
        super().__init__(message)
        self.report = report
