"""How a converter says that ONNX cannot do what a step does."""

from __future__ import annotations

from model_export.errors import UnsupportedModel


class Refusal(UnsupportedModel):
    """ONNX cannot do what a step does.

    Parameters
    ----------
    place : str
        The step.
    reason : str
        What ONNX cannot do, without a full stop.
    fix : str
        What to do instead, without a full stop.
    """

    def __init__(self, place: str, reason: str, fix: str) -> None:
        super().__init__(f"{place}: {reason}. {fix}.")
        self.place, self.reason, self.fix = place, reason, fix

    @classmethod
    def of(cls, step: object, reason: str, fix: str) -> Refusal:
        """Return the refusal of a step, named by its type."""
        return cls(type(step).__name__, reason, fix)
