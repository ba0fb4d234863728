"""A fitted model and the features that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model_export.source.model.estimator import classes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Feature
    from model_export.source.model.estimator import Estimator


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
