"""The wheel with one extra alone: the inference library and the export's commands without this repository."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import httpx
import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

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


def _installed(wheel: Path, extra: str, folder: Path) -> Path:
    """Install the wheel with one extra in an environment of its own; returns its Python."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    locked = ["--constraint", str(_ROOT / "requirements" / f"{extra}.txt")]
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *locked, f"{wheel}[{extra}]"], check=True)
    return python


@pytest.fixture(scope="module")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _installed(wheel, "function", tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands that the wheel installs with the extra ``export``."""
    return _installed(wheel, "export", tmp_path_factory.mktemp("export")).parent


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


def test_a_model_is_exported_and_served_by_the_commands_of_the_wheel(
    scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    rows = pd.DataFrame({"age": np.arange(120.0), "hours": np.tile([6.0, 7.0, 8.0], 40)})
    advice = np.where(rows["age"] > 60, "rest", "carry on")
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, advice), tmp_path / "model.joblib")
    rows.assign(advice=advice).to_csv(tmp_path / "rows.csv", index=False)

    command = "inference-export model.joblib --data rows.csv --name advice --target advice"
    export: list[str] = [str(scripts / command.split(maxsplit=1)[0]), *command.split()[1:]]
    exported = subprocess.run(export, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert exported.returncode == 0, exported.stdout + exported.stderr
    serve = [str(scripts / "inference-serve"), "bundles/advice", "--port", "0"]
    process = subprocess.Popen(serve, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    url = first.partition(" at ")[2].partition(";")[0]
    answer = httpx.post(f"{url}/predict", json={"instances": [{"age": 90, "hours": 7}]}, trust_env=False).json()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    process.stdout.close()

    assert first.startswith("Serving advice ")
    assert answer["predictions"][0]["label"] == "rest"
