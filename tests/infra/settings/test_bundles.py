"""The bundles that the settings name, and what must fit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from inference_lib.contract.document import Contract
from inference_lib.protocols import feedback
from infra.settings.subjects.api import MOST_INSTANCES
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def error_of(config: dict[str, str], bundle: Path | None, stack: str = "dev") -> str:
    with pytest.raises(pulumi.RunError) as caught:
        declare(stack, config, bundle=bundle)
    return str(caught.value)


@pytest.mark.parametrize("path", ["models/mine", "../elsewhere", "/somewhere", "bundles/../models"])
def test_a_bundle_that_cannot_enter_the_image_is_refused(path: str) -> None:
    assert error_of({"inference:bundle": path}, None) == (
        f"inference:bundle: '{path}' is not below bundles/, the only directory whose bundles enter the image; expected "
        "the directory of a model bundle, below bundles/. Set it: pulumi config set inference:bundle bundles/my_model"
    )


def test_a_bundle_of_another_format_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    (tmp_path / "contract.json").write_text('{"format_version": 99}', encoding="utf-8")

    message = error_of({}, tmp_path)

    assert "bundle format 99, this library reads formats 1 and 2" in message
    assert message.startswith("inference:bundle: bundles/")


def test_feedback_can_name_each_instance_of_the_largest_request_that_a_stack_takes() -> None:
    assert MOST_INSTANCES == feedback.MAX_INSTANCE + 1


@pytest.fixture(scope="session")
def with_classes(contract: Contract, write_bundle: Callable[[Contract], Path]) -> Callable[[int], Path]:
    """Write the contract of a model with so many classes."""

    def write(count: int) -> Path:
        labels = tuple(f"product-category-{number:06d}" for number in range(count))
        members = {**_members_of(contract), "classes": labels, "task": "multiclass"}
        return write_bundle(Contract(**members))

    return write


def _members_of(contract: Contract) -> dict[str, Any]:
    names = ("name", "version", "features", "inputs", "outputs")
    return {name: getattr(contract, name) for name in names}


def test_more_instances_than_lambda_can_return_answers_to_are_refused(with_classes: Callable[[int], Path]) -> None:
    wide = with_classes(300)
    message = error_of({"inference:maxInstances": "5000"}, wide)
    assert message.startswith(
        "inference:maxInstances: 5000 instances do not fit into one response of this model: "
        "AWS Lambda returns at most 6291556 bytes; expected 1 to "
    )
    most = message.rpartition(" ")[2]
    assert declare("dev", {"inference:maxInstances": most}, bundle=wide).messages == ()
    assert f"set inference:maxInstances {most}" in error_of({"inference:maxInstances": str(int(most) + 1)}, wide)


def test_the_default_number_of_instances_is_lowered_to_what_can_be_answered(
    with_classes: Callable[[int], Path],
) -> None:
    declared = declare("dev", {}, bundle=with_classes(300))
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    assert 300 < int(variables["MAX_INSTANCES"]) < 1000


def test_a_model_of_which_no_prediction_would_arrive_is_refused(with_classes: Callable[[int], Path]) -> None:
    assert error_of({}, with_classes(150_000)).startswith(
        "inference:bundle: the model has so many classes that no response fits: AWS Lambda returns at most"
    )


def test_a_model_of_which_one_prediction_fits_takes_one_instance(with_classes: Callable[[int], Path]) -> None:
    declared = declare("dev", {}, bundle=with_classes(100_000))
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    assert variables["MAX_INSTANCES"] == "1"
