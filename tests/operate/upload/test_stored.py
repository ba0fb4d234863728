"""The bundle of a stack that is served from shared storage is there before the deployment."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from infra.settings import files as stack_files
from operate.upload.stored import main

if TYPE_CHECKING:
    from collections.abc import Sequence


class Uploads:
    """Takes the arguments of ``operate.upload`` and answers with a code."""

    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.seen: list[list[str]] = []

    def __call__(self, arguments: Sequence[str]) -> int:
        self.seen.append(list(arguments))
        return self.code


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_stack_on_shared_storage_gets_its_bundle_and_the_outcome_is_told(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_files, "configuration", lambda _stack: {"inference:modelSource": "efs"})
    uploads = Uploads(code)

    assert main(["--stack", "prod"], uploads) == code
    assert uploads.seen == [["--stack", "prod"]]


def test_a_stack_that_is_served_from_its_image_uploads_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    uploads = Uploads()

    assert main(["--stack", "dev"], uploads) == 0
    assert not uploads.seen
    assert capsys.readouterr().out == "dev is served from its image: nothing to upload.\n"


def test_an_unknown_stack_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "elsewhere"], Uploads()) == 2
    assert capsys.readouterr().err == ("error: there is no Pulumi.elsewhere.yaml; expected dev or prod or staging\n")


def test_it_is_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "operate.upload.stored", "--stack", "dev"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
