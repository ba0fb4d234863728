"""A machine that has everything: fake programs on PATH, and an account as moto knows it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from moto.ce.responses import CostExplorerResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SERVER = {"Version": "28.2.2", "Os": "linux", "Arch": "amd64"}
LIMITS = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
TAGS = [{"TagKey": "stack", "Type": "UserDefined", "Status": "Active"}]
ROLE = "arn:aws:iam::123456789012:role/api-gateway-logs"


class _Body(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


class Machine:
    """A machine and an account, in which a test breaks one thing.

    Parameters
    ----------
    programs : Path
        The only folder on PATH.
    directory : Path
        Directory of the project's files.
    """

    def __init__(self, programs: Path, directory: Path) -> None:
        self.programs = programs
        self.directory = directory
        self.answers: dict[str, tuple[int, Any]] = {}
        self.program(
            "pulumi", {"version": "v3.999.0", "whoami": "lena", "stack ls": json.dumps([{"name": "acme/dev"}])}
        )
        self.program("docker", {"version": json.dumps(SERVER)})
        self.answer("lambda.GetAccountSettings", {"AccountLimit": LIMITS})
        self.answer("cost-explorer.ListCostAllocationTags", {"CostAllocationTags": TAGS})

    def program(self, name: str, answers: dict[str, str], fault: str = "") -> None:
        """Write a program that prints an answer by the start of its arguments, and otherwise fails with a message."""
        cases = "".join(
            f"if words.startswith({start!r}): print({text!r}); sys.exit(0)\n" for start, text in answers.items()
        )
        file = self.programs / name
        script = f"import sys\nwords = ' '.join(sys.argv[1:])\n{cases}print({fault!r}, file=sys.stderr)\nsys.exit(1)\n"
        file.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
        file.chmod(0o755)

    def answer(self, operation: str, content: object, status: int = 200) -> None:
        """Set the answer of AWS to a call that moto does not have, or would answer otherwise."""
        self.answers[operation] = (status, content)

    def set(self, stack: str, **settings: str) -> None:
        """Set settings in the file of a stack."""
        file = self.directory / f"Pulumi.{stack}.yaml"
        lines = [f'  inference:{key}: "{value}"' for key, value in settings.items()]
        file.write_text("\n".join([file.read_text(encoding="utf-8").rstrip(), *lines, ""]), encoding="utf-8")

    def respond(self, operation: str, request: Any) -> AWSResponse | None:  # noqa: ANN401 - boto3 ships no types
        """Return the set answer to a request of boto3."""
        if operation not in self.answers:
            return None
        status, content = self.answers[operation]
        text = content if isinstance(content, str) else json.dumps(content)
        return AWSResponse(request.url, status, {}, _Body(text.encode()))


@pytest.fixture
def machine(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine and an account that lack nothing that dev needs."""
    directory, programs = tmp_path / "project", tmp_path / "bin"
    shutil.copytree(project, directory, symlinks=True)
    programs.mkdir()
    made = Machine(programs, directory)

    def session(*arguments: object, original: Callable[..., Any] = boto3.Session, **named: object) -> Any:  # noqa: ANN401
        opened = original(*arguments, **named)
        for operation in made.answers:
            opened.events.register_first(
                f"before-send.{operation}", lambda request, operation=operation, **_: made.respond(operation, request)
            )
        return opened

    monkeypatch.setenv("PATH", str(programs))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with mock_aws():
        monkeypatch.setattr(boto3, "Session", session)
        # All handlers of boto3 are called, and moto's would raise.
        monkeypatch.setattr(CostExplorerResponse, "list_cost_allocation_tags", lambda _: "{}", raising=False)
        gateway = boto3.client("apigateway", "eu-central-1")
        gateway.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}])
        yield made
