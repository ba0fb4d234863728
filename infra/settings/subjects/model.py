"""The settings of the model: which bundles the stack serves, and where versions of models are kept."""

from __future__ import annotations

from dataclasses import dataclass

from infra.settings.agreement import Subject
from infra.settings.field import setting
from infra.settings.values.numbers import FRACTION, POSITIVE
from infra.settings.values.words import FLAG, directory

BUNDLES = "bundles"
"""The directory of the project from which bundles enter the image."""

_EXPECTED = "the directory of a model bundle, below bundles/"


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """The model that serves predictions, the shadow that is compared with it, and the storage of models."""

    bundle: str = setting(
        "bundles/sleep_advice",
        directory(_EXPECTED),
        "Directory of the model bundle, below bundles/; NAME means the latest version, NAME/VERSION a fixed one",
        "bundles/my_model",
    )
    shadow_bundle: str = setting(
        "",
        directory(_EXPECTED, optional=True),
        "Directory of a second bundle with the same features and classes, whose predictions are recorded and never "
        "returned (docs/shadow.md); empty for none",
        "bundles/my_model/0123456789ab",
    )
    shadow_sample_rate: float = setting(0.1, FRACTION, "Share of the requests that shadowBundle scores")
    model_store: bool = setting(
        default=False, rule=FLAG, description="Whether the stack has a bucket for model versions, to which DVC pushes"
    )
    model_store_days: int = setting(90, POSITIVE, "Days for which overwritten and deleted files stay in that bucket")


SUBJECT = Subject("Model", ModelSettings)
