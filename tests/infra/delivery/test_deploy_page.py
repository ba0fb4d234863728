"""The guide names commands, settings and outputs that exist, and its table is that of the stack files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from infra.settings.declaration import declared as declared_settings
from local_stack.declared.evaluation import PROJECT_DIRECTORY, configuration, declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

GUIDE = (PROJECT_DIRECTORY / "docs" / "deploy.md").read_text(encoding="utf-8")
RUNBOOK = (PROJECT_DIRECTORY / "docs" / "runbook.md").read_text(encoding="utf-8")
MAKEFILE = (PROJECT_DIRECTORY / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [GUIDE, RUNBOOK], ids=["deploy", "runbook"])
def test_every_setting_output_and_target_that_is_named_exists(page: str, dev: Declared) -> None:
    assert set(re.findall(r"inference:([A-Za-z]+)", page)) <= set(declared_settings())
    assert set(re.findall(r"stack output ([a-z_]+)", page)) <= dev.outputs.keys()
    for target in re.findall(r"^ *make ([a-z]+)|`make ([a-z]+)", page, re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", MAKEFILE, re.MULTILINE), target


@pytest.mark.parametrize("page", [GUIDE, RUNBOOK], ids=["deploy", "runbook"])
def test_every_command_that_sets_something_sets_what_is_allowed(page: str, bundle: Path) -> None:
    found = re.findall(r"pulumi config set (?:--secret )?(inference:\w+) ([^\s`]+)", page)
    settings = dict(found)
    settings.pop("inference:bundle", None)
    assert settings
    # The commands of the canary stand for a stack without warm execution environments.
    assert declare("dev", settings, bundle=bundle).messages == ()


def test_the_links_of_the_guide_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([a-z]+\.md)\)", GUIDE):
        assert (PROJECT_DIRECTORY / "docs" / link).is_file(), link


def test_the_table_of_the_environments_is_that_of_their_files() -> None:
    rows = {
        cells[0]: cells[1:]
        for line in GUIDE.partition("| | dev | staging | prod |")[2].splitlines()[2:]
        if (cells := [cell.strip() for cell in line.strip("|").split("|")]) and len(cells) == 4
    }
    for index, stack in enumerate(("dev", "staging", "prod")):
        values = {key.removeprefix("inference:"): value for key, value in configuration(stack).items()}
        assert rows["memory"][index] == f"{values['memoryMb']} MB"
        assert rows["log level, retention"][index] == f"{values['logLevel']}, {values['logRetentionDays']} days"
        assert rows["requests per second"][index] == values["throttleRate"]
        assert bool(rows["access log, traces"][index]) == (values["accessLogs"] == values["tracing"] == "true")
        assert rows["API keys"][index].partition(",")[0] == values["apiKeys"]
        assert bool(rows["`/docs` without a key"][index]) == (values["publicDocs"] == "true")
        checked = rows["request validation at the gateway"][index]
        assert bool(checked) == (values["requestValidation"] == "true")
        kept = rows["[what callers and operators cannot get back](kept.md) protected from deletion"][index]
        assert bool(kept) == (values["deletionProtection"] == "true")
        assert bool(rows["firewall"][index]) == (values["wafRate"] != "0")
        assert bool(rows["warm environments at the peaks"][index]) == bool(values["provisionedSchedule"])
        assert rows["images deleted with the stack"][index] == ("yes" if values["forceDelete"] == "true" else "no")
        assert bool(rows["receiver for pages required"][index]) == (values["alarmReceiverRequired"] == "true")
