"""Compares the inputs and predictions of a window with the reference profile of the bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from inference_lib.bundle.profile import CLASS, INDEXES, MISSING, OTHERS, VALUE
from inference_lib.environment import DEFAULT_DRIFT_THRESHOLD
from inference_lib.monitor.drift import statistics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.bundle.profile import Profile, Variable
    from inference_lib.contract.document import Json

SIGNIFICANCE: Final = 0.001
"""Probability that any variable of a window is flagged as drifted when nothing has changed."""

MIN_INSTANCES: Final = 100
"""With fewer, the critical values are not reliable: ten for each of ten bins."""

MEASURES: Final = ("psi", "js_distance", "critical_psi", "critical_js_distance")
"""The measures of each variable in a report."""

_DIGITS = 6


class VariableDrift(NamedTuple):
    """How one feature, or one part of the prediction, compares with the reference.

    Parameters
    ----------
    variable : Variable
        Its name and bins.
    psi, critical_psi : float
        Population stability index, and its critical value: above it the variable has drifted.
    distance, critical_distance : float
        The same as Jensen-Shannon distance, 0 to 1.
    moved : str
        The bin whose share has changed most, with the shares before and now.
    """

    variable: Variable
    psi: float
    critical_psi: float
    distance: float
    critical_distance: float
    moved: str

    @property
    def ratio(self) -> float:
        """The index relative to its critical value: above 1 the variable has drifted."""
        # Of a single bin both may be 0: it always holds everything.
        return self.psi / self.critical_psi if self.critical_psi else 0.0

    @property
    def has_drifted(self) -> bool:
        """Whether the change is both significant and large enough."""
        return self.ratio > 1

    def measures(self) -> dict[str, Json]:
        """Return the ``MEASURES`` by name."""
        numbers = (self.psi, self.distance, self.critical_psi, self.critical_distance)
        return {name: round(number, _DIGITS) for name, number in zip(MEASURES, numbers, strict=True)}


def compare(
    profile: Profile, observed: Sequence[Mapping[str, float]], threshold: float = DEFAULT_DRIFT_THRESHOLD
) -> list[VariableDrift]:
    """Compare a window with the reference.

    A variable has drifted when its population stability index exceeds both the threshold and what chance alone
    exceeds once in ``1 / SIGNIFICANCE`` windows, the number of variables taken into account (Bonferroni).

    Parameters
    ----------
    profile : Profile
        The reference.
    observed : sequence of mapping
        For each variable of the profile the instances by bin index, at least one instance.
    threshold : float
        Smallest index that is worth an alarm.
    """
    significance = SIGNIFICANCE / len(profile.variables)
    return [
        _drift_of(variable, counts, threshold, significance)
        for variable, counts in zip(profile.variables, observed, strict=True)
    ]


def _drift_of(variable: Variable, counts: Mapping[str, float], threshold: float, significance: float) -> VariableDrift:
    bins = [index for index in {**variable.counts, **counts} if variable.counts.get(index) or counts.get(index)]
    before = [variable.counts.get(index, 0) for index in bins]
    after = [counts.get(index, 0) for index in bins]
    by_chance = statistics.critical_index(len(bins), max(sum(before), 1), sum(after), significance)
    critical = max(by_chance, threshold)
    return VariableDrift(
        variable,
        statistics.population_stability_index(before, after),
        critical,
        statistics.jensen_shannon_distance(before, after),
        statistics.distance_of_index(critical),
        _moved(variable, bins, before, after),
    )


def _moved(variable: Variable, bins: Sequence[str], before: Sequence[float], after: Sequence[float]) -> str:
    """Return the bin that has changed most for its size, and its shares."""
    shares = [(old / max(sum(before), 1), new / sum(after)) for old, new in zip(before, after, strict=True)]
    changes = [(new - old) ** 2 / (new + old) for old, new in shares]
    at = changes.index(max(changes))
    old, new = shares[at]
    return f"{bin_label(variable, bins[at])}: {old:.1%} in the reference, {new:.1%} now"


def bin_label(variable: Variable, index: str) -> str:
    """Return the label of a bin, such as ``24 to 31``, ``above 65``, ``evening`` or ``missing``."""
    if index == MISSING:
        return "missing"
    at, edges = INDEXES.find(index), variable.edges
    if edges is None:
        return variable.labels[at] if 0 <= at < min(len(variable.labels), OTHERS) else "others"
    if not edges:
        return "any value"
    numbers = _distinct_texts(edges)
    if at == 0:
        return f"up to {numbers[0]}"
    return f"above {numbers[-1]}" if at >= len(edges) else f"{numbers[at - 1]} to {numbers[at]}"


def _distinct_texts(edges: Sequence[float]) -> list[str]:
    """Return numbers with six digits, or as many as it takes to distinguish them."""
    texts = ([repr(float(f"{edge:.{digits}g}")).removesuffix(".0") for edge in edges] for digits in range(6, 18))
    return next(numbers for numbers in texts if len(set(numbers)) == len(edges))


def variable_title(variable: Variable) -> str:
    """Return the title of a variable: the name of a feature, or a name for the part of the prediction."""
    if not variable.is_prediction:
        return variable.name
    return {CLASS: "predicted class", VALUE: "predicted value"}.get(variable.name, "probability of the prediction")
