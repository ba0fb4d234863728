"""The image in a real engine: how it is built, what is in it and how it runs."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inference_lib.bundle.golden import parse_golden
from inference_lib.contract.document import CONTRACT_FILE, GOLDEN_FILE, MODEL_FILE
from inference_lib.testing import rest_event
from infra.image.contents import layer_sizes
from operate.build.image import ROOT
from tests.image.containers import docker, files_of
from tests.image.lambda_runtime import container, runtime_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.image.conftest import BuiltImage

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]

BUDGET_BYTES = 45_000_000


# Imports what a cold start imports, and names what has no bytecode.
UNCOMPILED = """
import os, sys
import awslambdaric.bootstrap, awslambdaric.__main__, inference_lib.handler
specs = [m.__spec__ for m in sys.modules.values() if getattr(m, "__spec__", None)]
print([s.name for s in specs if s.cached and not os.path.exists(s.cached)])
"""


def flip_one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def test_it_runs_as_a_numeric_user_that_is_not_root(image: BuiltImage) -> None:
    user = docker("image", "inspect", "--format", "{{.Config.User}}", image.tag).strip()
    assert [part.isdecimal() and int(part) > 0 for part in user.split(":")] == [True, True]


def test_its_labels_say_what_is_inside(image: BuiltImage) -> None:
    labels = json.loads(docker("image", "inspect", "--format", "{{json .Config.Labels}}", image.tag))
    assert labels["inference.model.name"] == image.build.model
    assert labels["inference.model.version"] == image.build.model_version
    assert labels["org.opencontainers.image.title"] == "small inference"
    assert labels["org.opencontainers.image.version"]


def test_golden_requests_are_answered_from_a_read_only_container(image: BuiltImage, bundle_path: Path) -> None:
    golden = parse_golden((bundle_path / GOLDEN_FILE).read_bytes(), GOLDEN_FILE)
    started = time.monotonic()
    with runtime_api(image.tag) as api, container(image.tag, api):
        for number, case in enumerate(golden.cases):
            answer = api.invoke(rest_event(body={"instances": [case.instance]}))
            if number == 0:
                first_s = time.monotonic() - started
            assert isinstance(answer, dict)
            assert answer["statusCode"] == 200, f"{case.note}: {answer['body']}"
            (prediction,) = json.loads(str(answer["body"]))["predictions"]
            assert golden.disagreement(case, prediction) == "", case.note
    print(f"image: built in {image.seconds:.1f} s; docker run to first answer {first_s * 1000:.0f} ms")  # noqa: T201


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("damage", [flip_one_byte, cut, Path.unlink], ids=["one byte", "cut", "missing"])
@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE, CONTRACT_FILE])
def test_a_damaged_bundle_never_answers(
    image: BuiltImage, bundle_path: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damaged = shutil.copytree(bundle_path, tmp_path / "model")
    damage(damaged / name)
    volume = ["--volume", f"{damaged}:/opt/model:ro"]
    with runtime_api(image.tag) as api, container(image.tag, api, volume) as process:
        output, _ = process.communicate(timeout=30)
        error = api.init_errors.get(timeout=1)
    assert not api.asked.is_set()
    problems = "is damaged|is not JSON|not a contract|bundle format|cannot be read"
    assert re.search(rf"/opt/model/{re.escape(name)}: .*({problems})", str(error["errorMessage"]))
    critical = [line for line in output.splitlines() if '"CRITICAL"' in line]
    assert len(critical) == 1, output
    assert json.loads(critical[0])["message"].startswith(f"initialisation failed: /opt/model/{name}: ")


def test_a_container_that_is_killed_in_mid_request_leaves_nothing_that_hinders_the_next(
    image: BuiltImage, bundle_path: Path
) -> None:
    golden = parse_golden((bundle_path / GOLDEN_FILE).read_bytes(), GOLDEN_FILE)
    one = rest_event(body={"instances": [golden.cases[0].instance]})
    with runtime_api(image.tag) as api:
        with container(image.tag, api) as process:
            api.invoke(one)
            # A container that is paused has the request and cannot have answered it.
            docker("pause", api.container)
            killed = api.send(one)
            api.events.join()
            docker("kill", api.container)
            process.communicate(timeout=30)
        assert api.answers[killed].empty()
        with container(image.tag, api):
            answer = api.invoke(one)
    assert isinstance(answer, dict)
    assert answer["statusCode"] == 200


def test_it_ends_with_code_0_when_it_is_told_to_stop(image: BuiltImage, bundle_path: Path) -> None:
    golden = parse_golden((bundle_path / GOLDEN_FILE).read_bytes(), GOLDEN_FILE)
    with runtime_api(image.tag) as api, container(image.tag, api) as process:
        api.invoke(rest_event(body={"instances": [golden.cases[0].instance]}))
        # After 20 s Docker kills it, and the code is 137.
        docker("stop", "--time", "20", api.container)
        assert process.wait(timeout=30) == 0


def test_the_function_reaches_the_runtime_api_and_nothing_else(image: BuiltImage) -> None:
    with runtime_api(image.tag) as api, container(image.tag, api):
        if api.network == "host":
            pytest.skip("only root can open a socket in the container's own network")
        api.invoke(rest_event(body={"instances": []}))
        listing = docker(
            "exec", api.container, "python", "-c", "import socket; print([n for _, n in socket.if_nameindex()])"
        )
    assert listing.strip() == "['lo']"


def test_it_holds_what_the_function_loads_and_nothing_else(image: BuiltImage) -> None:
    paths = files_of(image.tag)
    task = {path.split("/")[2] for path in paths if path.startswith("var/task/")}
    packages = {name for name in task if not name.endswith(".dist-info") and name != "__pycache__"}
    compiled = {name for name in packages if name.startswith("runtime_client.")}
    assert len(compiled) == 1
    assert packages - compiled == {
        *("aws_embedded_metrics", "awslambdaric", "inference_lib", "onnxruntime", "orjson", "simplejson"),
        *("snapshot_restore_py.py", "swagger_ui_bundle"),
    }
    assert "var/task/inference_lib/testing.py" not in paths
    assert not [path for path in paths if path.startswith("build/")]


def test_its_bill_of_materials_lists_what_is_inside(image: BuiltImage, bundle_path: Path) -> None:
    bill = json.loads(docker("run", "--rm", "--entrypoint", "cat", image.tag, "/opt/sbom.cdx.json"))
    folders = {path.split("/")[2] for path in files_of(image.tag) if path.startswith("var/task/")}
    installed = {name.removesuffix(".dist-info") for name in folders if name.endswith(".dist-info")}
    libraries = [each for each in bill["components"] if each["type"] == "library"]
    assert {f"{each['name'].replace('-', '_')}-{each['version']}" for each in libraries} == {
        name.replace("-", "_", name.count("-") - 1) for name in installed
    }
    (model,) = [each for each in bill["components"] if each["type"] == "machine-learning-model"]
    assert (model["name"], model["version"]) == ("small", bundle_path.name)


def test_nothing_is_compiled_at_a_cold_start(image: BuiltImage) -> None:
    arguments = ("run", "--rm", "--network", "none", "--read-only", "--entrypoint", "python", image.tag)
    assert docker(*arguments, "-c", UNCOMPILED).strip() == "[]"


def test_the_layers_stay_within_their_budget(image: BuiltImage) -> None:
    packages, code, model = (size for size, _ in reversed(layer_sizes(image.build)))
    assert packages + code + model <= BUDGET_BYTES
    assert model < 1_000_000, "a new model should change a small last layer only"


def test_an_event_can_be_tried_as_the_manual_says(image: BuiltImage, bundle_path: Path) -> None:
    golden = parse_golden((bundle_path / GOLDEN_FILE).read_bytes(), GOLDEN_FILE)
    manual = (ROOT / "docs" / "image.md").read_text(encoding="utf-8")
    (program,) = re.findall(r'-c \\\n +"(.+)"\n', manual)
    arguments = ("run", "--rm", "--interactive", "--network", "none", "--read-only", "--entrypoint", "python")
    event = json.dumps({"instances": [golden.cases[0].instance]})
    lines = docker(*arguments, image.tag, "-c", program, given=event).splitlines()
    assert [line for line in lines if '"predictions"' in line], lines
