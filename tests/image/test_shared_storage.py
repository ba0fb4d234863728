"""The image without a model: a bundle is uploaded to a mounted folder, and served from there."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from inference_lib import environment
from inference_lib.bundle.golden import parse_golden
from inference_lib.contract.document import GOLDEN_FILE
from inference_lib.testing import rest_event
from inference_lib.upload.parts import FILES
from infra.function.upload import HANDLER
from infra.image.component import RUNTIME
from infra.storage.file_system import MOUNT_PATH, OWNER
from operate.build.image import build_command
from tests.image.conftest import build_of, make_context
from tests.image.lambda_runtime import container, runtime_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]


@pytest.fixture(scope="module")
def runtime(engine: None, bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: ARG001 - a condition
    """The image of the stage without a model."""
    context = tmp_path_factory.mktemp("context")
    build = build_of(context, make_context(context, bundle_path), "runtime")
    *command, place = build_command(build)
    subprocess.run([*command, "--target", RUNTIME, place], env={**os.environ, "DOCKER_BUILDKIT": "1"}, check=True)
    yield build.tag
    subprocess.run(["docker", "image", "rm", "--force", build.tag], capture_output=True, check=False)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder that belongs to the user of the access point, as the file system's does."""
    folder = tmp_path / "models"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, OWNER, OWNER)
    else:
        folder.chmod(0o777)
    return folder


def test_a_bundle_is_uploaded_by_the_image_and_then_served_by_it(runtime: str, bundle_path: Path, models: Path) -> None:
    name = f"{bundle_path.parent.name}/{bundle_path.name}"
    writes = ["--volume", f"{models}:{MOUNT_PATH}", "--env", f"{environment.MODELS_DIRECTORY}={MOUNT_PATH}"]
    with runtime_api(runtime) as api, container(runtime, api, writes, [HANDLER]):
        for file in (bundle_path / each for each in FILES):
            data = base64.b64encode(file.read_bytes()).decode()
            answer = api.invoke({"action": "write", "bundle": name, "file": file.name, "offset": 0, "data": data})
            assert answer == {"size": file.stat().st_size}
        finished = api.invoke({"action": "finish", "bundle": name})
        assert isinstance(finished, dict)
        assert finished["bundle"] == name, finished

    reads = ["--volume", f"{models}:{MOUNT_PATH}:ro", "--env", f"{environment.MODEL_BUNDLE}={MOUNT_PATH}/{name}"]
    golden = parse_golden((bundle_path / GOLDEN_FILE).read_bytes(), GOLDEN_FILE)
    with runtime_api(runtime) as api, container(runtime, api, reads):
        for case in golden.cases:
            answer = api.invoke(rest_event(body={"instances": [case.instance]}))
            assert isinstance(answer, dict)
            (prediction,) = json.loads(str(answer["body"]))["predictions"]
            assert golden.disagreement(case, prediction) == "", case.note


def test_there_is_no_model_in_the_image(runtime: str) -> None:
    listed = subprocess.run(
        ["docker", "run", "--rm", "--entrypoint", "python", runtime, "-c", "import os; print(os.listdir('/opt'))"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    labels = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{json .Config.Labels}}", runtime],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert listed.strip() == "['sbom.cdx.json']"
    assert "inference.model.name" not in json.loads(labels)
