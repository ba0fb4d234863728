"""The image, built once for all tests from a build context of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.image.contents import ImageBuild, ImageError
from operate.build.image import (
    BASE_IMAGE,
    BUILD_NETWORK,
    ROOT,
    image_build,
    require_engine,
    run_build,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT = (
    "Dockerfile",
    ".dockerignore",
    "requirements/function.txt",
    "infra/image/bytecode.py",
    "infra/image/bill_of_materials.py",
)
PACKAGES = ("inference_lib", "model_export")


@dataclass(frozen=True)
class BuiltImage:
    """An image, what it was built from, and how long that took."""

    build: ImageBuild
    seconds: float

    @property
    def tag(self) -> str:
        return self.build.tag


def make_context(place: Path, bundle: Path) -> Path:
    """Copy what the image is made of, and a bundle, to a new build context; return the bundle's place in it."""
    for name in CONTEXT:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place / name)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    return Path(shutil.copytree(bundle, place / "bundles" / bundle.parent.name / bundle.name))


def build_of(context: Path, bundle: Path, name: str) -> ImageBuild:
    """Return the build of a bundle, from the base image that the environment names."""
    return image_build(
        str(bundle),
        context=context,
        tag=f"inference-test/{name}:{os.getpid()}",
        base=os.environ.get(BASE_IMAGE, ""),
        network=os.environ.get(BUILD_NETWORK, ""),
    )


@pytest.fixture(scope="session")
def engine() -> None:
    """Skip without a Docker engine; fail in CI, where one has to be there."""
    try:
        require_engine()
    except ImageError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def image(engine: None, bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltImage]:  # noqa: ARG001 - a condition
    """The image of a small bundle, for the platform of this machine."""
    context = tmp_path_factory.mktemp("context")
    build = build_of(context, make_context(context, bundle_path), "small")
    started = time.monotonic()
    run_build(build)
    yield BuiltImage(build, time.monotonic() - started)
    subprocess.run(["docker", "image", "rm", "--force", build.tag], capture_output=True, check=False)
