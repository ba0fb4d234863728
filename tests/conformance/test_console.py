"""The console in a browser, against the local stack: every page, a prediction through the form, an alarm that is tried.

Once as ``make console`` runs it, and once in the container that the cloud runs. The pictures are left
below ``build/console``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from infra.image.contents import ImageError
from infra.storage.file_system import MOUNT_PATH
from operate.build import console as build_console
from operate.build.image import require_engine
from tests.conformance.conftest import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Api

_ROOT = Path(__file__).parents[2]
_PICTURES = _ROOT / "build" / "console"
_SCRIPT = (_ROOT / "tests" / "conformance" / "browser" / "console.py").read_text(encoding="utf-8")
_PAGES = ("predict", "monitoring", "alarms", "drift", "model", "versions")
_VIEWS = ("1280-light", "1920-light", "390-light", "1280-dark")
_INSTANCE = {"age": 40.5, "cups of coffee": 3, "chronotype": "early"}


@pytest.fixture(scope="module", params=["process", "container"])
def console(
    request: pytest.FixtureRequest, api: Api, bundle_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the console on a port of its own: as ``make console`` runs it, or in its image."""
    for instance in [_INSTANCE] * 20 + [{}]:
        httpx.post(f"{api.url}/predict", json={"instances": [instance]})
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    is_process = request.param == "process"
    models = tmp_path_factory.mktemp("models")
    shutil.copytree(bundle_path, models / bundle_path.parent.name / bundle_path.name)
    # The container's user is another.
    models.chmod(0o755)
    command = [sys.executable, "-m", "streamlit", "run", "console/connection/server.py"]
    command += ["--server.headless", "true", "--server.port", str(port)]
    process = subprocess.Popen(
        command if is_process else _in_container(api.url, port, models),
        cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "INFERENCE_API_URL": api.url, "INFERENCE_BUNDLES": str(bundle_path.parents[1])},
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if re.search(r"URL: http", line):
            break
    else:
        pytest.fail("the console did not start")
    # What it prints from now on is read, or it would wait for a reader.
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield f"http://127.0.0.1:{port}"
    # What is told to the docker command is passed on to the container.
    process.terminate()
    process.wait(timeout=20)
    reader.join()
    process.stdout.close()


def _in_container(api_url: str, port: int, bundles: Path) -> list[str]:
    """Build the image and return the command that runs it as AWS Fargate does, with the bundles mounted to be read."""
    try:
        require_engine()
    except ImageError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    tag = f"inference-test/console:{os.getpid()}"
    assert build_console.main(["--tag", tag]) == 0
    told = {
        "INFERENCE_API_URL": api_url,
        "INFERENCE_MONITORING": "local",
        "INFERENCE_BUNDLES": MOUNT_PATH,
        "STREAMLIT_SERVER_PORT": str(port),
    }
    variables = [part for name, value in told.items() for part in ("--env", f"{name}={value}")]
    mount = ["--volume", f"{bundles}:{MOUNT_PATH}:ro"]
    return ["docker", "run", "--rm", "--read-only", "--network", "host", *mount, *variables, tag]


def test_every_page_is_drawn_a_prediction_is_made_and_an_alarm_is_tried(console: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium; on Debian: apt-get install chromium")
    shutil.rmtree(_PICTURES, ignore_errors=True)
    _PICTURES.mkdir(parents=True)
    values = json.dumps({"cups of coffee": 0})
    seen = json.loads(run("browser", _SCRIPT, console, chromium, str(_PICTURES), values, "memory"))
    assert seen["troubles"] == []
    assert seen["hosts"] == [console.removeprefix("http://")], "nothing comes from outside"
    assert "carry on" in seen["prediction"]
    assert seen["charts"] == 2, "probabilities and contributions"
    assert "Trial from the console" in seen["alarm"]
    assert "dev: memory (info: look today)" in seen["message"], "the notifier told"
    assert seen["grounds"] == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 21, 29)"}, "as the reader wishes"
    kept = {path.stem for path in _PICTURES.glob("*.png")}
    assert kept == {f"console-{page}-{view}" for page in _PAGES for view in _VIEWS}
