"""What makes the engine build and push again, and what does not."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.engine.stack import Engine, make_project

if TYPE_CHECKING:
    from pathlib import Path


def test_another_bundle_and_another_checkout_change_nothing_and_push_nothing(
    engine: Engine, bundle: Path, tmp_path: Path
) -> None:
    stack = engine.stack("dev")
    stack.up()
    pushed = list(engine.account.pushes)
    shutil.copytree(bundle, engine.directory / "bundles" / "another")
    (engine.directory / "infra" / "notes.py").touch()

    beside = stack.up()
    engine.directory.rename(tmp_path / "away")
    make_project(engine.directory, bundle)
    for path in engine.directory.rglob("*.py"):
        path.chmod(0o775)
    shutil.copy(tmp_path / "away" / "Pulumi.dev.yaml", engine.directory)
    elsewhere = stack.up()

    assert beside.keys() == elsewhere.keys() == {"same"}
    assert engine.account.pushes == pushed


def test_the_same_content_has_the_same_digest_in_two_environments_but_for_its_repository(engine: Engine) -> None:
    digests = []
    for name in ("dev", "staging"):
        engine.stack(name).up()
        (image,) = (digest for tag, digest in engine.account.tags.items() if f"-{name}-" in tag and "cache" not in tag)
        digests.append(image)

    assert digests[0] == digests[1]


def test_the_first_deployment_says_calmly_that_there_is_no_build_cache_yet(engine: Engine) -> None:
    stack = engine.stack("dev")

    first = stack.automation.preview().stdout
    stack.up()

    assert "This first deployment has no build cache yet" in first
    assert "no build cache" not in stack.automation.preview().stdout
