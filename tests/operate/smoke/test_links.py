"""What `make up` ends with, for the outputs that the program exports."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from operate.smoke.links import links, main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

    Pulumi = Callable[[str, int], None]


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulumi:
    """Put a Pulumi CLI on PATH that prints this, and exits so."""

    def write(printed: str, code: int) -> None:
        stream = "stderr" if code else "stdout"
        script = f"#!{sys.executable}\nimport sys\nprint({printed!r}, file=sys.{stream})\nsys.exit({code})\n"
        (tmp_path / "pulumi").write_text(script, encoding="utf-8")
        (tmp_path / "pulumi").chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    return write


def test_the_links_and_the_first_request_of_the_stack_are_printed(
    pulumi: Pulumi, dev: Declared, capsys: pytest.CaptureFixture[str]
) -> None:
    pulumi(json.dumps({**dev.outputs, "api_keys": {}}), 0)

    code = main(["--stack", "dev"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split(maxsplit=1) for line in lines if line.startswith(("API", "Dash", "Alarms", "Logs"))] == [
        ["API", dev.outputs["api_url"]],
        ["Dashboard", dev.outputs["dashboard_url"]],
        ["Alarms", dev.outputs["alarms_url"]],
        ["Logs", dev.outputs["logs_url"]],
    ]
    assert f"  {dev.outputs['predict_command']}" in lines
    assert lines[-1] == "Verify the predictions: make smoke STACK=dev"


def test_a_stack_with_keys_says_how_to_read_them_and_prints_none() -> None:
    printed = links("prod", {"api_url": "https://x", "api_keys": {"mobile-app": "hidden"}})

    assert "pulumi stack output api_keys --show-secrets --stack prod" in printed
    assert "hidden" not in printed


@pytest.mark.parametrize(
    ("printed", "code", "said"),
    [
        (
            "error: no stack named 'dev' found\nmore",
            255,
            "stack dev: its outputs are not known (no stack named 'dev' found)",
        ),
        ("[1]", 0, "stack dev: its outputs are not known (no reason given)"),
        ("?", 0, "pulumi does not print the outputs of dev"),
    ],
)
def test_outputs_that_cannot_be_read_are_one_sentence(
    printed: str, code: int, said: str, pulumi: Pulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    pulumi(printed, code)

    assert main(["--stack", "dev"]) == 1
    assert capsys.readouterr().err.startswith(f"error: {said}. ")
    assert capsys.readouterr().out == ""


def test_without_pulumi_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main([]) == 1
    assert capsys.readouterr().err == "error: pulumi does not print the outputs of dev. Check: pulumi stack output\n"
