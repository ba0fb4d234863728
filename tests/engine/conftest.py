"""The real engine, on a project and an account of its own for each test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.engine.command_line import CommandLineError, command_line
from tests.engine.stack import Engine, make_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def pulumi_command() -> Iterator[Path]:
    """Pulumi's command line, which is on PATH then."""
    try:
        found = command_line()
    except CommandLineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(found.parent), prepend=os.pathsep)
        yield found


@pytest.fixture
def engine(tmp_path: Path, pulumi_command: Path, bundle: Path) -> Iterator[Engine]:  # noqa: ARG001 - on PATH
    """The engine on a new project with a small bundle, and an empty account."""
    home = tmp_path / "home"
    home.mkdir()
    made = Engine(make_project(tmp_path / "project", bundle), home)
    yield from (made for _ in made.serve())
