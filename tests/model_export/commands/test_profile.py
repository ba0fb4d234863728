"""``python -m model_export profile``: what counts, what is told, and what becomes of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.bundle.loading import verify_files
from inference_lib.bundle.profile import parse_profile
from inference_lib.contract.document import PROFILE_FILE
from inference_lib.errors import BundleError
from model_export.__main__ import main
from model_export.commands.verify import verify_bundle
from tests.model_export.capture.captures import delivered, line, subscription

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

ANSWER: dict[str, Any] = {
    "label": "rest",
    "probability": 0.75,
    "probabilities": {"carry on": 0.25, "rest": 0.75},
}
HASH: dict[str, Json] = {"hash": "0123456789abcdef0123456789abcdef"}


def row(**instance: Json) -> dict[str, Any]:
    whole = {"age": 40, "cups of coffee": 2, "chronotype": "early"}
    return {"instance": {**whole, **instance}, "prediction": ANSWER}


@pytest.fixture
def bundle(bundle_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle below ``bundles/`` of a directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copytree(bundle_path.parent, tmp_path / "bundles" / "small")
    return tmp_path / "bundles" / "small" / bundle_path.name


def capture(*lines: dict[str, Any]) -> None:
    folder = Path("capture/payloads/2026/11/21/08")
    folder.mkdir(parents=True)
    (folder / "x.gz").write_bytes(delivered(subscription([json.dumps(each) for each in lines])))


def profile_of(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def test_a_profile_is_made_of_the_captured_values_and_answers(bundle: Path) -> None:
    capture(
        line(bundle.name, row(age=None), row(age=50)),
        line(bundle.name, row(age=50, chronotype="late")),
    )

    assert main(["profile", "--from", "capture", "--out", "new.json"]) == 0

    found = profile_of(Path("new.json"))
    assert found["rows"] == 3
    assert found["features"]["age"] == {"missing_share": pytest.approx(1 / 3, abs=1e-6), "edges": [], "counts": [2]}
    assert found["features"]["chronotype"]["categories"] == {"early": 2, "late": 1}
    assert found["predictions"]["classes"] == {"carry on": 0, "rest": 3}
    assert found["predictions"]["probability"]["counts"][14] == 3
    assert profile_of(bundle / PROFILE_FILE)["rows"] == 300, "the bundle is as it was"


def test_what_does_not_count_is_told(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = [
        row(age="old"),
        row(age=121),
        row(chronotype="owl"),
        row(shoes=42),
        {"instance": 7},
        {**row(), "prediction": {**ANSWER, "label": "sleep"}},
        {**row(), "prediction": {**ANSWER, "probability": float("nan")}},
        {**row(), "prediction": {"value": 1.0}},
        row(**{"cups of coffee": None}),
        row(age={"hash": 7}),
    ]
    capture(
        line(bundle.name, row(), *broken, left_out=4),
        line("0123456789ab", row(), row()),
        {"message": "a line without a payload"},
    )
    Path("capture/notes.txt").write_text("not JSON\n", encoding="utf-8")

    assert main(["profile", "--from", "capture", "--bundle", str(bundle)]) == 0

    told = capsys.readouterr().out
    assert "small " + bundle.name + ": 1 rows of 1 captured requests" in told
    assert "1 requests were answered by another version, 0123456789ab: not counted" in told
    assert "10 rows break the contract or hold no prediction of this model: not counted" in told
    assert "4 instances did not fit into their line (inference:captureMaxBytes): not in the capture" in told
    assert "1 lines are not JSON: not counted" in told
    assert "1 rows are few" in told
    assert f"python -m model_export profile --from capture --bundle {bundle} --write" in told


def test_a_dropped_feature_keeps_its_profile_and_rows_without_one_are_counted(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without = row(chronotype=HASH)
    del without["instance"]["age"]
    capture(line(bundle.name, without, row(age=30, chronotype=HASH)))

    assert main(["profile", "--from", "capture", "--out", "new.json"]) == 0

    before, found = profile_of(bundle / PROFILE_FILE)["features"], profile_of(Path("new.json"))["features"]
    assert found["chronotype"] == {**before["chronotype"], "rows": 300}, "hashed in each row"
    assert found["age"] == {"missing_share": 0.0, "edges": [], "counts": [1], "rows": 1}, "of the row that has it"
    drift = {
        each.name: sum(each.counts.values()) for each in parse_profile(Path("new.json").read_bytes(), "").variables
    }
    assert drift == {"age": 1, "cups of coffee": 2, "chronotype": 300, "probability": 2, "class": 2}
    told = {
        each.split("│")[1].strip(): each.split("│")[2:] for each in capsys.readouterr().out.splitlines() if "│" in each
    }
    assert [cell.strip() for cell in told["age"][:5]] == ["1", "0", "1", "0", "new"]
    assert [cell.strip() for cell in told["chronotype"][:5]] == ["0", "0", "0", "2", "as before"]


def test_a_new_version_of_the_same_model_is_written_beside_and_named_latest(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capture(line(bundle.name, row(), row(age=50)))

    assert main(["profile", "--from", "capture", "--write"]) == 0

    version = (bundle.parent / "latest").read_text(encoding="utf-8").strip()
    written = bundle.parent / version
    assert version != bundle.name
    assert profile_of(written / PROFILE_FILE)["rows"] == 2
    assert (written / "model.onnx").read_bytes() == (bundle / "model.onnx").read_bytes()
    assert not verify_bundle(str(written)).differences
    told = capsys.readouterr().out
    assert f"Wrote {written.relative_to(Path.cwd())}: the same model with the new profile" in told

    assert main(["profile", "--from", "capture", "--write", "--bundle", str(bundle)]) == 0
    assert f"Was there already: {written}" in capsys.readouterr().out, "the same capture makes the same version"
    assert sorted(path.name for path in bundle.parent.iterdir()) == sorted([bundle.name, version, "latest"])


def test_a_model_with_a_new_profile_is_profiled_again_from_rows_of_both_its_versions(bundle: Path) -> None:
    capture(line(bundle.name, row()))
    assert main(["profile", "--from", "capture", "--write"]) == 0
    version = (bundle.parent / "latest").read_text(encoding="utf-8").strip()
    shutil.rmtree("capture")
    capture(line(bundle.name, row()), line(version, row()), line(version, row()))

    assert main(["profile", "--from", "capture", "--bundle", "bundles/small", "--out", "new.json"]) == 0

    assert profile_of(Path("new.json"))["rows"] == 3


def test_a_profile_that_is_exchanged_afterwards_is_found_out(bundle: Path) -> None:
    capture(line(bundle.name, row()))
    assert main(["profile", "--from", "capture", "--write"]) == 0
    written = bundle.parent / (bundle.parent / "latest").read_text(encoding="utf-8").strip()
    contract = json.loads((written / "contract.json").read_bytes())
    shutil.copy(bundle / PROFILE_FILE, written / PROFILE_FILE)
    contract["files"][PROFILE_FILE] = verify_files(str(bundle)).files[PROFILE_FILE]
    (written / "contract.json").write_text(json.dumps(contract), encoding="utf-8")

    with pytest.raises(BundleError, match="is damaged or was changed"):
        verify_files(str(written))


@pytest.mark.parametrize(
    ("lines", "arguments", "message"),
    [
        (
            [{"message": "no payload"}],
            [],
            (
                "capture: no line has a payload. Capture some: pulumi config set inference:capture true, or on this "
                "machine: python -m local_stack --set capture=true --set captureSampleRate=1"
            ),
        ),
        (
            [line("0123456789ab", row())],
            [],
            (
                "capture: its first rows are of the version '0123456789ab', which is not below bundles/. Name the "
                "bundle: --bundle DIR"
            ),
        ),
        ([line("0123456789ab", row())], ["--bundle", "bundles/small"], "the capture has no row that small "),
        ([], ["--bundle", "bundles/none"], "bundles/none: no model bundle here"),
    ],
    ids=["no payload", "unknown version", "no row", "no bundle"],
)
def test_wrong_input_is_one_sentence_and_nothing_is_written(
    bundle: Path, capsys: pytest.CaptureFixture[str], lines: list[dict[str, Any]], arguments: list[str], message: str
) -> None:
    capture(*lines)

    assert main(["profile", "--from", "capture", "--out", "new.json", "--write", *arguments]) == 2

    assert capsys.readouterr().err.startswith(f"error: {message}")
    assert not Path("new.json").exists()
    assert sorted(path.name for path in bundle.parent.iterdir()) == sorted([bundle.name, "latest"])


def test_a_file_that_cannot_be_written_is_one_sentence(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture(line(bundle.name, row()))

    assert main(["profile", "--from", "capture", "--out", "nowhere/new.json"]) == 2

    assert capsys.readouterr().err == "error: nowhere/new.json: cannot be written (No such file or directory).\n"


def test_a_bundle_outside_a_directory_of_its_name_gets_no_version_beside_it(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capture(line(bundle.name, row()))
    shutil.copytree(bundle, "model")

    assert main(["profile", "--from", "capture", "--bundle", "model", "--write"]) == 2

    assert capsys.readouterr().err == (
        f"error: model: expected a directory small/{bundle.name}, beside which the new version is written. "
        "Copy the bundle to bundles/ first.\n"
    )
