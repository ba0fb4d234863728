"""Docker's command, and the files of an image."""

from __future__ import annotations

import os
import subprocess


def docker(*arguments: str, given: str | None = None) -> str:
    """Run a command of Docker, and return what it prints."""
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    command = ["docker", *arguments]
    answer = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def files_of(image: str) -> list[str]:
    """Return the paths of the files in an image, without starting it."""
    name = docker("create", image, "none").strip()
    try:
        export = subprocess.Popen(["docker", "export", name], stdout=subprocess.PIPE)
        listing = subprocess.run(["tar", "--list"], stdin=export.stdout, capture_output=True, text=True, check=True)
        export.communicate()
    finally:
        docker("rm", name)
    return [path for path in listing.stdout.splitlines() if not path.endswith("/")]
