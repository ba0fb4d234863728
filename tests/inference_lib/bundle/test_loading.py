"""Loading a bundle: a damaged one never serves."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference_lib.bundle.golden import GoldenCase
from inference_lib.bundle.loading import load_bundle, load_profile, verify_files
from inference_lib.contract.columns import Quality
from inference_lib.contract.digests import SEMANTIC_MEMBERS, content_version, file_sha256
from inference_lib.contract.document import CONTRACT_FILE, GOLDEN_FILE, MODEL_FILE, PROFILE_FILE
from inference_lib.contract.reading import contract_from_dict, load_contract
from inference_lib.errors import BundleError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_lib.contract.document import Json


@pytest.fixture
def copy(bundle_path: Path, tmp_path: Path) -> Path:
    return shutil.copytree(bundle_path, tmp_path / "copy")


def _flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def test_every_golden_answer_of_a_sound_bundle_is_given(bundle_path: Path) -> None:
    bundle = load_bundle(str(bundle_path), max_instances=10)
    assert len(bundle.golden.cases) >= 50
    assert [bundle.disagreement(case) for case in bundle.golden.cases] == [""] * len(bundle.golden.cases)


@pytest.mark.parametrize("damage", [_flip_a_bit, _cut], ids=["one bit", "cut"])
@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_a_damaged_file_that_serves_is_refused_by_name(copy: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(copy / name)

    with pytest.raises(BundleError) as raised:
        load_bundle(str(copy), max_instances=10)

    assert str(raised.value) == (
        f"{copy / name}: is damaged, its SHA-256 is not the one in contract.json. "
        "Copy the bundle again, or export the model again."
    )


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE, PROFILE_FILE])
def test_verification_finds_damage_in_every_file_but_the_page_for_people(copy: Path, name: str) -> None:
    assert verify_files(str(copy)).name == "small"
    _flip_a_bit(copy / name)
    with pytest.raises(BundleError, match=f"{name}: is damaged"):
        verify_files(str(copy))


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE, CONTRACT_FILE])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleError, match=f"{name}: cannot be read \\(No such file or directory\\)"):
        load_bundle(str(copy), max_instances=10)


def _edit_contract(copy: Path, **members: object) -> None:
    """Write what a wrong export would: a contract whose version fits its content."""
    document = {**json.loads((copy / CONTRACT_FILE).read_text()), **members}
    with contextlib.suppress(BundleError):
        contract = contract_from_dict(document, "edited")
        document["version"] = content_version(contract, contract.files.get(MODEL_FILE, ""))
    (copy / CONTRACT_FILE).write_text(json.dumps(document))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_of_a_contract_can_change_what_callers_see(
    bundle_path: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray((bundle_path / CONTRACT_FILE).read_bytes())
    sound = load_contract(str(bundle_path)).to_dict()
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    damaged = tmp_path / "damaged"
    damaged.mkdir(exist_ok=True)
    for file in bundle_path.iterdir():
        shutil.copy(file, damaged)
    (damaged / CONTRACT_FILE).write_bytes(content)
    try:
        found = verify_files(str(damaged)).to_dict()
    except BundleError:
        return
    assert {name: found[name] for name in SEMANTIC_MEMBERS} == {name: sound[name] for name in SEMANTIC_MEMBERS}
    assert found["files"] == sound["files"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"format_version": 3}, "bundle format 3, this library reads formats 1 and 2."),
        ({"task": "ranking"}, "tasks are binary, multiclass, regression, anomaly, clustering; found 'ranking'"),
        ({"task": "anomaly"}, "task 'anomaly' expects the outputs 'label', 'score'; found 'probabilities'"),
        ({"targets": [{"name": "a"}]}, "expects the outputs 'label_1', 'probabilities_1' or 'label_1'; found"),
        ({"inputs": []}, "inputs must hold each feature exactly once"),
        ({"files": {}}, "has no SHA-256 of model.onnx"),
        ({"colour": "red"}, "not a contract of format 2"),
        ({"features": [{"name": "x"}]}, "not a contract of format 2"),
    ],
)
def test_a_contract_that_is_not_one_is_refused(copy: Path, members: dict[str, object], message: str) -> None:
    _edit_contract(copy, **members)
    with pytest.raises(BundleError) as raised:
        load_bundle(str(copy), max_instances=10)
    assert message in str(raised.value)


def test_a_bundle_of_the_first_format_is_read_and_answers_its_golden_requests() -> None:
    bundle = load_bundle(str(Path(__file__).with_name("released") / "format-1"), max_instances=500)
    cases = bundle.golden.cases
    valid = bundle.validator.validate([case.instance for case in cases], Quality())
    answers = bundle.model.predict(valid.columns, valid.rows)
    assert len(cases) > 50
    assert [bundle.golden.disagreement(*each) for each in zip(cases, answers, strict=True)] == [""] * len(cases)


def test_the_profile_is_loaded_without_a_model(copy: Path) -> None:
    (copy / MODEL_FILE).write_bytes(b"")
    contract, profile = load_profile(str(copy))
    assert contract.name == "small"
    assert [each.name for each in profile.variables][:3] == [feature.name for feature in contract.features]
    _flip_a_bit(copy / PROFILE_FILE)
    with pytest.raises(BundleError, match=f"{PROFILE_FILE}: is damaged"):
        load_profile(str(copy))


def test_the_bundle_returns_the_files_that_its_contract_names(bundle_path: Path) -> None:
    bundle = load_bundle(str(bundle_path), max_instances=10)
    assert bundle.path == str(bundle_path)
    assert bundle.checked_content(GOLDEN_FILE) == (bundle_path / GOLDEN_FILE).read_bytes()
    assert bundle.profile().rows == load_profile(str(bundle_path))[1].rows > 0
    with pytest.raises(BundleError, match=r"contract\.json: has no SHA-256 of contract\.json\. Export the model again"):
        bundle.checked_content(CONTRACT_FILE)


def test_a_golden_request_that_is_refused_disagrees(bundle_path: Path) -> None:
    bundle = load_bundle(str(bundle_path), max_instances=10)
    refused = GoldenCase(note="refused", instance={}, prediction={"value": 1.0})
    assert bundle.disagreement(refused).startswith("The request violates the model's contract: ")


@pytest.mark.parametrize("ignores", [False, True])
def test_unknown_features_are_ignored_only_where_wanted(bundle_path: Path, ignores: bool) -> None:
    bundle = load_bundle(str(bundle_path), max_instances=10, ignores_unknown_features=ignores)
    sent: list[Json] = [{**bundle.golden.cases[0].instance, "colour": "red"}]
    if ignores:
        assert bundle.validator.validate(sent, Quality()).rows == 1
    else:
        with pytest.raises(InvalidRequest, match="unknown feature"):
            bundle.validator.validate(sent, Quality())


def test_limits_of_requests_are_those_given(bundle_path: Path) -> None:
    bundle = load_bundle(str(bundle_path), max_instances=2)
    instance: Json = bundle.golden.cases[0].instance
    assert bundle.validator.validate([instance] * 2, Quality()).rows == 2
    with pytest.raises(InvalidRequest, match="at most 2 instances"):
        bundle.validator.validate([instance] * 3, Quality())


@pytest.mark.parametrize(
    ("profile_sha256", "is_sound"), [("", True), ("own", True), ("0" * 64, False)], ids=["export", "own", "other"]
)
def test_a_profile_from_captured_requests_is_that_of_the_contract(
    copy: Path, profile_sha256: str, is_sound: bool
) -> None:
    files = json.loads((copy / CONTRACT_FILE).read_text())["files"]
    _edit_contract(copy, profile_sha256=files[PROFILE_FILE] if profile_sha256 == "own" else profile_sha256)
    if is_sound:
        assert verify_files(str(copy)).name == "small"
    else:
        with pytest.raises(BundleError, match="is damaged or was changed"):
            verify_files(str(copy))


def test_a_contract_of_another_model_is_refused_before_it_answers(copy: Path) -> None:
    document = json.loads((copy / CONTRACT_FILE).read_text())
    document["inputs"][0]["name"] = "other"
    _edit_contract(copy, inputs=document["inputs"])
    with pytest.raises(BundleError, match=r"the contract expects the inputs .*other \(double\).*; the graph has"):
        load_bundle(str(copy), max_instances=10)


def test_a_golden_request_that_is_answered_otherwise_fails_the_load(copy: Path) -> None:
    document = json.loads((copy / CONTRACT_FILE).read_text())
    # The classes are swapped, so each answer is wrong and every SHA-256 still right.
    _edit_contract(copy, classes=document["classes"][::-1])
    with pytest.raises(BundleError, match="the prediction for a golden request differs from the original model's"):
        load_bundle(str(copy), max_instances=10)


@pytest.mark.parametrize(("case", "fails"), [(0, True), (1, False)])
def test_the_first_golden_request_alone_is_answered_at_the_start(copy: Path, case: int, fails: bool) -> None:
    golden = json.loads((copy / GOLDEN_FILE).read_text())
    golden["cases"][case]["prediction"]["probabilities"] = {"carry on": 7.0, "rest": 7.0}
    (copy / GOLDEN_FILE).write_text(json.dumps(golden))
    files = json.loads((copy / CONTRACT_FILE).read_text())["files"]
    _edit_contract(copy, files={**files, GOLDEN_FILE: file_sha256(str(copy / GOLDEN_FILE))})
    if fails:
        with pytest.raises(BundleError, match="the prediction for a golden request differs"):
            load_bundle(str(copy), max_instances=10)
    else:
        assert load_bundle(str(copy), max_instances=10).contract.name == "small"
