"""The command behind ``make consoleimage``: builds the console's image with the local Docker engine.

Environment variables: ``INFERENCE_BASE_IMAGE`` and ``INFERENCE_BUILD_NETWORK``, as for ``operate.build.image``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from infra.console.image import DOCKERFILE
from infra.image.contents import ImageError
from operate.build.image import (
    BASE_IMAGE,
    BUILD_NETWORK,
    BUILT,
    FAILED,
    ROOT,
    WRONG_USAGE,
    require_disk,
    require_engine,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_TAG = "inference/console:latest"
NEEDED_BYTES = 1_500_000_000
"""Disk space for the wheels, their cache and the layers."""


def build_command(tag: str) -> list[str]:
    """Return the ``docker build`` command line; it needs ``DOCKER_BUILDKIT=1``."""
    base, network = os.environ.get(BASE_IMAGE, ""), os.environ.get(BUILD_NETWORK, "")
    options = [
        *(["--build-arg", f"BASE_IMAGE={base}"] if base else []),
        *(["--network", network] if network else []),
    ]
    return ["docker", "build", "--file", str(ROOT / DOCKERFILE), "--tag", tag, *options, str(ROOT)]


def main(arguments: Sequence[str]) -> int:
    """Build the image; returns 0, 1 when the build failed, 2 for wrong usage or no engine."""
    parser = argparse.ArgumentParser(prog="python -m operate.build.console", description=__doc__.partition("\n")[0])
    parser.add_argument("--tag", default=DEFAULT_TAG, help=f"name of the image (default: {DEFAULT_TAG})")
    tag = parser.parse_args(arguments).tag
    try:
        require_engine()
        require_disk(NEEDED_BYTES)
    except ImageError as error:
        sys.stderr.write(f"error: {error}\n")
        return WRONG_USAGE
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    if subprocess.run(build_command(tag), env=environment, check=False).returncode:  # noqa: S603 - ours, without a shell
        sys.stderr.write(f"error: {tag}: docker build failed; see the output above.\n")
        return FAILED
    sys.stdout.write(
        f"{tag} is built. Try it with the local stack of make run, at http://127.0.0.1:8501:\n"
        f"  docker run --rm --read-only --network host -e INFERENCE_API_URL=http://127.0.0.1:8080/dev {tag}\n"
    )
    return BUILT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
