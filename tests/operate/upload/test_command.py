"""The command that sends bundles, against the very function that takes them, and against Lambda as moto knows it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from inference_lib import environment
from inference_lib.upload.handler import INCOMING, handler
from operate.upload import models
from operate.upload.command import main
from operate.upload.models import SharedModels, UploadError, invoke_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REGION = "eu-central-1"


class Function:
    """The upload function, without Lambda around it; fails when it has answered so many events."""

    def __init__(self, answers: int = 1_000_000) -> None:
        self.answers = answers
        self.events: list[Mapping[str, object]] = []

    def __call__(self, event: Mapping[str, object]) -> dict[str, Any]:
        if len(self.events) == self.answers:
            raise UploadError("AWS Lambda cannot be called (the connection was lost)")
        self.events.append(event)
        return dict(handler(json.loads(json.dumps(event)), object()))

    def connect(self, function: str, region: str) -> Function:
        assert (function, region) == ("inference-dev-upload", REGION)
        return self

    def writes(self, file: str) -> list[object]:
        return [each["offset"] for each in self.events if each["action"] == "write" and each["file"] == file]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "models"
    place.mkdir()
    monkeypatch.setenv(environment.MODELS_DIRECTORY, str(place))
    # So that a small model comes in several parts.
    monkeypatch.setattr(models, "MAX_PART_BYTES", 500)
    return place


def test_a_bundle_is_sent_and_the_next_step_is_told(
    bundle_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    function = Function()

    assert main([str(bundle_path)], function.connect) == 0

    name = f"{bundle_path.parent.name}/{bundle_path.name}"
    assert {file.name: file.read_bytes() for file in (root / name).iterdir()} == {
        file.name: file.read_bytes() for file in bundle_path.iterdir()
    }
    assert len(function.writes("model.onnx")) > 2
    said = capsys.readouterr().out
    assert f"{name} is on shared storage and verified." in said
    assert "inference:modelSource efs" in said
    assert "make up STACK=dev" in said


def test_an_upload_that_was_broken_off_goes_on_where_it_ended(bundle_path: Path, root: Path) -> None:
    broken, again = Function(answers=5), Function()
    with pytest.raises(UploadError, match="the connection was lost"):
        SharedModels(broken).upload(bundle_path, lambda _done, _total: None)
    told: list[tuple[int, int]] = []

    assert SharedModels(again).upload(bundle_path, lambda done, total: told.append((done, total)))

    assert again.writes("contract.json")[:1] != [0], "parts that came are not sent again"
    assert told[-1][0] == told[-1][1] == sum(file.stat().st_size for file in bundle_path.iterdir())
    assert (root / bundle_path.parent.name / bundle_path.name).is_dir()


@pytest.mark.parametrize("more", [0, 7], ids=["as long as the file", "longer than the file"])
def test_an_upload_with_other_content_in_its_place_comes_through(bundle_path: Path, root: Path, more: int) -> None:
    size = (bundle_path / "model.onnx").stat().st_size
    incoming = root / INCOMING / bundle_path.parent.name / bundle_path.name
    incoming.mkdir(parents=True)
    (incoming / "model.onnx").write_bytes(bytes(size + more))
    shared = SharedModels(Function())
    if not more:
        with pytest.raises(UploadError, match=r"model\.onnx: is damaged"):
            shared.upload(bundle_path, lambda _done, _total: None)

    assert shared.upload(bundle_path, lambda _done, _total: None)
    assert list(shared.bundles()) == [f"{bundle_path.parent.name}/{bundle_path.name}"]


def test_what_is_there_is_not_sent_again(bundle_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(bundle_path, root / bundle_path.parent.name / bundle_path.name)
    function = Function()

    assert main([str(bundle_path)], function.connect) == 0
    assert [each["action"] for each in function.events] == ["begin"]
    assert "was already on shared storage" in capsys.readouterr().out


def test_bundles_are_listed_and_removed(bundle_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = f"{bundle_path.parent.name}/{bundle_path.name}"
    shutil.copytree(bundle_path, root / name)

    assert main(["--list"], Function().connect) == 0
    assert bundle_path.name in capsys.readouterr().out
    assert main(["--remove", name], Function().connect) == 0
    assert main(["--remove", name], Function().connect) == 1
    assert capsys.readouterr().err == f"error: {name}: there is no such bundle\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stack", "nowhere"], "there is no Pulumi.nowhere.yaml; expected dev or prod or staging"),
        (["bundles/nothing"], "bundles/nothing: no model bundle here"),
    ],
)
def test_wrong_usage_ends_with_2_and_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments, Function().connect) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {message}")
    assert said.count("\n") == 1


def test_a_stack_without_shared_storage_is_told_how_to_get_it(
    bundle_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        assert main([str(bundle_path)], invoke_of) == 1

    assert capsys.readouterr().err == (
        "error: the function inference-dev-upload does not exist in eu-central-1. Deploy it: pulumi config set "
        "inference:sharedStorage true, then make up\n"
    )


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "Unable to locate credentials"),
        ({"AWS_PROFILE": "nope"}, "The config profile (nope) could not be found"),
        ({"AWS_ACCESS_KEY_ID": "a"}, "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY"),
    ],
    ids=["none", "unknown profile", "half"],
)
def test_missing_credentials_are_said_in_one_sentence(
    variables: dict[str, str],
    reason: str,
    bundle_path: Path,
    clean_environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        clean_environment.setenv(name, value)
    for arguments in ([str(bundle_path)], ["--list"]):
        assert main(arguments, invoke_of) == 2, "as of the other commands"
        assert capsys.readouterr().err == (
            f"error: AWS Lambda cannot be called ({reason}). Check: aws sts get-caller-identity\n"
        )


@pytest.fixture
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing says who asks AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch
