"""The command behind ``make image``: builds the function's image with the local Docker engine.

Environment variables: ``INFERENCE_BASE_IMAGE`` replaces the Dockerfile's base image, ``INFERENCE_BUILD_NETWORK``
is the network of the build's steps (such as ``host``); the options ``--base`` and ``--network`` come first.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.errors import BundleError
from infra.image.contents import ImageBuild, ImageError, docker, summary
from infra.image.context import SOURCE_DATE_EPOCH
from infra.settings.subjects.model import BUNDLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Contract

BUILT = 0
FAILED = 1
WRONG_USAGE = 2

ROOT = Path(__file__).resolve().parents[2]

# https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
PLATFORMS = ("linux/amd64", "linux/arm64")
NEEDED_BYTES = 500_000_000
"""Disk space for the wheels of two platforms, their cache and the layers."""

_MEGABYTE = 1_000_000

BASE_IMAGE = "INFERENCE_BASE_IMAGE"
BUILD_NETWORK = "INFERENCE_BUILD_NETWORK"


def image_build(  # noqa: PLR0913 - one keyword for each option of the command
    bundle: str,
    shadow: str = "",
    *,
    context: Path = ROOT,
    tag: str = "",
    platform: str = "",
    base: str = "",
    network: str = "",
) -> ImageBuild:
    """Return the build of a bundle.

    Parameters
    ----------
    bundle, shadow : str
        The directory of a bundle version, or of a model with a ``latest`` file; an empty shadow means none.
    context : Path
        The build context.
    tag, platform, base, network : str
        As in ``ImageBuild``; an empty tag becomes ``inference/MODEL:VERSION``.

    Raises
    ------
    BundleError, ImageError
        There is no bundle, it has another format, or it is not in the context's ``bundles`` folder.
    """
    place, contract = _in_context(bundle, context)
    return ImageBuild(
        context=context,
        bundle=place,
        shadow=_in_context(shadow, context)[0] if shadow else "",
        model=contract.name,
        model_version=contract.version,
        tag=tag or default_tag(contract.name, contract.version),
        platform=platform,
        base=base,
        network=network,
        revision=_revision(context),
    )


def _in_context(bundle: str, context: Path) -> tuple[str, Contract]:
    """Return the place of a bundle in the build context, and its contract."""
    directory = resolve_bundle(bundle)
    contract = load_contract(directory)
    place = Path(directory).resolve()
    if not place.is_relative_to((context / BUNDLES).resolve()):
        raise ImageError(
            f"{bundle}: is outside {BUNDLES}/, the only folder from which images are built. "
            f"Copy it: cp -r {directory} {BUNDLES}/{contract.name}/{contract.version}"
        )
    return place.relative_to(context.resolve()).as_posix(), contract


def default_tag(model: str, model_version: str) -> str:
    """Return the local name of an image; characters that a name cannot contain become hyphens.

    References
    ----------
    https://github.com/distribution/reference/blob/main/reference.go
    """
    name = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-") or "model"
    return f"inference/{name}:{re.sub(r'[^A-Za-z0-9_.-]', '-', model_version)}"


def build_arguments(build: ImageBuild) -> dict[str, str]:
    """Return the build arguments of the Dockerfile that have a value."""
    arguments = {
        "BASE_IMAGE": build.base,
        "BUNDLE": build.bundle,
        "SHADOW_BUNDLE": build.shadow,
        "IMAGE_TITLE": f"{build.model} inference",
        "IMAGE_VERSION": release(),
        "IMAGE_REVISION": build.revision,
        "MODEL_NAME": build.model,
        "MODEL_VERSION": build.model_version,
        "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
    }
    return {name: value for name, value in arguments.items() if value}


def build_command(build: ImageBuild) -> list[str]:
    """Return the ``docker build`` command line; it needs ``DOCKER_BUILDKIT=1``."""
    options = {"--tag": build.tag, "--platform": build.platform, "--network": build.network}
    given = [part for option, value in options.items() if value for part in (option, value)]
    arguments = [part for name, value in build_arguments(build).items() for part in ("--build-arg", f"{name}={value}")]
    return ["docker", "build", *given, *arguments, str(build.context)]


def release() -> str:
    """Return the version of this project."""
    declared: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return declared


def _revision(context: Path) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "-C", str(context), "rev-parse", "HEAD"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    return answer.stdout.strip() if answer.returncode == 0 else ""


def require_engine() -> None:
    """Check that a Docker engine responds.

    Raises
    ------
    ImageError
        Docker is not installed, or no engine responds.
    """
    if shutil.which("docker") is None:
        raise ImageError("docker is not installed. Install Docker Desktop, or on Debian: apt-get install docker.io")
    answer = docker("version", "--format", "{{.Server.Version}}")
    if answer.returncode != 0:
        raise ImageError(
            "no Docker engine responds. Start Docker Desktop or the docker service; on a bare Debian machine, as root: "
            'eval "$(.ci/docker-engine start)"'
        )


def require_disk(needed: int = NEEDED_BYTES) -> None:
    """Check that the disk of the engine, if it is local, has room for a build.

    Parameters
    ----------
    needed : int, bytes
        Required free space.

    Raises
    ------
    ImageError
        There is less free space.
    """
    root = docker("info", "--format", "{{.DockerRootDir}}").stdout.strip()
    if root and Path(root).is_dir():
        free = shutil.disk_usage(root).free
        if free < needed:
            raise ImageError(
                f"{root}: {free / _MEGABYTE:,.0f} MB are free, and a build needs {needed / _MEGABYTE:,.0f} MB. Make "
                "room: docker system prune, docker builder prune"
            )


def run_build(build: ImageBuild) -> None:
    """Build the image; Docker's own output goes to this process's streams.

    Raises
    ------
    ImageError
        The build failed, for lack of space or for a reason that Docker has printed.
    """
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    answer = subprocess.run(build_command(build), env=environment, check=False)  # noqa: S603 - ours, without a shell
    if answer.returncode != 0:
        require_disk()
        raise ImageError(f"{build.tag}: docker build failed; see the output above.")


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m operate.build.image", description=__doc__.partition("\n")[0])
    parser.add_argument("bundle", metavar="BUNDLE", help=f"a bundle: {BUNDLES}/NAME or {BUNDLES}/NAME/VERSION")
    parser.add_argument("--shadow", default="", metavar="BUNDLE", help="bundle of the shadow, see docs/shadow.md")
    parser.add_argument("--platform", default="", choices=PLATFORMS, help="default: the platform of the engine")
    parser.add_argument("--base", default=os.environ.get(BASE_IMAGE, ""), help="default: the Dockerfile's base image")
    parser.add_argument("--tag", default="", help="name of the image; default: inference/NAME:VERSION")
    parser.add_argument(
        "--network", default=os.environ.get(BUILD_NETWORK, ""), help="network of the build; default: Docker's"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Build the image of a bundle.

    Returns
    -------
    int
        0 when it is built, 1 when the build failed, 2 for wrong usage, a bundle that cannot be used or no engine.
    """
    try:
        build = image_build(**vars(_arguments(arguments)))
        require_engine()
        require_disk()
    except (BundleError, ImageError) as error:
        sys.stderr.write(f"error: {error}\n")
        return WRONG_USAGE
    try:
        run_build(build)
        sys.stdout.write(summary(build))
    except ImageError as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    return BUILT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
