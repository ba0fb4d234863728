from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from infra.settings.files import PROJECT_DIRECTORY
from infra.settings.subjects.api import MOST_INSTANCES
from operate.cost import command
from operate.cost.bill import LOG_BYTES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ask(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    return Ask(project, capsys, monkeypatch)


class Ask:
    """Runs the command in the project of the tests."""

    def __init__(self, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(command, "DIRECTORY", project)

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = command.main(arguments)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err


def total(printed: str) -> float:
    found = re.search(r"total, USD a month.*?([\d.]+) │ +[\d.]+ │", printed)
    assert found is not None
    return float(found.group(1))


def test_the_bill_says_its_duration_prices_and_next_step(ask: Ask) -> None:
    code, printed, _ = ask("--stack", "prod", "--requests", "200000")

    assert code == 0
    assert "prod in eu-central-1: a month with 200,000 requests" in printed
    assert "measured here just now" in printed
    assert "Prices: infra/prices/table.csv, eu-central-1, from sources of 2025-08-28 to " in printed
    assert "no price" not in printed
    assert "Next: --compare memory" in printed
    assert total(printed) > 20


def test_duration_memory_and_region_change_the_bill(ask: Ask) -> None:
    def dear(*options: str) -> float:
        return total(ask("--requests", "1000000", "--cold-starts", "0", *options)[1])

    usual = dear("--duration-ms", "100")
    assert dear("--duration-ms", "200") - usual == pytest.approx(0.1 * 1_000_000 * 0.5 * 13.3334e-6, abs=0.011)
    assert dear("--duration-ms", "100", "--memory", "1024") - usual == pytest.approx(
        0.1 * 1_000_000 * 0.5 * 13.3334e-6, abs=0.02
    )
    assert dear("--duration-ms", "100", "--region", "us-east-1") - usual == pytest.approx(
        -0.20 - LOG_BYTES / 1000 * 0.13, abs=0.011
    )


def test_lines_of_files_are_reckoned_before_batches_are_switched_on(ask: Ask) -> None:
    usual = total(ask("--duration-ms", "30")[1])
    code, printed, _ = ask("--duration-ms", "30", "--batch-lines", "10000000")

    assert code == 0
    assert "state transitions" in printed
    assert total(printed) - usual == pytest.approx(1.7, abs=0.5)


def test_the_earlier_table_is_reproduced(ask: Ask) -> None:
    code, printed, _ = ask("--earlier")
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:3]] for cells in re.findall(r"│(.*?)│(.*?)│(.*?)│", printed)
    }

    assert code == 0
    assert rows["Lambda"] == ["2.48", "2.48"]
    assert rows["CloudWatch"] == ["2.93", "2.93"]
    assert rows["API Gateway"] == ["0.24", "0.74"]
    assert rows["ECR"] == ["0.10", "0.10"]
    assert rows["SNS"] == ["0.00", "0.00"]
    assert rows["total"] == ["5.75", "6.25"]
    assert "ours, dev" in printed


def test_memory_sizes_are_compared_and_one_is_recommended(ask: Ask) -> None:
    code, printed, _ = ask("--compare", "memory", "--duration-ms", "30")

    assert code == 0
    assert re.search(r"512 MB .* now", printed)
    assert re.search(r"1769 MB .* recommended", printed)
    assert "Set it: pulumi config set --stack dev inference:memoryMb 1769" in printed


def test_two_stacks_are_compared_row_by_row(ask: Ask) -> None:
    code, printed, _ = ask("--diff", "prod", "--duration-ms", "30")

    assert code == 0
    assert re.search(r"kept warm +│ +0.00 │ +6.93 │ +\+6.93", printed)


@pytest.mark.parametrize(("budget", "code", "word"), [("1000", 0, "within"), ("1", 1, "above")])
def test_the_exit_code_says_whether_the_budget_holds(ask: Ask, budget: str, code: int, word: str) -> None:
    found, printed, _ = ask("--duration-ms", "30", "--budget", budget)

    assert found == code
    assert re.search(rf"dev: [\d.]+ USD a month is {word} the budget of [\d,]+\.00 USD\.", printed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--region", "mars-1"],
            "error: infra/prices/table.csv has no prices of 'mars-1'; expected eu-central-1 or us-east-1",
        ),
        (["--stack", "qa"], "error: there is no Pulumi.qa.yaml; expected dev or prod or staging"),
        (["--memory", "64"], "error: inference:memoryMb: 64 is too small; expected 128 to 10240"),
    ],
    ids=["region", "stack", "memory"],
)
def test_wrong_input_is_one_sentence(ask: Ask, arguments: list[str], message: str) -> None:
    code, _, error = ask(*arguments)

    assert code == 2
    assert error.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--requests", "1.5"],
            "argument --requests: expected a whole number of 0 or more with at most 18 digits, not '1.5'",
        ),
        (
            ["--requests", "9" * 400],
            (f"argument --requests: expected a whole number of 0 or more with at most 18 digits, not '{'9' * 40}...'"),
        ),
        (
            ["--requests", "1000000000001"],
            (
                "argument --requests: expected at most 1,000,000,000,000 (400 000 a second; Amazon API Gateway allows "
                "10 000), not '1000000000001'"
            ),
        ),
        *(
            (
                ["--duration-ms", given],
                (
                    "argument --duration-ms: expected at most 900,000 (AWS Lambda stops a function after 15 minutes), "
                    f"not '{given}'"
                ),
            )
            for given in ("1e308", "900001")
        ),
        (
            ["--instances", "99999999"],
            ("argument --instances: expected at most 100,000 (the maximum of inference:maxInstances), not '99999999'"),
        ),
        (["--budget", "much"], "argument --budget: expected a number above 0, not 'much'"),
        (["--cold-starts", "2"], "argument --cold-starts: expected a share from 0 to 1, not '2'"),
        (["--earlier", "--diff", "prod"], "argument --diff: not allowed with argument --earlier"),
    ],
    ids=["requests", "digits", "month", "endless", "long", "instances", "budget", "share", "both"],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)

    assert caught.value.code == 2
    assert capsys.readouterr().err == f"error: {message}. Help: python -m operate.cost --help\n"


def test_the_largest_of_everything_has_a_bill(ask: Ask) -> None:
    largest = ["--requests", "1000000000000", "--instances", "100000", "--batch-lines", "1000000000000"]

    assert ask("--duration-ms", "900000", *largest)[0] == 0


def test_no_request_has_more_instances_than_a_setting_may_allow() -> None:
    assert command.parser().parse_args(["--instances", str(MOST_INSTANCES)]).instances == MOST_INSTANCES


def test_the_help_teaches_by_examples_that_parse() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "operate.cost", "--help"],
        cwd=PROJECT_DIRECTORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    examples = re.findall(r"python -m operate\.cost (--.*?)(?:  +|$)", printed, re.MULTILINE)

    assert len(examples) == 7
    for example in examples:
        command.parser().parse_args(example.split())
