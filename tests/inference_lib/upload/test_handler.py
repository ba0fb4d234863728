"""The function that writes bundles to shared storage, called as Lambda calls it."""

from __future__ import annotations

import base64
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib import environment
from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.document import MODEL_FILE
from inference_lib.errors import RuntimeLibraryError
from inference_lib.upload import handler as upload
from inference_lib.upload.handler import INCOMING, handler
from inference_lib.upload.parts import FILES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty file system."""
    place = tmp_path / "models"
    place.mkdir()
    monkeypatch.setenv(environment.MODELS_DIRECTORY, str(place))
    return place


def ask(**event: object) -> dict[str, Any]:
    return handler(event, object())  # type: ignore[arg-type] # as JSON from anybody


def name_of(bundle: Path) -> str:
    return f"{bundle.parent.name}/{bundle.name}"


def send(bundle: Path, part: int = 1000) -> None:
    for name in FILES:
        file = bundle / name
        content = file.read_bytes() if file.is_file() else b""
        for offset in range(0, len(content), part):
            data = base64.b64encode(content[offset : offset + part]).decode()
            answer = ask(action="write", bundle=name_of(bundle), file=name, offset=offset, data=data)
            assert answer == {"size": min(offset + part, len(content))}


def test_a_bundle_that_is_sent_in_parts_is_verified_and_then_published(bundle_path: Path, root: Path) -> None:
    send(bundle_path)
    assert ask(action="list") == {"bundles": {}}, "nothing is seen before the proof"

    size = sum(file.stat().st_size for file in bundle_path.iterdir())
    assert ask(action="finish", bundle=name_of(bundle_path)) == {"bundle": name_of(bundle_path), "bytes": size}

    assert ask(action="list") == {"bundles": {name_of(bundle_path): size}}
    assert ask(action="begin", bundle=name_of(bundle_path))["complete"] is True
    assert load_bundle(str(root / name_of(bundle_path)), max_instances=1).contract.version == bundle_path.name


def test_the_answer_says_how_much_of_a_bundle_has_arrived(bundle_path: Path, root: Path) -> None:  # noqa: ARG001 - where it goes
    ask(action="write", bundle=name_of(bundle_path), file=MODEL_FILE, offset=0, data=base64.b64encode(b"abc").decode())

    assert ask(action="begin", bundle=name_of(bundle_path)) == {"complete": False, "files": {MODEL_FILE: 3}}


def test_what_an_earlier_attempt_left_behind_a_part_is_cut_off(root: Path) -> None:
    for offset, content in ((0, b"abcdef"), (2, b"X")):
        data = base64.b64encode(content).decode()
        ask(action="write", bundle="a/b", file=MODEL_FILE, offset=offset, data=data)

    assert (root / INCOMING / "a" / "b" / MODEL_FILE).read_bytes() == b"abX"


def test_a_damaged_bundle_is_never_there(bundle_path: Path, root: Path) -> None:
    send(bundle_path)
    with (root / INCOMING / name_of(bundle_path) / MODEL_FILE).open("ab") as file:
        file.write(b"x")

    answer = ask(action="finish", bundle=name_of(bundle_path))

    assert answer == {
        "error": f"{name_of(bundle_path)}/model.onnx: is damaged, its SHA-256 is not the one in contract.json. "
        "Copy the bundle again, or export the model again."
    }
    assert ask(action="list") == {"bundles": {}}
    assert ask(action="begin", bundle=name_of(bundle_path))["files"] == {}, "what failed the proof is sent again"


def test_what_has_come_is_kept_when_the_function_is_at_fault(
    bundle_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(bundle_path)

    def without_library(*_: object, **__: object) -> None:
        raise RuntimeLibraryError("libonnxruntime.so is missing.")

    with monkeypatch.context() as patch:
        patch.setattr(upload, "load_bundle", without_library)
        assert ask(action="finish", bundle=name_of(bundle_path)) == {"error": "libonnxruntime.so is missing."}
    assert (root / INCOMING / name_of(bundle_path) / MODEL_FILE).is_file()
    assert "error" not in ask(action="finish", bundle=name_of(bundle_path))


def test_a_bundle_under_another_version_is_refused(bundle_path: Path, root: Path) -> None:
    shutil.copytree(bundle_path, root / INCOMING / bundle_path.parent.name / "0123456789ab")

    answer = ask(action="finish", bundle=f"{bundle_path.parent.name}/0123456789ab")

    assert f"the contract has the version {bundle_path.name}" in answer["error"]


def test_a_removed_bundle_is_gone(bundle_path: Path, root: Path) -> None:
    shutil.copytree(bundle_path, root / name_of(bundle_path))

    assert ask(action="remove", bundle=name_of(bundle_path)) == {"removed": name_of(bundle_path)}
    assert ask(action="list") == {"bundles": {}}
    assert ask(action="remove", bundle=name_of(bundle_path)) == {
        "error": f"{name_of(bundle_path)}: there is no such bundle."
    }


WRONG: list[tuple[dict[str, object], str]] = [
    ({}, "action: is unknown; expected list, begin, write, finish, remove."),
    ({"action": "begin"}, "bundle: expected NAME/VERSION"),
    ({"action": "write", "bundle": "a/b", "file": "../x"}, "file: is not a file of a bundle"),
    ({"action": "write", "bundle": "a/b", "file": MODEL_FILE, "offset": -1, "data": ""}, "offset, data: expected"),
    ({"action": "write", "bundle": "a/b", "file": MODEL_FILE, "offset": 0, "data": "%"}, "data: is not Base64."),
    ({"action": "write", "bundle": "a/b", "file": MODEL_FILE, "offset": 9, "data": ""}, "offset: 9 is beyond the end"),
    ({"action": "finish", "bundle": "a/b"}, "a/b/contract.json: cannot be read"),
]


@pytest.mark.parametrize(("event", "message"), WRONG)
def test_what_is_wrong_is_answered_in_one_sentence(event: dict[str, object], message: str, root: Path) -> None:
    assert ask(**event)["error"].startswith(message)
    assert not [path for path in root.rglob("*") if path.is_file()]


def test_a_file_system_that_is_not_mounted_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.MODELS_DIRECTORY, "/nowhere/models")

    assert ask(action="list") == {
        "error": "/nowhere/models: No such file or directory. Is the file system mounted, and not full?"
    }


@given(bundle=st.text(max_size=20) | st.sampled_from(["../../x", "a/..", "/a/b", "a//b", ".incoming/b", "a/b/c"]))
def test_no_name_leads_out_of_the_file_system(bundle: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("root") / "models"
    place.mkdir()
    os.environ[environment.MODELS_DIRECTORY] = str(place)
    try:
        ask(action="write", bundle=bundle, file=MODEL_FILE, offset=0, data="")
    finally:
        del os.environ[environment.MODELS_DIRECTORY]

    written = [path for path in place.parent.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(place / INCOMING) and len(path.relative_to(place).parts) == 4 for path in written)
