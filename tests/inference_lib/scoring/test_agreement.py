"""Which model may be the shadow of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import Contract, Feature, OutputTensor, Target
from inference_lib.scoring.agreement import disagreement

if TYPE_CHECKING:
    from inference_lib.contract.document import FeatureType, Task, Unknown


def _text(categories: tuple[str, ...] | None = None, unknown: Unknown = "refuse") -> Feature:
    return Feature(name="x", type="string", nullable=False, categories=categories, unknown_categories=unknown)


def _number(kind: FeatureType = "number", *, nullable: bool = False, maximum: float | None = None) -> Feature:
    return Feature(name="x", type=kind, nullable=nullable, maximum=maximum)


def _contract(
    *features: Feature,
    task: Task = "binary",
    classes: tuple[str | int | bool, ...] = ("a", "b"),
    targets: tuple[str, ...] = (),
    roles: tuple[str, ...] = ("label", "probabilities"),
) -> Contract:
    return Contract(
        name="m",
        version="v",
        task=task,
        features=features or (_number(),),
        inputs=(),
        outputs={role: OutputTensor(name=role, element_type="float") for role in roles},
        classes=classes,
        targets=tuple(Target(name=name) for name in targets),
    )


@pytest.mark.parametrize(
    ("served", "shadow"),
    [
        (_contract(), _contract()),
        (_contract(), _contract(classes=("b", "a"))),
        (_contract(), _contract(roles=("probabilities",))),
        (_contract(classes=(True, False)), _contract(classes=("false", "true"))),
        (_contract(_number(maximum=9)), _contract(_number(maximum=5))),
        (_contract(_number()), _contract(_number(nullable=True))),
        (_contract(_number(nullable=True)), _contract(_number(nullable=True))),
        (_contract(_text(("a",))), _contract(_text(("a", "b")))),
        (_contract(_text(("a",))), _contract(_text())),
        (_contract(_text()), _contract(_text())),
        (_contract(_text()), _contract(_text(("a",), "answer"))),
        (_contract(_text(("a", "b"))), _contract(_text(("a",), "answer"))),
        (_contract(targets=("a", "b")), _contract(targets=("a", "b"))),
    ],
)
def test_a_model_that_takes_every_request_may_be_the_shadow(served: Contract, shadow: Contract) -> None:
    assert disagreement(served, shadow) == ""


@pytest.mark.parametrize(
    ("served", "shadow", "reason"),
    [
        (_contract(), _contract(task="multiclass"), "it is a multiclass model, and the served one a binary model"),
        (_contract(), _contract(classes=("a", "c")), "its classes are a, c, and those of the served one a, b"),
        (_contract(), _contract(targets=("a",)), "its targets are a, and those of the served one none"),
        (
            _contract(targets=("a", "b")),
            _contract(targets=("b", "a")),
            "its targets are b, a, and those of the served one a, b",
        ),
        (
            _contract(),
            _contract(roles=("label", "scores")),
            "its predictions hold label, scores, and those of the served one label, probabilities",
        ),
        (_contract(_number(), _text()), _contract(_number("integer")), "its feature 'x' is of the type integer"),
        (_contract(_number(nullable=True)), _contract(_number()), "its feature 'x' may not be null"),
        (_contract(_text(("b", "a", "c"))), _contract(_text(("a",))), "its feature 'x' does not know b, c"),
        (_contract(_text()), _contract(_text(("a",))), "its feature 'x' does not know any text"),
        (_contract(_text(("a",), "answer")), _contract(_text(("a",))), "its feature 'x' does not know any text"),
        (
            _contract(),
            _contract(_number(), Feature(name="y", type="number", nullable=False)),
            "it needs the feature 'y', which the served one does not have",
        ),
        (_contract(_number(), Feature(name="y", type="number", nullable=False)), _contract(), "it has no feature 'y'"),
    ],
)
def test_the_first_difference_is_the_reason(served: Contract, shadow: Contract, reason: str) -> None:
    assert disagreement(served, shadow).startswith(reason)
