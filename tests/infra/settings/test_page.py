"""Pulumi.yaml, the stack files and the page say of the settings what the program says."""

from __future__ import annotations

import re
import runpy
from dataclasses import MISSING
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.settings import page
from infra.settings.declaration import SUBJECTS, StackSettings
from infra.settings.declaration import declared as declared_settings
from infra.settings.page import PAGE, PROJECT_FILE, project_file, settings_page
from infra.settings.subjects.capture import RANDOM_KEY
from local_stack.declared.evaluation import PROJECT_DIRECTORY

PROJECT: dict[str, Any] = yaml.safe_load((PROJECT_DIRECTORY / "Pulumi.yaml").read_text(encoding="utf-8"))
PULUMI_TYPES = {"str": "string", "int": "integer", "bool": "boolean", "float": "string"}


def test_the_command_writes_the_page_and_pulumi_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[Path, str] = {}
    monkeypatch.setattr(Path, "write_text", lambda path, text, **_: written.update({path: text}))
    runpy.run_path(page.__file__, run_name="__main__")
    assert written == {PAGE: settings_page(), PROJECT_FILE: PROJECT_FILE.read_text(encoding="utf-8")}


def test_pulumi_yaml_declares_exactly_the_settings_that_the_program_reads() -> None:
    assert sorted(PROJECT["config"]) == sorted(declared_settings())


@pytest.mark.parametrize("key", list(declared_settings()))
def test_a_setting_has_the_same_type_and_default_in_pulumi_yaml_and_in_the_program(key: str) -> None:
    field = declared_settings()[key]
    in_file = PROJECT["config"][key]

    assert field.default is not MISSING
    assert in_file["type"] == PULUMI_TYPES[str(field.type)]
    rule = field.metadata["rule"]
    default = str(in_file["default"]).lower() if in_file["type"] == "boolean" else str(in_file["default"])
    read = rule.read(default)
    assert (read, type(read)) == (field.default, type(field.default))


def test_every_setting_has_a_description_and_a_default_because_pulumi_demands_values_without_one() -> None:
    for key, declaration in PROJECT["config"].items():
        assert set(declaration) == {"type", "description", "default"}, key
        assert declaration["description"], key


def test_the_example_of_each_setting_is_allowed() -> None:
    for field in declared_settings().values():
        if field.metadata["example"] == RANDOM_KEY:
            continue
        field.metadata["rule"].read(field.metadata["example"])


def test_the_page_of_the_settings_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "make it again: python -m infra.settings.page"


def test_the_keys_of_pulumi_yaml_are_up_to_date_and_in_the_order_of_the_page() -> None:
    written = PROJECT_FILE.read_text(encoding="utf-8")

    assert written == project_file(written), "make it again: python -m infra.settings.page"
    assert re.findall(r"^\| `inference:(\w+)`", settings_page(), re.MULTILINE) == list(PROJECT["config"])


def test_each_subject_has_its_heading_and_its_sentence() -> None:
    for title, settings, _ in SUBJECTS:
        sentence = (settings.__doc__ or "").splitlines()[0]
        assert sentence.endswith("."), title
        assert f"\n## {title}\n\n{sentence}\n" in settings_page()


def test_the_settings_of_a_stack_are_those_of_the_subjects() -> None:
    assert StackSettings.__bases__ == tuple(subject.settings for subject in SUBJECTS)


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_a_stack_file_sets_nothing_to_its_default(stack: str) -> None:
    file = yaml.safe_load((PROJECT_DIRECTORY / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    defaults = {f"inference:{key}": declaration["default"] for key, declaration in PROJECT["config"].items()}

    assert not {key for key, value in file.items() if key in defaults and defaults[key] == value}
