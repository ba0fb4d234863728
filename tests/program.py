"""The program, run once for each stack, with a bundle that holds a contract and nothing else."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import (
    CONTRACT_FILE,
    LATEST_FILE,
    OUTLIER,
    PROFILE_FILE,
    Contract,
    Feature,
    InputTensor,
    OutputTensor,
)
from infra.settings.files import PROJECT_DIRECTORY
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

STACKS = ("dev", "staging", "prod")
FULL = {"inference:monitoring": "full", "inference:encryptTopics": "true"}
"""Settings that dev switches off to cost less."""
VERSION = "0123456789ab"


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Two features and two classes, under a name that is no good for AWS."""
    return Contract(
        name="good night",
        version=VERSION,
        task="binary",
        features=(
            Feature(name="hours asleep", type="number", nullable=True, minimum=0, maximum=24, example=6.5),
            Feature(name="mood", type="string", nullable=False, categories=("fine", "can't say"), example="can't say"),
        ),
        inputs=(
            InputTensor(name="hours", element_type="float", features=("hours asleep",)),
            InputTensor(name="mood", element_type="string", features=("mood",)),
        ),
        outputs={
            "label": OutputTensor(name="label", element_type="string"),
            "probabilities": OutputTensor(name="probabilities", element_type="float"),
        },
        classes=("rest", "carry on"),
    )


@pytest.fixture(scope="session")
def regressor(contract: Contract) -> Contract:
    """The same features, and a number to predict."""
    return Contract(
        name="deep sleep",
        version=VERSION,
        task="regression",
        features=contract.features,
        inputs=contract.inputs,
        outputs={"value": OutputTensor(name="value", element_type="float")},
    )


@pytest.fixture(scope="session")
def detector(contract: Contract) -> Contract:
    """The same features, and outliers to find."""
    return Contract(
        name="odd nights",
        version=VERSION,
        task="anomaly",
        features=contract.features,
        inputs=contract.inputs,
        outputs={
            "score": OutputTensor(name="score", element_type="double"),
            "label": OutputTensor(name="label", element_type="string"),
        },
        classes=(OUTLIER, "inlier"),
    )


@pytest.fixture(scope="session")
def write_bundle(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Contract], Path]:
    """Write the parts of a bundle that the program reads; returns the directory of the model."""

    def write(contract: Contract) -> Path:
        model = tmp_path_factory.mktemp("bundles") / "model"
        version = model / contract.version
        version.mkdir(parents=True)
        (version / CONTRACT_FILE).write_text(json.dumps(contract.to_dict()), encoding="utf-8")
        classes = {str(label): 60 - 20 * index for index, label in enumerate(contract.classes)}
        profile = {"predictions": {"classes": classes}}
        (version / PROFILE_FILE).write_text(json.dumps(profile), encoding="utf-8")
        (model / LATEST_FILE).write_text(contract.version, encoding="utf-8")
        return model

    return write


@pytest.fixture(scope="session")
def bundle(contract: Contract, write_bundle: Callable[[Contract], Path]) -> Path:
    """The bundle of ``contract``."""
    return write_bundle(contract)


@pytest.fixture(scope="session", params=STACKS)
def declared(request: pytest.FixtureRequest, bundle: Path) -> Declared:
    """What the program declares, for each of the stacks in turn."""
    stack: str = request.param
    return declare(stack, bundle=bundle)


@pytest.fixture(scope="session", params=STACKS)
def full(request: pytest.FixtureRequest, bundle: Path) -> Declared:
    """What the program declares with full monitoring, for each of the stacks in turn."""
    stack: str = request.param
    return declare(stack, FULL, bundle=bundle)


@pytest.fixture(scope="session")
def dev(bundle: Path) -> Declared:
    """What the program declares for dev."""
    return declare("dev", bundle=bundle)


@pytest.fixture(scope="session")
def with_slack(bundle: Path) -> Declared:
    """What the program declares for dev with full monitoring and a Slack channel."""
    slack = {"inference:slackTeamId": "T0123ABCD", "inference:slackChannelId": "C0123ABCD"}
    return declare("dev", {**FULL, **slack}, bundle=bundle)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, bundle_path: Path) -> Path:
    """The project's settings with a small bundle, in a directory of their own."""
    directory = tmp_path_factory.mktemp("project")
    for file in PROJECT_DIRECTORY.glob("Pulumi*.yaml"):
        shutil.copy(file, directory)
    (directory / "bundles").mkdir()
    (directory / "bundles" / "sleep_advice").symlink_to(bundle_path.parent, target_is_directory=True)
    return directory
