"""Every environment is previewed, made, found unchanged, and taken down to an empty account."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from infra.settings.files import PROJECT_DIRECTORY
from tests.engine.settings import DELIVERY, EVERYTHING, PROD, UNPROTECTED

if TYPE_CHECKING:
    from tests.engine.stack import Engine, Stack


def _comes_and_goes(engine: Engine, stack: Stack) -> None:
    previewed = stack.preview()
    made = stack.up()
    again = stack.up()
    refreshed = stack.refresh()
    pushes = len(engine.account.pushes)
    destroyed = stack.destroy()

    assert previewed == made
    assert again.keys() == {"same"}
    assert refreshed.keys() == {"same"}
    assert pushes == len({tag for tag, _ in engine.account.pushes}), "each image is pushed once"
    assert destroyed["delete"] == made["create"]
    assert engine.account.held == {}


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_an_environment_comes_and_goes_without_a_trace(name: str, engine: Engine) -> None:
    _comes_and_goes(engine, engine.stack(name))


def test_prod_comes_and_goes_once_it_is_unprotected(engine: Engine) -> None:
    _comes_and_goes(engine, engine.stack("prod", PROD | UNPROTECTED))


def test_a_stack_that_serves_from_shared_storage_comes_and_goes_without_a_trace(engine: Engine) -> None:
    _comes_and_goes(engine, engine.stack("dev", {"inference:sharedStorage": "true", "inference:modelSource": "efs"}))


def test_every_option_can_be_switched_on_and_off_again(engine: Engine) -> None:
    stack = engine.stack("dev")
    before = stack.up()["create"]
    file = engine.directory / "Pulumi.dev.yaml"
    off = file.read_bytes()
    stack.configured(EVERYTHING).up()
    again = stack.up()
    file.write_bytes(off)
    stack.up()

    assert again.keys() == {"same"}
    assert stack.preview() == {"same": before}
    stack.destroy()
    assert engine.account.held == {}


def test_the_roles_of_the_delivery_come_and_go_without_a_trace(engine: Engine) -> None:
    engine.directory /= "bootstrap"
    engine.directory.mkdir()
    shutil.copy(PROJECT_DIRECTORY / "bootstrap" / "Pulumi.yaml", engine.directory)
    engine.program = PROJECT_DIRECTORY / "bootstrap" / "__main__.py"

    _comes_and_goes(engine, engine.stack("bootstrap", DELIVERY))
