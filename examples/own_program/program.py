"""Two models behind two APIs in one stack, from the components of ``infra``: an inline program of the Automation API.

Each model has a namespace of its own in the configuration, such as ``first:bundle``, with the keys of docs/settings.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.api.definition import PredictionApi, PredictionApiArgs
from infra.api.stage import ApiStage, ApiStageArgs
from infra.function.inference import InferenceFunction, InferenceFunctionArgs
from infra.image.component import ModelImage, ModelImageArgs
from infra.naming import Names
from infra.settings.files import PROJECT_DIRECTORY
from infra.settings.reading import load_settings

if TYPE_CHECKING:
    from pathlib import Path

MODELS = ("first", "second")
"""Namespaces of the configuration; each is the stage of its model, and part of the names of its resources."""


def serve(model: str, root: Path = PROJECT_DIRECTORY) -> pulumi.Output[str]:
    """Declare what serves one model.

    Parameters
    ----------
    model : str
        One of ``MODELS``.
    root : Path
        Where ``bundles/`` and the Dockerfile are.

    Returns
    -------
    Output of str
        The address of the API.
    """
    settings = load_settings(pulumi.Config(model), model, root)
    account_id, region = aws.get_caller_identity().account_id, aws.get_region().region
    names = Names(stack=model, model=settings.contract.name, account_id=account_id, region=region)
    image = ModelImage(f"{model}-image", ModelImageArgs(names=names, settings=settings))
    function = InferenceFunction(
        f"{model}-function",
        InferenceFunctionArgs(names=names, settings=settings, image_uri=image.uri, mount=None),
    )
    api = PredictionApi(f"{model}-api", PredictionApiArgs(names=names, settings=settings, live=function.live))
    stage = ApiStage(
        f"{model}-stage",
        ApiStageArgs(names=names, settings=settings, rest_api=api.rest_api, definition=api.definition),
    )
    return stage.url


def program(root: Path = PROJECT_DIRECTORY) -> None:
    """Declare both models, and export their addresses."""
    for model in MODELS:
        pulumi.export(f"{model}_url", serve(model, root))
