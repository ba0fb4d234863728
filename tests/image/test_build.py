"""The build of the image in a real engine."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tarfile
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import MODEL_FILE
from infra.image.contents import ImageBuild, ImageError, added_files
from operate.build.image import ROOT, build_command, require_disk, run_build
from tests.image.conftest import build_of, make_context
from tests.image.containers import docker, files_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.image.conftest import BuiltImage


pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]


ALLOWED = (
    "inference_lib/",
    "model_export/",
    "bundles/",
    "requirements/function.txt",
    "infra/image/bytecode.py",
    "infra/image/bill_of_materials.py",
)


ELF_MACHINE = {"amd64": 62, "arm64": 183}


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
    with pytest.raises(ImageError, match="docker build failed; see the output above"):
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
    with pytest.raises(ImageError, match="see the output above"):
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
