"""A new version of a model changes what it is about, and callers can be led back."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from tests.engine.stack import Engine

RETRAINED = "fedcba987654"


def retrain(engine: Engine, contract: Contract, write_bundle: Callable[[Contract], Path]) -> None:
    """Replace the served bundle by one with the same features and another version."""
    retrained = copy.copy(contract)
    retrained.version = RETRAINED
    served = engine.directory / "bundles" / "sleep_advice"
    shutil.rmtree(served)
    shutil.copytree(write_bundle(retrained), served)


def test_a_retrained_model_changes_five_resources_at_most(
    engine: Engine, contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    stack = engine.stack("staging")
    stack.up()
    retrain(engine, contract, write_bundle)
    previewed = stack.preview()
    engine.account.calls.clear()

    updated = stack.up()

    assert previewed == updated
    assert sorted(engine.account.calls) == [
        ("update", "cloudwatch/dashboard", "dashboard-dashboard"),
        ("update", "index/image", "image-cache"),
        ("update", "index/image", "image-image"),
        ("update", "lambda/alias", "function-alias"),
        ("update", "lambda/function", "function-function"),
    ]


def test_a_roll_back_moves_the_alias_alone_and_is_kept_by_the_next_update(
    engine: Engine, contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    stack = engine.stack("dev")
    stack.up()
    retrain(engine, contract, write_bundle)
    stack.up()
    alias = engine.account.one("lambda/alias", "live")
    released = alias.inputs["functionVersion"]
    engine.account.calls.clear()

    stack.configured({"inference:stableVersion": "1"}).up()
    again = stack.up()

    assert (released, alias.inputs["functionVersion"]) == ("2", "1")
    assert engine.account.calls == [("update", "lambda/alias", "function-alias")]
    assert again.keys() == {"same"}


def test_a_canary_gets_its_share_and_is_promoted_by_removing_two_keys(
    engine: Engine, contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    stack = engine.stack("dev")
    stack.up()
    retrain(engine, contract, write_bundle)

    canary = {"inference:stableVersion": "1", "inference:canaryWeight": "0.1"}
    stack.configured(canary).up()
    alias = engine.account.one("lambda/alias", "live")
    during = alias.inputs["functionVersion"], alias.inputs["routingConfig"]
    stack.automation.remove_all_config(list(canary))
    stack.up()

    assert during == ("1", {"additionalVersionWeights": {"2": 0.1}})
    assert alias.inputs["functionVersion"] == "2"
    assert not alias.inputs.get("routingConfig")
