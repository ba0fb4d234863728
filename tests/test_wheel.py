"""The wheel with the ``function`` extra alone: the inference library without this repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

_ROOT = Path(__file__).parents[1]

_ASK = """
import json, sys
from inference_lib import handler
event = {"instances": [{"age": 40, "cups of coffee": 0, "chronotype": "early"}]}
from inference_lib.testing import FakeContext
context = FakeContext()
answer = handler.handler(event, context)
print(json.dumps([answer, handler.__file__]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=_ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("clean") / "venv"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, place], check=True)
    python = place / "bin" / "python"
    locked = ["--constraint", str(_ROOT / "requirements" / "function.txt")]
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *locked, f"{wheel}[function]"], check=True)
    return python


def _run(python: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [python, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=python.parent,
        env={**kept, **environment},
    )


def test_it_serves_a_request_from_a_clean_environment(clean_python: Path, bundle_path: Path) -> None:
    done = _run(clean_python, "-c", _ASK, MODEL_BUNDLE=str(bundle_path))
    answer, place = json.loads(done.stderr)
    assert answer["predictions"][0]["label"] == "carry on"
    assert Path(place).is_relative_to(clean_python.parents[1]), "it ran from the repository, not from the wheel"


def test_a_bundle_is_verified_with_the_functions_dependencies_alone(clean_python: Path, bundle_path: Path) -> None:
    done = _run(clean_python, "-m", "model_export", "verify", bundle_path)
    assert "small" in done.stdout
    installed = _run(
        clean_python, "-c", "import importlib.util as u; print(u.find_spec('sklearn'), u.find_spec('pandas'))"
    )
    assert installed.stdout.strip() == "None None"


def test_the_wheel_holds_the_packages_and_their_types_and_no_tests(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    packages = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert packages == {"inference_lib", "model_export", "infra", "operate", "local_stack", "console"}
    assert "inference_lib/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
