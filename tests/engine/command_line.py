"""Pulumi's command line: that on PATH, or else one that is built once from its Go module."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

VERSION = "v3.274.1"
_MODULE = "github.com/pulumi/pulumi"
_COMMAND = f"{_MODULE}/pkg/v3/cmd/pulumi"
# `go install MODULE@VERSION` refuses modules with replace lines; one that requires it does not.
_REQUIRES_IT = f'//go:build tools\n\npackage tools\n\nimport _ "{_COMMAND}"\n'

# The largest modules that a stack in a local folder does not run: to optimise them takes a sixth of the time.
_SELDOM_RUN = (
    "cloud.google.com/go",
    "github.com/Azure",
    "github.com/aws",
    "github.com/envoyproxy",
    "github.com/pb33f",
)


class CommandLineError(Exception):
    """There is no command line, and none can be built; the message says what to install."""


def command_line() -> Path:
    """Return the path of the executable; building it takes several minutes, once for each version.

    Raises
    ------
    CommandLineError
        Neither Pulumi nor Go is on PATH, or the build failed.
    """
    if found := shutil.which("pulumi"):
        return Path(found)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "inference" / f"pulumi-{VERSION}"
    if not (cache / "pulumi").is_file():
        _build(cache)
    return cache / "pulumi"


def _build(directory: Path) -> None:
    if not shutil.which("go"):
        raise CommandLineError(
            "pulumi is not on PATH, and neither is Go, which would build it. Install it: "
            "https://www.pulumi.com/docs/install/"
        )
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "tools.go").write_text(_REQUIRES_IT, encoding="utf-8")
    # Without its version the Automation API refuses it.
    linked = f"-s -w -X {_MODULE}/sdk/v3/go/common/version.Version={VERSION}"
    unfinished = directory / "unfinished"
    steps = [
        ["go", "mod", "init", "pulumicli"],
        ["go", "get", f"{_MODULE}/pkg/v3@{VERSION}"],
        ["go", "mod", "tidy"],
        ["go", "build", *_compiled(), "-ldflags", linked, "-o", str(unfinished), _COMMAND],
    ]
    # The compiler spends a fifth of its time on looking for memory that is free again.
    environment = {"GOGC": "400", **os.environ}
    for step in steps[1:] if (directory / "go.mod").is_file() else steps:
        done = subprocess.run(step, cwd=directory, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            raise CommandLineError(f"{' '.join(step[:3])} failed in {directory}: {done.stderr.strip()}")
    unfinished.rename(directory / "pulumi")


def _compiled() -> list[str]:
    """Return how packages are compiled; the linker would leave out what a debugger reads, so it is not compiled."""
    return [
        "-gcflags=all=-dwarf=false",
        *(f"-gcflags={module}/...=-dwarf=false -N -l" for module in _SELDOM_RUN),
    ]


if __name__ == "__main__":
    print(command_line())  # noqa: T201 - .ci/run puts its folder on PATH
