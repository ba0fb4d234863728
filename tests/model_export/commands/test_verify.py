"""Bundles proven again, where only the function's dependencies are."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from model_export.commands.verify import PROVEN, REFUTED, USAGE, WRONG_USAGE, main, verify_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from model_export import Exported


def test_a_sound_bundle_is_proven_in_one_line(sleep: Exported, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(sleep.path)]) == PROVEN
    cases = len(json.loads((sleep.path / "golden.json").read_bytes())["cases"])
    assert capsys.readouterr().out == (
        f"sleep_advice {sleep.contract.version}: proven; 3 files are intact and all {cases} golden answers are those "
        "of the original model.\n"
    )


def test_a_directory_of_versions_is_proven_by_its_latest(cancer: Exported) -> None:
    assert verify_bundle(str(cancer.path.parent)).bundle == str(cancer.path)


@pytest.mark.parametrize("name", ["model.onnx", "golden.json", "profile.json"])
def test_a_tampered_file_is_named(name: str, copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    assert main([str(copied)]) == REFUTED
    assert capsys.readouterr().err == (
        f"error: {copied / name}: is damaged, its SHA-256 is not the one in contract.json. "
        "Copy the bundle again, or export the model again.\n"
    )


def test_a_missing_file_is_named(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "profile.json").unlink()
    assert main([str(copied)]) == REFUTED
    assert str(copied / "profile.json") in capsys.readouterr().err


def test_answers_that_differ_refute_the_bundle(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    golden = json.loads((copied / "golden.json").read_bytes())
    case = golden["cases"][7]
    label = case["prediction"]["label"]
    case["prediction"]["probabilities"][label] += 0.25
    _rewrite(copied, golden)
    assert main([str(copied)]) == REFUTED
    error = capsys.readouterr().err
    total = len(golden["cases"])
    assert f"REFUTED; 1 of {total} golden answers differ from the original model's." in error
    assert f"{case['note']}: probability of {label}: expected " in error


def _rewrite(bundle: Path, golden: object) -> None:
    (bundle / "golden.json").write_text(json.dumps(golden), encoding="utf-8")
    contract = json.loads((bundle / "contract.json").read_bytes())
    contract["files"]["golden.json"] = hashlib.sha256((bundle / "golden.json").read_bytes()).hexdigest()
    (bundle / "contract.json").write_text(json.dumps(contract), encoding="utf-8")


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--all"]], ids=["none", "two", "an option"])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == WRONG_USAGE
    assert capsys.readouterr().err == f"{USAGE}\nerror: expected one bundle directory.\n"


def test_an_absent_directory_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "absent")]) == WRONG_USAGE
    assert capsys.readouterr().err == (
        f"error: {tmp_path / 'absent'}: no such directory. Name a bundle: bundles/NAME or its VERSION.\n"
    )


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == PROVEN
    assert "Exit codes: 0 proven, 1 refuted, 2 wrong usage." in capsys.readouterr().out


def test_verifying_imports_the_standard_library_and_inference_lib_only(sleep: Exported) -> None:
    program = (
        "import runpy, sys\n"
        "before = set(sys.modules)\n"
        f"sys.argv = ['model_export', 'verify', {str(sleep.path)!r}]\n"
        "try:\n    runpy.run_module('model_export', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "found = {name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "print(sorted(found))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "['inference_lib', 'model_export']"
