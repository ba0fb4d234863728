"""What the linter looks at, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model_export.source.estimator import classes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Feature
    from model_export.source.estimator import Estimator


@dataclass(frozen=True)
class Subject:
    """A fitted model and the features that it reads.

    Parameters
    ----------
    model : Estimator
        Fitted.
    features : sequence of Feature
        Inferred from the data and corrected, or from the model alone.
    names : sequence of str
        All features of the training data, unread ones included, in its order.
    """

    model: Estimator
    features: Sequence[Feature]
    names: Sequence[str]

    @property
    def classes(self) -> tuple[str | int | bool, ...]:
        """The model's classes, in the order of its probabilities; empty for a regressor."""
        return classes_of(self.model)

    def feature(self, name: str) -> Feature:
        """Return a feature by its name."""
        return next(feature for feature in self.features if feature.name == name)


@dataclass(frozen=True)
class Finding:
    """One fault that would make the converted model wrong or impossible.

    Parameters
    ----------
    place : str
        The step or feature.
    reason : str
        What goes wrong.
    mend : str
        What to do.
    issue : str
        Where the fault is documented, such as ``onnx/sklearn-onnx#1253``; empty when nowhere.
    blocks : bool
        Whether the export is refused; otherwise the proof decides.
    """

    place: str
    reason: str
    mend: str
    issue: str = ""
    blocks: bool = True

    def text(self) -> str:
        """Return the finding as one or two sentences."""
        return f"{self.place}: {self.cause()}. {self.mend}."

    def cause(self) -> str:
        """Return the reason and where it is documented."""
        return f"{self.reason} ({self.issue})" if self.issue else self.reason
