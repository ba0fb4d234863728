"""The same content has the same digest on a builder that has done nothing yet, and on one that has."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from infra.image.component import build_arguments, image_content, staged_build
from infra.settings.files import read_stack
from operate.build.image import BASE_IMAGE, BUILD_NETWORK
from tests.engine.stack import make_project
from tests.image.containers import docker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]

DATES = {"created", "history"}
NEEDED_API = (1, 43)
"""Docker 24, whose BuildKit writes the date that it is given into an image, instead of that of the build."""


def reproduces_dates() -> bool:
    """Return whether the engine takes an image's dates from SOURCE_DATE_EPOCH."""
    version = docker("version", "--format", "{{.Server.APIVersion}}").strip()
    return tuple(map(int, version.split("."))) >= NEEDED_API


def digest_of(image: str) -> str:
    """Return the digest of an image; on an older engine, that of all but its dates."""
    if reproduces_dates():
        return docker("image", "inspect", "--format", "{{.Id}}", image).strip()
    saved = subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE)
    place = docker("image", "inspect", "--format", "{{.Id}}", image).strip().removeprefix("sha256:") + ".json"
    config = subprocess.run(["tar", "-xO", place], stdin=saved.stdout, capture_output=True, check=True).stdout
    saved.communicate()
    undated = {key: value for key, value in json.loads(config).items() if key not in DATES}
    return hashlib.sha256(json.dumps(undated, sort_keys=True).encode()).hexdigest()


@contextmanager
def built(project: Path, option: str) -> Iterator[str]:
    """Build the image of the dev stack as the program describes it; yields its name while it is there."""
    settings, _ = read_stack("dev", directory=project)
    build = staged_build(image_content(settings).files(), settings, "image")
    arguments = build_arguments(settings) | {"BASE_IMAGE": os.environ.get(BASE_IMAGE, "")}
    given = [part for key, value in arguments.items() if value for part in ("--build-arg", f"{key}={value}")]
    network = os.environ.get(BUILD_NETWORK, "")
    tag = f"inference-test/digest:{uuid.uuid4().hex}"
    docker(
        *("build", "--tag", tag, "--file", str(project / build["dockerfile"])),
        *(["--network", network] if network else []),
        *(option, *given, str(project / build["context"])),
    )
    try:
        yield tag
    finally:
        docker("image", "rm", "--force", tag)


def test_one_content_has_one_digest_cold_and_warm_and_beside_other_bundles(
    bundle_path: Path, shadow_path: Path, tmp_path: Path
) -> None:
    projects = [make_project(tmp_path / name, bundle_path.parent) for name in ("first", "second")]
    shutil.copytree(shadow_path.parent, projects[1] / "bundles" / "another")
    builds = [(projects[0], "--no-cache"), (projects[1], "--no-cache"), (projects[1], "--quiet")]

    digests = []
    for project, option in builds:
        with built(project, option) as image:
            digests.append(digest_of(image))

    assert len(set(digests)) == 1
