"""Clients that generators make of the OpenAPI document, each run against the local stack."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.conformance.conftest import client

if TYPE_CHECKING:
    from tests.conformance.conftest import Api

_HERE = Path(__file__).parent
_INSTANCE = {"age": 40.5, "cups of coffee": 0, "chronotype": "early"}
_LABEL = "carry on"
_PYTHON = """
import json, sys
from generated import Client
from generated.api.predictions import predict
from generated.models import Instance, PredictRequest
instance = Instance.from_dict(json.loads(sys.argv[2]))
answer = predict.sync(client=Client(base_url=sys.argv[1]), body=PredictRequest(instances=[instance]))
print(answer.predictions[0].label.value, end="")
refused = predict.sync(client=Client(base_url=sys.argv[1]), body=PredictRequest(instances=[]))
assert refused.status == 400, refused
"""


@pytest.fixture
def document(api: Api, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(httpx.get(f"{api.url}/openapi.json").text)
    return path


def _run(*command: str | Path, folder: Path, **variables: str) -> str:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _copy(name: str, folder: Path) -> Path:
    """Copy a client's sources, whose packages come from the network."""
    if not os.environ.get("CI"):
        pytest.skip(f"downloads the packages of {name}; runs in CI, and with CI=1")
    return shutil.copytree(_HERE / name, folder / name)


def test_openapi_python_client(api: Api, document: Path, tmp_path: Path) -> None:
    python = client("openapi_python")
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    options = ["--meta", "none", "--output-path", str(tmp_path / "generated")]
    printed = _run(
        python.with_name("openapi-python-client"), "generate", "--path", document, *options, folder=tmp_path, PATH=path
    )
    # It reads JSON alone; nothing else of the document is left out.
    lost = [line for line in printed.splitlines() if line.startswith(("WARNING", "ERROR", "Unsupported"))]
    of_tables = [line for line in lost if "POST /invocations" in line or "content type" in line]
    assert lost == of_tables, printed
    assert _run(python, "-c", _PYTHON, api.url, json.dumps(_INSTANCE), folder=tmp_path) == _LABEL


def test_openapi_typescript_under_strict(api: Api, document: Path, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("needs Node.js with npm; on Debian: apt-get install npm")
    folder = _copy("openapi_typescript", tmp_path)
    _run("npm", "ci", "--silent", "--no-audit", "--no-fund", folder=folder)
    tools = folder / "node_modules" / ".bin"
    _run(tools / "openapi-typescript", document, "--output", "api.d.ts", folder=folder)
    options = ["--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "commonjs"]
    _run(tools / "tsc", *options, "client.ts", folder=folder)
    assert _run("node", "client.js", api.url, json.dumps(_INSTANCE), folder=folder) == _LABEL


def _go(folder: Path) -> Path:
    if shutil.which("go") is None:
        pytest.skip("needs Go; on Debian: apt-get install golang")
    return _copy("openapi_go", folder)


def test_oapi_codegen(api: Api, document: Path, tmp_path: Path) -> None:
    folder = _go(tmp_path)
    (folder / "api").mkdir()
    options = ["-generate", "types,client", "-package", "api", "-o", "api/api.go"]
    _run("go", "tool", "oapi-codegen", *options, document, folder=folder)
    _run("go", "vet", ".", "./api", folder=folder)
    assert _run("go", "run", ".", api.url, json.dumps(_INSTANCE), folder=folder) == _LABEL


def test_ogen_which_generates_every_operation(api: Api, document: Path, tmp_path: Path) -> None:
    folder = _go(tmp_path)
    _run("go", "tool", "ogen", "--target", "ogen/api", "--package", "api", document, folder=folder)
    _run("go", "vet", "./ogen/...", folder=folder)
    assert _run("go", "run", "./ogen", api.url, json.dumps(_INSTANCE), folder=folder) == _LABEL
