"""The image in a real engine: how it is built, what is in it and how it runs."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inference_lib.bundle.golden import parse_golden
from inference_lib.contract.document import CONTRACT_FILE, GOLDEN_FILE, MODEL_FILE
from inference_lib.testing import rest_event
from infra.image.contents import ImageBuild, ImageError, added_files, layer_sizes
from operate.build.image import ROOT, build_command, require_disk, run_build
from tests.image.conftest import build_of, make_context
from tests.image.lambda_runtime import container, runtime_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.image.conftest import BuiltImage

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]

BUDGET_BYTES = 45_000_000
ALLOWED = (
    "inference_lib/",
    "model_export/",
    "bundles/",
    "requirements/function.txt",
    "infra/image/bytecode.py",
    "infra/image/bill_of_materials.py",
)

ELF_MACHINE = {"amd64": 62, "arm64": 183}

# Imports what a cold start imports, and names what has no bytecode.
UNCOMPILED = """
import os, sys
import awslambdaric.bootstrap, awslambdaric.__main__, inference_lib.handler
specs = [m.__spec__ for m in sys.modules.values() if getattr(m, "__spec__", None)]
print([s.name for s in specs if s.cached and not os.path.exists(s.cached)])
"""


def docker(*arguments: str, given: str | None = None) -> str:
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    command = ["docker", *arguments]
    answer = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def files_of(image: str) -> list[str]:
    """Return the paths of the files in an image, without starting it."""
    name = docker("create", image, "none").strip()
    try:
        export = subprocess.Popen(["docker", "export", name], stdout=subprocess.PIPE)
        listing = subprocess.run(["tar", "--list"], stdin=export.stdout, capture_output=True, text=True, check=True)
        export.communicate()
    finally:
        docker("rm", name)
    return [path for path in listing.stdout.splitlines() if not path.endswith("/")]


def first_bytes_of_the_library(image: str) -> bytes:
    name = docker("create", image).strip()
    try:
        copy = ["docker", "cp", f"{name}:/var/task/onnxruntime/capi", "-"]
        archive = subprocess.run(copy, capture_output=True, check=True).stdout
    finally:
        docker("rm", name)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        (library,) = (member for member in files if "libonnxruntime.so" in member.name)
        content = files.extractfile(library)
        assert content is not None
        return content.read(64)


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


def test_the_same_content_makes_the_same_layers(image: BuiltImage) -> None:
    tag = f"inference-test/again:{os.getpid()}"
    command = build_command(replace(image.build, tag=tag))
    docker(*command[1:-1], "--no-cache", command[-1])
    layers = [
        json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", each)) for each in (image.tag, tag)
    ]
    docker("image", "rm", "--force", tag)
    assert layers[0] == layers[1]


def test_the_build_refuses_a_damaged_bundle(
    bundle_path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bundle = make_context(tmp_path, bundle_path)
    flip_one_byte(bundle / MODEL_FILE)
    build = build_of(tmp_path, bundle, "damaged")
    with pytest.raises(ImageError, match="docker build failed; the reason stands above"):
        run_build(build)
    expected = f"error: {build.bundle}/model.onnx: is damaged, its SHA-256 is not the one in contract.json."
    assert expected in capfd.readouterr().err


def test_a_lock_without_a_wheel_for_the_platform_is_said_in_one_sentence(
    engine: None,  # noqa: ARG001 - a condition
    bundle_path: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    build = build_of(tmp_path, make_context(tmp_path, bundle_path), "no-wheel")
    # A package for Windows alone.
    lock = f"pywin32==306 --hash=sha256:{'0' * 64}\n"
    (tmp_path / "requirements" / "function.txt").write_text(lock, encoding="utf-8")
    with pytest.raises(ImageError, match="the reason stands above"):
        run_build(build)
    printed = capfd.readouterr().err
    assert re.search(
        r"error: requirements/function\.txt: not every package could be had as a wheel for linux/", printed
    )


def test_only_listed_files_enter_the_context(bundle_path: Path, tmp_path: Path) -> None:
    bundle = make_context(tmp_path, bundle_path)
    strangers = (
        *(".env", ".git/config", ".venv/lib/x.py", "tests/test_x.py", "Pulumi.dev.yaml", "__main__.py"),
        *("requirements/dev.txt", "infra/settings/reading.py", "inference_lib/key.pem", "inference_lib/protocols/.env"),
        *(
            "inference_lib/__pycache__/x.pyc",
            "model_export/conversion/convert.py",
            f"bundles/{bundle.parent.name}/latest",
        ),
        *(f"bundles/{bundle.parent.name}/{bundle.name}/{name}" for name in ("model.pkl", "raw/data.csv")),
    )
    for stranger in strangers:
        (tmp_path / stranger).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / stranger).write_text("secret", encoding="utf-8")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /context/\n", encoding="utf-8")
    build = build_of(tmp_path, bundle, f"context-{uuid.uuid4().hex[:8]}")
    run_build(build)
    prefix = "context/"
    found = {path.removeprefix(prefix) for path in files_of(build.tag) if path.startswith(prefix)}
    docker("image", "rm", "--force", build.tag)
    assert found.isdisjoint(strangers)
    assert {path for path in found if not path.startswith(ALLOWED)} == set()
    assert f"bundles/{bundle.parent.name}/{bundle.name}/{MODEL_FILE}" in found


def test_it_holds_what_the_function_loads_and_nothing_else(image: BuiltImage) -> None:
    paths = files_of(image.tag)
    task = {path.split("/")[2] for path in paths if path.startswith("var/task/")}
    packages = {name for name in task if not name.endswith(".dist-info") and name != "__pycache__"}
    compiled = {name for name in packages if name.startswith("runtime_client.")}
    assert len(compiled) == 1
    assert packages - compiled == {
        *("aws_embedded_metrics", "awslambdaric", "inference_lib", "onnxruntime", "simplejson", "swagger_ui_bundle"),
        "snapshot_restore_py.py",
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


def test_an_arm64_image_is_built_on_x86_64_and_the_other_way_round(image: BuiltImage) -> None:
    own = docker("image", "inspect", "--format", "{{.Architecture}}", image.tag).strip()
    other = {"amd64": "arm64", "arm64": "amd64"}[own]
    # An empty base: the build runs nothing in it, and what the image adds is all that is looked at.
    base, tag = (image.tag.replace("/small", f"/{name}-{other}") for name in ("base", "small"))
    platform = f"linux/{other}"
    docker("build", "--quiet", "--platform", platform, "--tag", base, "-", given="FROM scratch\nLABEL empty=yes\n")
    (default,) = re.findall(r"^ARG BASE_IMAGE=(.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    command = build_command(replace(image.build, tag=tag, platform=platform, base=base))
    docker(*command[1:-1], "--build-arg", f"BUILD_IMAGE={image.build.base or default}", command[-1])
    header = first_bytes_of_the_library(tag)
    docker("image", "rm", "--force", tag, base)
    assert header[:4] == b"\x7fELF"
    assert int.from_bytes(header[18:20], "little") == ELF_MACHINE[other]


def test_a_disk_without_room_is_said_before_the_build(engine: None) -> None:  # noqa: ARG001 - a condition
    with pytest.raises(ImageError, match=r"MB are free, and a build needs .* MB\. Make room: docker system prune"):
        require_disk(needed=10**18)


def test_the_files_of_an_image_of_another_platform_are_listed(engine: None, tmp_path: Path) -> None:  # noqa: ARG001 - a condition
    (tmp_path / "Dockerfile").write_text(
        "FROM scratch\nCOPY model.onnx /opt/model/\nCOPY model.onnx /elsewhere/\nCMD x\n"
    )
    (tmp_path / "model.onnx").write_bytes(b"12345")
    build = ImageBuild(
        context=tmp_path, bundle="", model="m", model_version="1", tag="inference-test/files:1", platform="linux/arm64"
    )
    run_build(build)
    listed = added_files(build)
    subprocess.run(["docker", "image", "rm", "--force", build.tag], capture_output=True, check=False)
    assert listed == [(5, "/opt/model/model.onnx")]
