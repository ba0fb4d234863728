"""What a built image adds to its base: layers and files by size, as the local Docker engine shows them."""

from __future__ import annotations

import re
import subprocess
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MEGABYTE = 1_000_000
_SHOWN_FILES = 15
BILL_OF_MATERIALS = "/opt/sbom.cdx.json"
# Only the bytecode of the standard library is copied over folders of the base image.
_ADDED = ("var/task/", "opt/")


class ImageError(Exception):
    """The image cannot be built; the message is one sentence with the fix."""


@dataclass(frozen=True, kw_only=True)
class ImageBuild:
    """The image to build.

    Parameters
    ----------
    context : Path
        The build context; holds the Dockerfile.
    bundle : str
        The bundle version's directory, relative to the context, with forward slashes.
    model, model_version : str
        As in the contract.
    tag : str
        Name of the image.
    platform : str
        ``linux/amd64`` or ``linux/arm64``; empty for the engine's own.
    base : str
        Base image; empty for the Dockerfile's.
    network : str
        Network of the build's steps; empty for Docker's default.
    revision : str
        Git commit of the context; empty when unknown.
    shadow : str
        Directory of a second bundle, likewise; empty without one.
    """

    context: Path
    bundle: str
    model: str
    model_version: str
    tag: str
    platform: str = ""
    base: str = ""
    network: str = ""
    revision: str = ""
    shadow: str = ""


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a docker command and return the completed process."""
    command = ["docker", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours, without a shell


def added_layers(history: str, dockerfile: str) -> list[tuple[int, str]]:
    """Return size in bytes and instruction of each layer that the Dockerfile adds, the last one first.

    Parameters
    ----------
    history : str
        Output of ``docker history``, a size and an instruction a line, separated by a tab.
    dockerfile : str
        Text of the Dockerfile; every COPY of its last stage, and of those that this is based on, makes a layer.
    """
    stages = re.split(r"^FROM ", dockerfile, flags=re.MULTILINE)[1:]
    named = {found[1]: stage for stage in stages if (found := re.match(r".* AS (\S+)", stage))}
    stage, count = stages[-1], 0
    while stage:
        count += len(re.findall(r"^COPY ", stage, re.MULTILINE))
        stage = named.get(stage.split(maxsplit=1)[0], "")
    layers = [line.partition("\t") for line in history.splitlines()]
    copies = [(int(size), instruction) for size, _, instruction in layers if instruction.startswith("COPY ")]
    return copies[:count]


def layer_sizes(build: ImageBuild) -> list[tuple[int, str]]:
    """Return size in bytes and instruction of each layer that a built image adds to its base.

    Raises
    ------
    ImageError
        The engine does not know the image.
    """
    answer = docker("history", "--no-trunc", "--human=false", "--format", "{{.Size}}\t{{.CreatedBy}}", build.tag)
    if answer.returncode != 0:
        raise ImageError(f"{build.tag}: the engine does not show it ({answer.stderr.strip()}). Build it: make image")
    return added_layers(answer.stdout, (build.context / "Dockerfile").read_text(encoding="utf-8"))


def added_files(build: ImageBuild) -> list[tuple[int, str]]:
    """Return size in bytes and path of each file that a built image adds to its base, the largest first.

    Raises
    ------
    ImageError
        The engine does not show the image.
    """
    made = docker("create", build.tag)
    if made.returncode != 0:
        raise ImageError(f"{build.tag}: its files cannot be listed ({made.stderr.strip()}).")
    name = made.stdout.strip()
    try:
        # The container is not started: the image may be for another platform than the engine.
        command = ["docker", "export", name]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE) as export,  # noqa: S603 - ours, without a shell
            tarfile.open(fileobj=export.stdout, mode="r|") as archive,
        ):
            listed = [(member.size, f"/{member.name}") for member in archive if member.isfile()]
    finally:
        docker("rm", name)
    return sorted(((size, path) for size, path in listed if path[1:].startswith(_ADDED)), reverse=True)


def summary(build: ImageBuild) -> str:
    """Return the summary of a build: layers, files, and the next steps."""
    layers = layer_sizes(build)
    lines = [f"{size / _MEGABYTE:8.2f} MB  {instruction.split()[1]}" for size, instruction in reversed(layers)]
    total = sum(size for size, _ in layers) / _MEGABYTE
    files = added_files(build)
    rest = sum(size for size, _ in files[_SHOWN_FILES:])
    return "\n".join(
        [
            f"Built {build.tag}: model {build.model} {build.model_version}, verified.",
            *lines,
            f"{total:8.2f} MB  added to the base image",
            f"The largest of {len(files)} files in these layers:",
            *(f"{size / _MEGABYTE:8.2f} MB  {path}" for size, path in files[:_SHOWN_FILES]),
            f"{rest / _MEGABYTE:8.2f} MB  the others",
            f"Bill of materials: docker run --rm --entrypoint cat {build.tag} {BILL_OF_MATERIALS}",
            "Try it: docs/image.md. Deploy it: make up STACK=dev",
            "",
        ]
    )
