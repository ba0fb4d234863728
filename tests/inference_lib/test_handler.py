"""The handler in a fresh process: what it loads, what it answers, how it refuses to start."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import MODEL_FILE
from inference_lib.testing import read_lines

if TYPE_CHECKING:
    from pathlib import Path

# Everything that the function's process may hold beyond the runtime client's own modules.
_ALLOWED = {
    "_ctypes",
    "_sha2",
    "_sha256",
    "_struct",
    "array",
    "binascii",
    "ctypes",
    "ctypes._endian",
    "importlib.machinery",
    "struct",
}
_ALLOWED_PACKAGES = ("inference_lib",)

_ASK = """
import gc, json, sys
import awslambdaric.bootstrap
before = set(sys.modules)
from inference_lib import handler
modules = sorted(set(sys.modules) - before)
from inference_lib.testing import FakeContext
def answered(rows):
    body = json.dumps({"instances": [json.loads(sys.argv[1])] * rows})
    return handler.handler({"httpMethod": "POST", "path": "/predict", "body": body}, FakeContext("r-1"))
answer, few = answered(1), answered(10)
before = set(sys.modules)
many = answered(1000)
assert many["statusCode"] == 200, many
large = sorted(set(sys.modules) - before)
frozen = gc.get_freeze_count() if gc.isenabled() else 0
print(json.dumps({"answer": answer, "frozen": frozen, "modules": modules, "large": large}), file=sys.stderr)
"""


def _run(bundle: Path | str, **environment: str) -> subprocess.CompletedProcess[str]:
    instance = {"age": 40, "cups of coffee": 0, "chronotype": "early"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", _ASK, json.dumps(instance)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MODEL_BUNDLE": str(bundle), "AWS_EMF_NAMESPACE": "MLInference/dev", **environment},
    )


def test_the_function_loads_what_it_needs_and_nothing_else(bundle_path: Path) -> None:
    done = _run(bundle_path)
    modules = json.loads(done.stderr)["modules"]
    extra = [m for m in modules if m not in _ALLOWED and m.split(".")[0] not in _ALLOWED_PACKAGES]
    assert extra == [], "each import here is paid for at every cold start"
    assert not [m for m in modules if m == "inference_lib.testing"]


def test_what_the_imports_made_is_never_looked_through_for_garbage_and_what_requests_make_is(bundle_path: Path) -> None:
    assert json.loads(_run(bundle_path).stderr)["frozen"] > 5_000


def test_only_a_large_request_loads_the_json_library_in_c(bundle_path: Path) -> None:
    done = _run(bundle_path)
    asked = json.loads(done.stderr)
    assert "orjson" not in asked["modules"]
    assert {"inference_lib.http.large", "inference_lib.runtime.table", "orjson"} <= set(asked["large"])


def test_it_answers_and_writes_its_lines_to_standard_output(bundle_path: Path) -> None:
    done = _run(bundle_path, POWERTOOLS_SERVICE_NAME="advice")
    answer = json.loads(done.stderr)["answer"]
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["predictions"][0]["label"] == "carry on"
    written = read_lines(done.stdout)
    assert written.logs[0]["service"] == "advice"
    assert written.metrics[0]["Model"] == "small"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"MODEL_BUNDLE": ""}, "the environment variable MODEL_BUNDLE is not set"),
        ({"MODEL_BUNDLE": "/nowhere"}, "/nowhere/contract.json: cannot be read (No such file or directory)."),
        ({"MAX_INSTANCES": "many"}, "the environment variable MAX_INSTANCES must be a whole number above 0"),
    ],
)
def test_a_wrong_environment_fails_the_initialisation_with_one_clear_line(
    bundle_path: Path, environment: dict[str, str], message: str
) -> None:
    done = _run(environment.pop("MODEL_BUNDLE", bundle_path), **environment)
    (line,) = read_lines(done.stdout).logs
    assert done.returncode != 0
    assert line["level"] == "CRITICAL"
    assert str(line["message"]).startswith(f"initialisation failed: {message}")


def test_a_broken_bundle_never_answers(bundle_path: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(bundle_path, tmp_path / "broken")
    (broken / MODEL_FILE).write_bytes(b"")
    done = _run(broken)
    (line,) = read_lines(done.stdout).logs
    assert done.returncode != 0
    assert "model.onnx: is damaged" in str(line["message"])


_ASK_DIRECTLY = """
import json, sys
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller
from inference_lib import handler
from inference_lib.testing import FakeContext
marshaller = LambdaMarshaller()
for event in json.load(sys.stdin):
    answer = handler.handler(marshaller.unmarshal_request(event.encode(), "application/json"), FakeContext("r-1"))
    marshalled, _ = marshaller.marshal_response(answer)
    if isinstance(marshalled, str):
        marshalled = marshalled.encode()
    print(marshalled.decode(), file=sys.stderr)
"""


def test_a_direct_invocation_with_anything_but_an_object_is_answered_with_a_problem(bundle_path: Path) -> None:
    deepest = "[" * 900 + "]" * 900
    events = ["[]", "[1, 2]", '"text"', "3", "1e999", "true", "null", deepest, '{"\\ud800": 1}', '["\\ud800"]']
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _ASK_DIRECTLY],
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MODEL_BUNDLE": str(bundle_path), "AWS_EMF_NAMESPACE": "MLInference/dev"},
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(answer["status"], answer["request_id"]) for answer in answers] == [(400, "r-1")] * len(events)
    assert len(read_lines(done.stdout).metrics) == len(events), "each is counted"
