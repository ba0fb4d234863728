from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from infra.settings.files import PROJECT_DIRECTORY
from operate.capacity import command
from operate.capacity.answers import by_the_clock, ladder
from operate.capacity.latency import quantile_s
from operate.capacity.page import capacity_page
from operate.capacity.report import verdict

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_the_page_of_the_capacity_is_up_to_date() -> None:
    written = (PROJECT_DIRECTORY / "docs" / "capacity.md").read_text(encoding="utf-8")

    assert written == capacity_page()[0], "make it again: python -m operate.capacity.page > docs/capacity.md"


def test_the_command_answers_for_a_stack(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(command, "DIRECTORY", project)
    written = tmp_path / "made" / "day.json"
    options = ["--stack", "prod", "--peak", "300", "--duration-ms", "50", "--cold-start-ms", "800"]
    code = command.main([*options, "--json", str(written)])
    printed = capsys.readouterr().out
    drawn = json.loads(written.read_text(encoding="utf-8"))

    assert code == 0
    assert "prod: 1024 MB, 50 ms a warm request, 800 ms a cold start" in printed
    assert "a concurrency limit of 50; 300 requests a minute at the peaks" in printed
    assert re.search(r"as set .* 6\.93", printed)
    assert re.search(r"│ +1,000,000 │", printed)
    assert "Next: python -m operate.cost --stack prod --cold-starts 0." in printed
    assert len(drawn["hours"]) == len(drawn["environments"]) == 288


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stack", "qa"], "error: there is no Pulumi.qa.yaml; expected dev or prod or staging\n"),
        (["--memory", "5"], "error: inference:memoryMb: 5 is too small; expected 128 to 10240 (AWS Lambda limit)"),
    ],
    ids=["stack", "memory"],
)
def test_wrong_input_is_one_sentence(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "DIRECTORY", project)

    assert command.main(arguments) == 2
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--duration-ms", "1e308"], "expected at most 900,000 (AWS Lambda stops a function after 15 minutes)"),
        (["--cold-start-ms", "900001"], "expected at most 900,000 (AWS Lambda stops a function after 15 minutes)"),
        (["--peak", "1e300"], "expected at most 100,000,000 (the simulation was validated up to a hundredth of this"),
        (["--peak", "1e12"], "expected at most 100,000,000 (the simulation was validated up to a hundredth of this"),
        (["--spike", "1001"], "expected at most 1,000 (a spike is a multiple of the peak)"),
        (["--spike-seconds", "21601"], "expected at most 21,600 (the spikes of a day are six hours apart)"),
        (["--keep-alive", "1441"], "expected at most 1,440 (one day is simulated)"),
        (["--limit", "10000001"], "expected at most 10,000,000 (ten thousand times the default limit of an account)"),
        (["--seed", "-1"], "expected a whole number of 0 or more with at most 18 digits"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_numbers_that_make_no_sense_are_refused_in_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)

    printed = capsys.readouterr().err
    assert caught.value.code == 2
    assert printed.startswith(f"error: argument {arguments[0]}: {message}")
    assert printed.count("\n") == 1


def test_the_help_teaches_by_examples_that_parse() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "operate.capacity", "--help"],
        cwd=PROJECT_DIRECTORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    examples = re.findall(r"python -m operate\.capacity (--.*?)(?:  +|$)", printed, re.MULTILINE)

    assert len(examples) == 5
    for example in examples:
        command.parser().parse_args(example.split())


def test_cold_starts_are_in_the_99th_percentile_when_one_in_a_hundred_waits() -> None:
    assert quantile_s(0.99, 10_000, 10, 0.1, 1.0) < 0.5
    assert quantile_s(0.99, 10_000, 300, 0.1, 1.0) > 1.0
    assert quantile_s(0.5, 10_000, 0, 0.1, 1.0) == pytest.approx(0.1 / np.exp(0.125))


def test_a_schedule_holds_until_the_next_entry_and_over_midnight() -> None:
    counts = by_the_clock([(60, 3), (120, 0), (1380, 7)])

    assert [counts[0], counts[3600], counts[7199], counts[7200], counts[-1]] == [7, 3, 3, 0, 7]
    assert not by_the_clock([]).any()


def test_the_ladder_ends_where_nothing_more_is_needed() -> None:
    assert ladder(14) == (0, 1, 2, 5, 10, 14)
    assert ladder(0) == (0,)


def test_the_verdict_says_from_when_on_it_is_worth_its_price() -> None:
    from operate.capacity.answers import Day, Provision  # noqa: PLC0415 - beside its use

    def provision(name: str, cold: int, usd: float) -> Provision:
        day = Day(requests=1000, cold=cold, refused=0, environments=5, p50_ms=30, p99_ms=30 + cold, worst_p99_ms=90)
        return Provision(name=name, day=day, usd=usd)

    rows = [provision("0", 50, 0), provision("2", 20, 5), provision("5", 3, 12)]
    assert verdict(rows) == (
        "5 warm environments, 12.00 USD a month, reduce cold starts from 5.00% to 0.30% and the 99th percentile "
        "from 80 ms to 33 ms."
    )
    assert verdict(rows[:2]).startswith("None of these reduces cold starts below one in a hundred")
    assert verdict(rows[2:]).startswith("Not needed for the 99th percentile of the day")
