"""Draws the ground truth of synthetic requests, for feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from inference_lib.contract.document import Contract


class Truths:
    """Draws actual labels and values.

    A class is drawn by the predicted probabilities, so that feedback confirms the model's own confidence; a value
    differs from the predicted one by the error in the bundle's evaluation.

    Parameters
    ----------
    contract : Contract
        Its classes and evaluation.
    share : float
        Share of the answers that get feedback.
    surprise : float
        Share of the feedback that is independent of the prediction, as if the world had changed.
    generator : random.Random
        Of random values.
    """

    def __init__(self, contract: Contract, share: float, surprise: float, generator: random.Random) -> None:
        self._contract = contract
        self._share = share
        self._surprise = surprise
        self._generator = generator

    def feedback(self, request_id: str, prediction: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the body of ``POST /feedback`` for an answer, or None when it gets no feedback."""
        if self._generator.random() >= self._share:
            return None
        is_surprise = self._generator.random() < self._surprise
        if "value" in prediction:
            spread = self._contract.metrics.get("root_mean_squared_error", 0.0) * (3 if is_surprise else 1)
            truth: dict[str, Any] = {"value": self._generator.gauss(prediction["value"], spread)}
        else:
            classes = self._contract.classes
            sure = {label: float(label == prediction["label"]) for label in classes}
            probabilities = list(prediction.get("probabilities", sure).values())
            weights = [1.0] * len(probabilities) if is_surprise else probabilities
            truth = {"label": self._generator.choices(classes, weights)[0]}
        return {"feedback": [{"request_id": request_id, **truth}]}
