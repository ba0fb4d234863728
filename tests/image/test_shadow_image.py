"""An image with a second bundle: both are proven, in it, and asked."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from inference_lib.testing import read_lines, rest_event
from infra.image.component import SHADOW_DIRECTORY
from operate.build.image import image_build, main, run_build
from tests.image.conftest import build_of, make_context
from tests.image.containers import docker, files_of
from tests.image.lambda_runtime import container, runtime_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inference_lib.contract.document import Json
    from infra.image.contents import ImageBuild

INSTANCE: Json = {"age": 40, "cups of coffee": 0, "chronotype": "early"}


@pytest.fixture(scope="module")
def shadowed(
    engine: None,  # noqa: ARG001 - a condition
    bundle_path: Path,
    shadow_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ImageBuild]:
    """The image of a small bundle with another one as its shadow."""
    context = tmp_path_factory.mktemp("context")
    served = make_context(context, bundle_path)
    second = shutil.copytree(shadow_path, served.parent / shadow_path.name)
    plain = build_of(context, served, "shadowed")
    build = image_build(
        str(served), shadow=str(second), context=context, tag=plain.tag, base=plain.base, network=plain.network
    )
    run_build(build)
    yield build
    subprocess.run(["docker", "image", "rm", "--force", build.tag], capture_output=True, check=False)


@pytest.mark.docker
def test_both_bundles_are_in_the_image_and_on_its_bill(
    shadowed: ImageBuild, bundle_path: Path, shadow_path: Path
) -> None:
    bill = json.loads(docker("run", "--rm", "--entrypoint", "cat", shadowed.tag, "/opt/sbom.cdx.json"))
    models = [each["version"] for each in bill["components"] if each["type"] == "machine-learning-model"]
    files = [path for path in files_of(shadowed.tag) if path.startswith(f"{SHADOW_DIRECTORY[1:]}/")]

    assert models == [bundle_path.name, shadow_path.name]
    assert sorted(files) == [f"opt/shadow/{name}" for name in sorted(path.name for path in shadow_path.iterdir())]


@pytest.mark.docker
def test_the_shadow_is_asked_where_the_environment_says_so(
    shadowed: ImageBuild, bundle_path: Path, shadow_path: Path
) -> None:
    options = ("--env", f"SHADOW_BUNDLE={SHADOW_DIRECTORY}", "--env", "SHADOW_SAMPLE_RATE=1")
    with runtime_api(shadowed.tag) as api, container(shadowed.tag, api, options) as process:
        answer = api.invoke(rest_event(body={"instances": [INSTANCE]}))
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]

    assert isinstance(answer, dict)
    assert answer["statusCode"] == 200
    pairs = [each.get("VersionPair") for each in read_lines("".join(lines)).metrics]
    assert pairs == [None, f"{bundle_path.name}/{shadow_path.name}"]


def test_a_shadow_outside_the_context_is_refused(
    bundle_path: Path, shadow_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "bundles" / bundle_path.parent.name
    shutil.copytree(bundle_path, place / bundle_path.name)

    assert main([str(place / bundle_path.name), "--shadow", str(shadow_path)]) == 2
    assert "is outside bundles/, the only folder from which images are built" in capsys.readouterr().err
