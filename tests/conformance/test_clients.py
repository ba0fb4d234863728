"""Real clients against the local stack: tritonclient, MLflow, schemathesis, and a browser."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.conformance.conftest import client, run

if TYPE_CHECKING:
    from tests.conformance.conftest import Api

_INSTANCE = {"age": 40.5, "cups of coffee": 3, "chronotype": "early"}
_EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "100")
"""Of each operation and phase; the examples and the cases of coverage are tried besides. `make fuzz` tries more."""

_ROOT = Path(__file__).parents[2]
_CLIENTS = (_ROOT / "docs" / "clients.md").read_text(encoding="utf-8")

_BROWSER = (_ROOT / "tests" / "conformance" / "browser" / "docs.py").read_text(encoding="utf-8")
_OTHER_PROTOCOLS = "(infer|invocations)$"
"""Which tensors and columns belong together is more than a schema can say, so valid data may be refused there."""


def _predicted(api: Api) -> dict[str, Any]:
    answer = httpx.post(f"{api.url}/predict", json={"instances": [_INSTANCE]})
    (prediction,) = answer.json()["predictions"]
    return dict(prediction)


def _snippet(heading: str, language: str) -> str:
    """Return the code below a heading of docs/clients.md."""
    section = _CLIENTS.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def _python(heading: str, api: Api) -> str:
    return f"URL = {api.url!r}\nMODEL = 'small'\nINSTANCE = {_INSTANCE!r}\n" + _snippet(heading, "python")


def test_the_curl_line_of_the_manual_gets_a_prediction(api: Api) -> None:
    environment = {**os.environ, "URL": api.url, "INSTANCE": json.dumps(_INSTANCE)}
    command = ["sh", "-c", _snippet("curl", "sh")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout)["predictions"] == [_predicted(api)]


def test_the_python_of_the_manual_gets_the_same(api: Api) -> None:
    assert ast.literal_eval(run("mlflow", _python("Python", api))) == _predicted(api)


def test_the_fetch_of_the_manual_gets_the_same(api: Api) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js; on Debian: apt-get install nodejs")
    given = f"const URL = {json.dumps(api.url)}; const INSTANCE = {json.dumps(_INSTANCE)};\n"
    code = given + _snippet("A mobile app", "js")
    done = subprocess.run([node, "--input-type=module", "-"], input=code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == _predicted(api)


def test_tritonclient_gets_the_same(api: Api) -> None:
    printed = run("triton", _python("tritonclient", api))
    assert json.loads(printed) == list(_predicted(api)["probabilities"].values())


def test_mlflows_scoring_client_gets_the_same(api: Api) -> None:
    found = ast.literal_eval(run("mlflow", _python("MLflow", api)))
    assert found == _predicted(api)


@pytest.mark.parametrize(
    "options",
    [
        ["--exclude-path-regex", _OTHER_PROTOCOLS],
        ["--include-path-regex", _OTHER_PROTOCOLS, "--exclude-checks", "positive_data_acceptance"],
    ],
    ids=["own protocol", "other protocols"],
)
def test_schemathesis_finds_no_answer_that_the_document_does_not_describe(
    api: Api, options: list[str], tmp_path: Path
) -> None:
    command = [client("schemathesis").with_name("schemathesis"), "run", f"{api.url}/openapi.json", "--url", api.url]
    chosen = [
        "--checks",
        "all",
        "--phases",
        "examples,coverage,fuzzing,stateful",
        "--max-examples",
        _EXAMPLES,
        "--seed",
        "1",
        "--no-color",
    ]
    hooks = str(_ROOT / "tests" / "conformance" / "schemathesis" / "hooks.py")
    done = subprocess.run(
        [*map(str, command), *chosen, *options], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": hooks},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    generated = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert generated is not None, done.stdout[-2000:]
    assert generated[1] == generated[2]
    print(f"schemathesis: {generated[0]}")  # noqa: T201 - a measure


def test_the_page_for_people_renders_and_sends_a_request(api: Api, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium; on Debian: apt-get install chromium")
    seen = json.loads(run("browser", _BROWSER, f"{api.url}/docs", chromium, str(tmp_path / "docs.png")))
    assert (seen["status"], seen["troubles"]) == ("200", [])
    assert "probabilities" in seen["body"]
    assert seen["hosts"] == [f"127.0.0.1:{api.port}"], "nothing comes from outside"
