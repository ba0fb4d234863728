"""A contract of a regressor, without a model."""

from __future__ import annotations

from inference_lib.contract.document import Contract, Feature

CONTRACT = Contract(
    name="prices",
    version="v1",
    task="regression",
    features=(Feature(name="size", type="number", nullable=False),),
    inputs=(),
    outputs={},
    metrics={"mean_absolute_error": 2.0, "root_mean_squared_error": 3.0},
)
