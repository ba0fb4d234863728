"""The recording that all tests of the program rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.settings.subjects.capture import HASH_KEY
from local_stack.declared.evaluation import configuration, declare

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared


def test_the_program_can_be_run_again_and_says_the_same(bundle: Path, dev: Declared) -> None:
    assert declare("dev", bundle=bundle) == dev


def test_asking_for_one_of_none_or_of_several_names_what_there_is(dev: Declared) -> None:
    with pytest.raises(LookupError, match=r"^expected one sqs/queue:Queue named \*, found none$"):
        dev.one("sqs/queue:Queue")
    with pytest.raises(LookupError, match=r"^expected one Image named \*, found image-cache, image-image$"):
        dev.one("Image")


def test_a_type_is_found_by_its_last_words_and_not_by_part_of_a_word(dev: Declared) -> None:
    assert [each.name for each in dev.all("Stage")] == ["stage-stage"]
    assert [each.name for each in dev.all("Policy")] == []


def test_a_settings_error_leaves_nothing_behind_for_the_next_run(bundle: Path, dev: Declared) -> None:
    with pytest.raises(Exception, match="inference:memoryMb"):
        declare("dev", {"inference:memoryMb": "1"}, bundle=bundle)

    assert declare("dev", bundle=bundle) == dev


def test_the_configuration_of_a_stack_is_its_file_over_the_defaults() -> None:
    dev = configuration("dev")

    assert dev["inference:memoryMb"] == "512"
    assert dev["inference:logLevel"] == "DEBUG"
    assert dev["inference:forceDelete"] == "true"
    assert dev["aws:region"] == "eu-central-1"


def test_encrypted_values_are_left_to_pulumi_s_command_line(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\nconfig:\n  a: {type: string, default: b}\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  x:a:\n    secure: v1:abc\n", encoding="utf-8")

    assert configuration("dev", tmp_path) == {"x:a": "b"}


def test_an_encrypted_key_of_hashes_is_replaced_by_another_so_that_the_stack_can_be_tried_here(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: inference\nconfig: {}\n", encoding="utf-8")
    stack = "config:\n  inference:captureHash: mood\n  inference:captureHashKey:\n    secure: v1:abc\n"
    (tmp_path / "Pulumi.dev.yaml").write_text(stack, encoding="utf-8")
    found = configuration("dev", tmp_path)

    assert found["inference:captureHash"] == "mood"
    assert HASH_KEY.read(found["inference:captureHashKey"])


def test_the_version_written_last_is_served_unless_one_is_named(
    contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    model = write_bundle(contract)
    for path in (model, model / contract.version):
        image = declare("dev", bundle=path).one("Image", "-image")
        assert Path(image.inputs["build"]["args"]["BUNDLE"]).name == contract.version
