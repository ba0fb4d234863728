"""How a converter says that ONNX cannot do what a step does."""

from __future__ import annotations

from typing import NoReturn

from model_export.errors import UnsupportedModel


def refuse(step: object, reason: str, fix: str) -> NoReturn:
    """Refuse a step, in one sentence for the cause and one for the way out.

    Parameters
    ----------
    step : object
        The fitted step; its type is the place that the message names.
    reason : str
        What ONNX cannot do, without a full stop.
    fix : str
        What to do instead, without a full stop.

    Raises
    ------
    UnsupportedModel
        Always.
    """
    raise UnsupportedModel(f"{type(step).__name__}: {reason}. {fix}.")
