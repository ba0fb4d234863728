"""Checks of the programs that a deployment runs: the Pulumi CLI and Docker."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from infra.image.component import PLATFORMS
from operate.doctor.finding import BLOCKED, NOTE, OK, SKIPPED, Finding, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLI = "Pulumi CLI"
LOGIN = "Pulumi login"
STACK = "Pulumi stack"
DOCKER = "Docker"

TIMEOUT_S = 30
"""Seconds for one program: a backend or an engine on another machine may never respond."""

LEAST_DOCKER = (23, 0)
"""The first version that builds with BuildKit by default. https://docs.docker.com/build/buildkit/#getting-started"""
REPRODUCIBLE_DOCKER = (24, 0)
"""As in the Dockerfile: older versions give the same content another digest in each build."""

_INSTALL_PULUMI = "Install it: https://www.pulumi.com/docs/install/"


class ToolError(Exception):
    """A program did not run, or failed; the message is its first line."""


def run(*command: str, directory: Path | None = None) -> str:
    """Return the output of a program.

    Raises
    ------
    ToolError
        It cannot be started, failed, or did not end within ``TIMEOUT_S``.
    """
    try:
        done = subprocess.run(  # noqa: S603 - ours, without a shell
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"no response within {TIMEOUT_S} seconds") from error
    except OSError as error:
        raise ToolError(error.strerror or type(error).__name__) from error
    if done.returncode:
        raise ToolError(first_line(done.stderr or done.stdout))
    return done.stdout


def pulumi_checks(stack: str, directory: Path) -> Iterator[Finding]:
    """Check the CLI, its login and, with both, whether the stack exists.

    Parameters
    ----------
    stack : str
        Name of the stack.
    directory : Path
        Directory of the project's files.
    """
    cli = _cli()
    yield cli
    if cli.state == BLOCKED:
        yield Finding(LOGIN, SKIPPED, "needs the Pulumi CLI")
        return
    try:
        user = run("pulumi", "whoami", "--non-interactive").strip()
    except ToolError as error:
        fault = str(error)
        if re.search(r"log(ging)? ?in|access.token", fault, re.IGNORECASE):
            fault = "not logged in"
        fix = "Log in: pulumi login, or with a bucket of your own: pulumi login s3://YOUR-BUCKET"
        yield Finding(LOGIN, BLOCKED, f"{fault}. {fix}")
        return
    yield Finding(LOGIN, OK, user)
    yield _initialised(stack, directory)


def _cli() -> Finding:
    if shutil.which("pulumi") is None:
        return Finding(CLI, BLOCKED, f"is not on PATH. {_INSTALL_PULUMI}")
    try:
        printed = run("pulumi", "version").strip()
    except ToolError as error:
        return Finding(CLI, BLOCKED, f"does not run ({error}). {_INSTALL_PULUMI}")
    found, sdk = _version(printed), version("pulumi")
    if found is None or found < (3, 0):
        return Finding(CLI, BLOCKED, f"expected version 3, found {first_line(printed)}. {_INSTALL_PULUMI}")
    if found < (_version(sdk) or found):
        text = f"{printed} is older than the Pulumi SDK of this project, {sdk}. Update it: {_INSTALL_PULUMI[12:]}"
        return Finding(CLI, NOTE, text)
    return Finding(CLI, OK, printed)


def _initialised(stack: str, directory: Path) -> Finding:
    try:
        listed = json.loads(run("pulumi", "stack", "ls", "--json", "--non-interactive", directory=directory))
        names = [str(each["name"]) for each in listed]
    except ToolError as error:
        return Finding(STACK, BLOCKED, f"the stacks cannot be listed ({error}). Check: pulumi stack ls")
    except (ValueError, TypeError, KeyError):
        return Finding(
            STACK, NOTE, "`pulumi stack ls --json` printed something else than stacks. Check: pulumi stack ls"
        )
    if stack in (name.rpartition("/")[2] for name in names):
        return Finding(STACK, OK, stack)
    return Finding(STACK, BLOCKED, f"{stack} does not exist in this backend. Create it: pulumi stack init {stack}")


def docker_check() -> Finding:
    """Check that a Docker engine responds, builds with BuildKit, and runs Linux on a platform of AWS Lambda."""
    if shutil.which("docker") is None:
        install = "Install Docker Desktop, or on Debian: apt-get install docker.io docker-buildx"
        return Finding(DOCKER, BLOCKED, f"is not on PATH. {install}")
    try:
        server = json.loads(run("docker", "version", "--format", "{{json .Server}}"))
        release, platform = str(server["Version"]), f"{server['Os']}/{server['Arch']}"
    except ToolError as error:
        fix = "Start Docker Desktop or the docker service: sudo systemctl start docker"
        return Finding(DOCKER, BLOCKED, f"no engine responds ({error}). {fix}")
    except (ValueError, TypeError, KeyError):
        return Finding(DOCKER, BLOCKED, "the engine does not report its version. Check: docker version")
    return _engine(release, platform)


def _engine(release: str, platform: str) -> Finding:
    found = _version(release)
    if found is None or found < LEAST_DOCKER:
        least = ".".join(map(str, LEAST_DOCKER))
        fix = "Update it: https://docs.docker.com/engine/install/"
        return Finding(DOCKER, BLOCKED, f"{release} does not build with BuildKit by default; expected {least}. {fix}")
    if platform not in PLATFORMS.values():
        expected = " or ".join(sorted(PLATFORMS.values()))
        fix = "Switch Docker Desktop to Linux containers" if platform.startswith("windows") else "Use another engine"
        return Finding(DOCKER, BLOCKED, f"the engine builds on {platform}; expected {expected}. {fix}")
    if found < REPRODUCIBLE_DOCKER:
        reason = "gives an unchanged image another digest, so that each update deploys again"
        return Finding(DOCKER, NOTE, f"{release} {reason}. Update it: https://docs.docker.com/engine/install/")
    return Finding(DOCKER, OK, f"{release} with BuildKit on {platform}, which builds for both platforms of AWS Lambda")


def _version(text: str) -> tuple[int, int] | None:
    found: Any = re.match(r"v?(\d{1,9})\.(\d{1,9})", text)
    return (int(found[1]), int(found[2])) if found else None
