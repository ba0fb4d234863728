"""Each fault of a machine, a stack or an account is one line with its fix, and everything else stays checked."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import boto3
import pytest

from operate.doctor.command import main
from tests.operate.doctor.conftest import SERVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.operate.doctor.conftest import Machine

    Break = Callable[[Machine], object]

CHECKS = [
    *("Pulumi CLI", "Pulumi login", "Pulumi stack", "Docker", "Bundle", "Settings"),
    *("AWS region", "AWS credentials", "Concurrency", "API Gateway log role", "Slack workspace", "Cost allocation tag"),
]
EXPIRED = (
    "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token is expired</Message></Error>"
    "</ErrorResponse>"
)
REFUSED = {"__type": "AccessDeniedException", "Message": "lena may not do this."}


def run(
    machine: Machine, capsys: pytest.CaptureFixture[str], stack: str = "dev"
) -> tuple[int, dict[str, tuple[str, str]]]:
    """Run the command; returns its exit code and state and text of each check."""
    code = main(["--stack", stack], machine.directory)
    printed = capsys.readouterr()
    assert printed.err == ""
    *lines, _ = printed.out.splitlines()
    parts = [re.fullmatch(r"(ok|note|skipped|blocked) +(.{20}) (.+)", line) for line in lines]
    assert all(parts), printed.out
    return code, {each[2].strip(): (each[1], each[3]) for each in parts if each}


def test_a_machine_that_lacks_nothing_has_one_line_a_check_and_exits_0(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(machine, capsys)

    assert list(found) == CHECKS
    assert {state for state, _ in found.values()} == {"ok"}, found
    assert code == 0


def _file(content: str) -> Break:
    return lambda machine: (machine.directory / "Pulumi.dev.yaml").write_text(content, encoding="utf-8")


def _remove(path: str) -> Break:
    return lambda machine: (machine.directory / path).unlink()


def _pulumi(**answers: str) -> Break:
    def change(machine: Machine) -> None:
        fault = answers.pop("fault", "")
        machine.program("pulumi", {key.replace("_", " "): text for key, text in answers.items()}, fault)

    return change


def _docker(fault: str = "", **server: str) -> Break:
    answers = {} if fault else {"version": json.dumps({**SERVER, **server})}
    return lambda machine: machine.program("docker", answers, fault)


def _broken_bundle(machine: Machine) -> None:
    link = machine.directory / "bundles" / "sleep_advice"
    original = link.resolve()
    link.unlink()
    shutil.copytree(original, link)
    graph = next(link.glob("*/model.onnx"))
    graph.write_bytes(graph.read_bytes()[:-1])


BLOCKED: list[tuple[Break, str, str]] = [
    (lambda machine: (machine.programs / "pulumi").unlink(), "Pulumi CLI", r"is not on PATH\. Install it: https://.+"),
    (
        lambda machine: (machine.programs / "pulumi").write_text("?"),
        "Pulumi CLI",
        r"does not run \(.+\)\. Install it: .+",
    ),
    (_pulumi(version="v2.25.0"), "Pulumi CLI", r"expected version 3, found v2\.25\.0\. Install it: .+"),
    (_pulumi(version="pulumi"), "Pulumi CLI", r"expected version 3, found pulumi\. Install it: .+"),
    (
        _pulumi(version="v3.999.0", fault="error: this command requires logging in; try running `pulumi login` first"),
        "Pulumi login",
        r"not logged in\. Log in: pulumi login, or .+",
    ),
    (
        _pulumi(version="v3.999.0", fault="\nerror: no such host\n  at x.go"),
        "Pulumi login",
        r"no such host\. Log in: .+",
    ),
    (
        _pulumi(version="v3.999.0", whoami="lena", stack_ls='[{"name": "development"}]'),
        "Pulumi stack",
        r"dev does not exist in this backend\. Create it: pulumi stack init dev",
    ),
    (
        _pulumi(version="v3.999.0", whoami="lena", fault="error: denied"),
        "Pulumi stack",
        r".+ \(denied\)\. Check: pulumi .+",
    ),
    (lambda machine: (machine.programs / "docker").unlink(), "Docker", r"is not on PATH\. Install .+"),
    (_docker("Cannot connect to the Docker daemon."), "Docker", r"no engine responds \(Cannot .+\)\. Start .+"),
    (_docker(Version="20.10.24"), "Docker", r"20\.10\.24 does not build with BuildKit .+\. Update it: https://.+"),
    (_docker(Os="windows"), "Docker", r"the engine builds on windows/amd64; expected .+\. Switch Docker Desktop .+"),
    (_docker(Arch="riscv64"), "Docker", r"the engine builds on linux/riscv64; expected .+\. Use another engine"),
    (lambda machine: machine.program("docker", {"version": "null"}), "Docker", r"the engine does not report .+"),
    (_remove("bundles/sleep_advice"), "Bundle", r"inference:bundle: bundles/sleep_advice does not exist\. Export .+"),
    (
        _broken_bundle,
        "Bundle",
        r"bundles/sleep_advice/\w+/model\.onnx: .+\. Export one: make example, or make export .+",
    ),
    (_remove("Pulumi.dev.yaml"), "Stack file", r"there is no Pulumi\.dev\.yaml; expected prod or staging"),
    (
        _file("config: [\n"),
        "Stack file",
        r"Pulumi\.dev\.yaml: line 2 is not YAML .+: git checkout -- Pulumi\.dev\.yaml",
    ),
    (_file("config:\n  inference:memoryMb: 64\n"), "Settings", r"inference:memoryMb: 64 is too small; .+ Set it: .+"),
    (_file("config:\n  inference:memoryMB: 512\n"), "Settings", r"inference:memoryMB: no such key; .+ Remove it: .+"),
    (
        _file("config:\n  aws:region: eu-centrl-1\n"),
        "AWS region",
        r"AWS Lambda has no region 'eu-centrl-1'\. Set it: pulumi config set aws:region eu-central-1 --stack dev",
    ),
    (
        _file("config:\n  aws:profile: work\n"),
        "AWS credentials",
        r".+\(work\).+\. List them: aws configure list-profiles",
    ),
    (
        lambda machine: machine.answer("sts.GetCallerIdentity", EXPIRED, 403),
        "AWS credentials",
        r"the AWS credentials have expired\. Log in, for example with: aws sso login",
    ),
    (
        lambda machine: machine.answer(
            "sts.GetCallerIdentity", EXPIRED.replace("ExpiredToken", "InvalidClientTokenId"), 403
        ),
        "AWS credentials",
        r"AWS does not know these credentials\. Log in, .+",
    ),
    (
        lambda machine: machine.set("dev", reservedConcurrency="950"),
        "Concurrency",
        r"inference:reservedConcurrency is 950, .+ 1000 of 1000 are free\. Lower it: .+ 900 --stack dev, or: aws .+",
    ),
    (
        lambda machine: machine.set("dev", slackTeamId="T0123ABCD", slackChannelId="C0123ABCD"),
        "Slack workspace",
        r"the workspace of inference:slackTeamId is not authorised in this account\. Authorise it .+",
    ),
]


@pytest.mark.parametrize(("broken", "check", "said"), BLOCKED)
def test_a_fault_that_blocks_is_one_line_with_its_fix_and_the_exit_code_is_1(
    broken: Break, check: str, said: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.answer("chatbot.DescribeSlackWorkspaces", {"SlackWorkspaces": []})
    broken(machine)

    code, found = run(machine, capsys)

    assert found[check][0] == "blocked"
    assert re.fullmatch(said, found[check][1]), found[check][1]
    assert [name for name, (state, _) in found.items() if state == "blocked"] == [check]
    assert code == 1


def test_credentials_that_are_missing_or_incomplete_block_and_what_needs_them_is_skipped(
    machine: Machine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # moto wants its own keys back.
    with monkeypatch.context() as without:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
            without.delenv(name, raising=False)
        _, none = run(machine, capsys)
        without.setenv("AWS_ACCESS_KEY_ID", "AKIA")
        code, half = run(machine, capsys)

    assert none["AWS credentials"] == (
        "blocked",
        "no AWS credentials were found. Log in, for example with: aws sso login",
    )
    assert re.fullmatch(r"the AWS credentials are incomplete: .+ is missing\. .+", half["AWS credentials"][1])
    assert [name for name, (state, _) in half.items() if state == "skipped"] == CHECKS[-4:]
    assert code == 1


def test_a_region_without_the_role_for_logs_blocks_a_stack_with_access_logs_alone(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = boto3.client("apigateway", "eu-central-1")
    gateway.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}])

    code, without = run(machine, capsys)
    machine.set("dev", accessLogs="true")
    _, with_logs = run(machine, capsys)

    assert (code, without["API Gateway log role"][0]) == (0, "ok")
    assert with_logs["API Gateway log role"][0] == "blocked"
    assert "docs/deploy.md" in with_logs["API Gateway log role"][1]


def test_a_stack_that_requires_a_receiver_is_blocked_until_it_has_one(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    _, without = run(machine, capsys, "prod")
    machine.set("prod", pageEmails="on-call@example.com")
    _, with_one = run(machine, capsys, "prod")

    assert "pulumi config set inference:pageEmails on-call@example.com --stack prod" in without["Settings"][1]
    assert without["Settings"][0] == "blocked"
    assert with_one["Settings"][0] == "ok"


NOTES: list[tuple[Break, str, str]] = [
    (
        lambda machine: machine.answer("cost-explorer.ListCostAllocationTags", {"CostAllocationTags": []}),
        "Cost allocation tag",
        r"stack is not active, .+ one day after the first deployment; then activate it: aws ce update-.+",
    ),
    (
        lambda machine: machine.answer("cost-explorer.ListCostAllocationTags", REFUSED, 400),
        "Cost allocation tag",
        r"AWS refuses ListCostAllocationTags \(lena may not do this\)\. Check the permissions of these credentials",
    ),
    (
        lambda machine: machine.answer(
            "lambda.GetAccountSettings",
            {"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}},
        ),
        "Concurrency",
        r"the account runs at most 10 requests at once\. Increase: aws service-quotas .+ --region eu-central-1",
    ),
    (
        _pulumi(version="v3.1.0", whoami="lena", stack_ls='[{"name": "dev"}]'),
        "Pulumi CLI",
        r"v3\.1\.0 is older than .+",
    ),
    (_docker(Version="23.0.6"), "Docker", r"23\.0\.6 gives an unchanged image another digest, .+"),
]


@pytest.mark.parametrize(("broken", "check", "said"), NOTES)
def test_what_does_not_block_is_a_note_and_the_exit_code_is_0(
    broken: Break, check: str, said: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(machine)

    code, found = run(machine, capsys)

    assert found[check][0] == "note"
    assert re.fullmatch(said, found[check][1]), found[check][1]
    assert code == 0


def test_an_authorised_workspace_is_found_also_if_its_id_is_encrypted(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.answer("chatbot.DescribeSlackWorkspaces", {"SlackWorkspaces": [{"SlackTeamId": "T0123ABCD"}]})
    answers = {"version": "v3.999.0", "whoami": "lena", "stack ls": '[{"name": "dev"}]'}
    machine.program("pulumi", {**answers, "config get inference:slackTeamId --stack dev": "T0123ABCD"})
    file = machine.directory / "Pulumi.dev.yaml"
    encrypted = "  inference:slackTeamId:\n    secure: v1:x\n  inference:slackChannelId:\n    secure: v1:y\n"
    file.write_text(file.read_text(encoding="utf-8").rstrip() + "\n" + encrypted, encoding="utf-8")

    code, found = run(machine, capsys)

    assert found["Slack workspace"] == ("ok", "authorised")
    assert code == 0
