"""The command behind ``make image``, as far as it goes without an engine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from infra.image.contents import ImageBuild, ImageError, added_layers
from operate.build import image as subject
from operate.build.image import build_command, default_tag, image_build, main

BUILD = ImageBuild(
    context=Path("/project"), bundle="bundles/sleep_advice/0a1b", model="sleep_advice", model_version="0a1b", tag="t:1"
)
HISTORY = (
    '0\tCMD ["inference_lib.handler.handler"]\n'
    "300\tCOPY /build/model/ / # buildkit\n"
    "20\tCOPY /build/code/ / # buildkit\n"
    "0\tENV A=b\n"
    "1\tCOPY /build/packages/ / # buildkit\n"
    "9000\tCOPY of the base image # buildkit\n"
    "9000\tRUN /bin/sh -c make install # buildkit\n"
)
NO_CLIENT = "docker is not installed. Install Docker Desktop, or on Debian: apt-get install docker.io"
NO_ENGINE = (
    "no Docker engine responds. Start Docker Desktop or the docker service; on a bare Debian machine, as root: "
    'eval "$(.ci/docker-engine start)"'
)


@pytest.fixture
def context(bundle_path: Path, tmp_path: Path) -> Path:
    """A build context that holds one bundle, and no Dockerfile."""
    model = tmp_path / "bundles" / bundle_path.parent.name
    shutil.copytree(bundle_path, model / bundle_path.name)
    (model / "latest").write_text(f"{bundle_path.name}\n", encoding="utf-8")
    return tmp_path


def after(option: str, command: list[str]) -> list[str]:
    return [command[place + 1] for place, part in enumerate(command) if part == option]


def test_the_command_says_all_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "release", lambda: "1.2.3")
    build = ImageBuild(
        context=Path("/project"),
        bundle="bundles/sleep_advice/0a1b",
        model="sleep_advice",
        model_version="0a1b",
        tag="t:1",
        platform="linux/arm64",
        base="python:3.13-slim",
        network="host",
        revision="c0ffee",
    )
    command = build_command(build)
    assert command[:2] == ["docker", "build"]
    assert command[-1] == "/project"
    assert after("--tag", command) == ["t:1"]
    assert after("--platform", command) == ["linux/arm64"]
    assert after("--network", command) == ["host"]
    assert after("--build-arg", command) == [
        "BASE_IMAGE=python:3.13-slim",
        "BUNDLE=bundles/sleep_advice/0a1b",
        "IMAGE_TITLE=sleep_advice inference",
        "IMAGE_VERSION=1.2.3",
        "IMAGE_REVISION=c0ffee",
        "MODEL_NAME=sleep_advice",
        "MODEL_VERSION=0a1b",
        "SOURCE_DATE_EPOCH=0",
    ]


def test_what_is_not_given_is_left_to_docker_and_to_the_dockerfile() -> None:
    command = build_command(BUILD)
    assert "--platform" not in command
    assert "--network" not in command
    assert not [part for part in command if part.startswith(("BASE_IMAGE", "IMAGE_REVISION"))]


def test_every_argument_is_one_of_the_dockerfile() -> None:
    declared = {
        line.split()[1].partition("=")[0]
        for line in (subject.ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("ARG ")
    }
    given = {part.partition("=")[0] for part in after("--build-arg", build_command(BUILD))}
    assert given <= declared


@pytest.mark.parametrize("path", ["bundles/small", "bundles/small/{version}"])
def test_a_bundle_is_named_by_its_model_or_its_version(context: Path, bundle_path: Path, path: str) -> None:
    build = image_build(str(context / path.format(version=bundle_path.name)), context=context)
    assert build.bundle == f"bundles/small/{bundle_path.name}"
    assert build.tag == f"inference/small:{bundle_path.name}"
    assert (build.model, build.model_version) == ("small", bundle_path.name)


def test_a_bundle_outside_the_context_is_refused_with_the_mend(bundle_path: Path, tmp_path: Path) -> None:
    with pytest.raises(ImageError) as caught:
        image_build(str(bundle_path), context=tmp_path)
    assert str(caught.value) == (
        f"{bundle_path}: is outside bundles/, the only folder from which images are built. "
        f"Copy it: cp -r {bundle_path} bundles/small/{bundle_path.name}"
    )


@pytest.mark.parametrize(
    ("model", "version", "expected"),
    [
        ("sleep_advice", "0a1b", "inference/sleep-advice:0a1b"),
        ("Ärzte & Co", "1+2", "inference/rzte-co:1-2"),
        ("睡眠", "1", "inference/model:1"),
    ],
    ids=["plain", "signs", "no letter that a name can hold"],
)
def test_the_default_tag_is_one_that_docker_takes(model: str, version: str, expected: str) -> None:
    assert default_tag(model, version) == expected


def test_the_layers_of_the_base_image_are_not_counted() -> None:
    dockerfile = "FROM base AS build\nCOPY a b\n\nFROM base\nCOPY p /\nCOPY c /\nCOPY m /\nUSER 1:1\n"
    assert [size for size, _ in added_layers(HISTORY, dockerfile)] == [300, 20, 1]


def test_no_bundle_ends_with_2_and_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing")]) == subject.WRONG_USAGE
    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path / 'nothing'}: no model bundle here; expected contract.json")
    assert error.count("\n") == 1


def test_a_bundle_of_another_format_ends_with_2(context: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (contract,) = context.glob("bundles/*/*/contract.json")
    members = json.loads(contract.read_bytes())
    contract.write_text(json.dumps({**members, "format_version": 99}), encoding="utf-8")
    assert main([str(contract.parent)]) == subject.WRONG_USAGE
    assert f"{contract}: bundle format 99, this library reads formats 1 and 2." in capsys.readouterr().err


def test_an_unknown_platform_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["bundles/small", "--platform", "windows/amd64"])
    assert caught.value.code == subject.WRONG_USAGE
    assert "choose from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("docker", "expected"),
    [(None, NO_CLIENT), ("#!/bin/sh\nexit 1\n", NO_ENGINE)],
    ids=["no client", "no engine"],
)
def test_a_missing_engine_is_said_in_one_sentence(
    docker: str | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if docker is not None:
        (tmp_path / "docker").write_text(docker, encoding="utf-8")
        (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImageError) as caught:
        subject.require_engine()
    assert str(caught.value) == expected
