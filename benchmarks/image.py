"""The command ``python -m benchmarks.image``: size, build time and start time of the image, by platform.

Needs a Docker engine. The start is measured for the engine's own platform: from ``docker run`` to the first answer
through a Lambda Runtime API, with the memory and the processor share of a 512 MB function, compared with a container of
the same base whose Python prints a line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.measure.paired import three_digits
from benchmarks.publish.pages import RESULTS, ROOT, quote
from inference_lib.bundle.golden import parse_golden
from inference_lib.contract.document import GOLDEN_FILE
from inference_lib.contract.reading import resolve_bundle
from inference_lib.testing import rest_event
from infra.image.contents import docker, layer_sizes
from operate.build.image import (
    BASE_IMAGE,
    BUILD_NETWORK,
    PLATFORMS,
    build_command,
    image_build,
    require_disk,
    require_engine,
)
from tests.image.conftest import make_context
from tests.image.lambda_runtime import MEMORY_MB, container, limits, runtime_api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.image.contents import ImageBuild

RUN: Final = RESULTS / "image.json"
PAGES: Final = (ROOT / "README.md", ROOT / "docs" / "image.md")
_MODELS: Final = ("bundles/breast_cancer", "bundles/sleep_advice")
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The image of one platform.

    Parameters
    ----------
    platform : str
        As Docker names it.
    added_mb : float, megabytes
        Uncompressed layers above the base.
    model_mb : float, megabytes
        The one layer that another model changes.
    first_build_s, new_model_s : float, seconds
        A build of all steps with downloaded wheels, and one for another model.
    floor_ms, start_ms : float or None, milliseconds
        ``docker run`` of the base until Python prints, and of the image until the first answer.
    memory_mb : float or None, megabytes
        Peak resident memory of the process after the golden requests.
    """

    platform: str
    added_mb: float
    model_mb: float
    first_build_s: float
    new_model_s: float
    floor_ms: float | None = None
    start_ms: float | None = None
    memory_mb: float | None = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the pages on request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.image", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="timed starts; medians are reported (default: 7)")
    parser.add_argument("--publish", action="store_true", help="write the table into the README and docs/image.md")
    options = parser.parse_args(arguments)
    require_engine()
    require_disk()
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(Path(folder, platform), platform, options.rounds) for platform in PLATFORMS]
    text = table(rows)
    print(text)
    if options.publish:
        RUN.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
        for page in PAGES:
            quote(page, "image", text)
        print("Written: README.md, docs/image.md, benchmarks/publish/results/image.json")


def measure(context: Path, platform: str, rounds: int) -> Measured:
    """Build the image of a platform twice from a context of its own, and start it if the engine can."""
    own = f"linux/{docker('version', '--format', '{{.Server.Arch}}').stdout.strip()}"
    other, served = (_build_of(context, bundle, platform, is_own=platform == own) for bundle in _MODELS)
    _timed_build(other)  # the wheels are downloaded, and remain in the cache
    first = _timed_build(other, "--no-cache")
    new_model = _timed_build(served)
    layers = layer_sizes(served)
    row = Measured(
        platform=platform,
        added_mb=sum(size for size, _ in layers) / _MEGABYTE,
        model_mb=layers[0][0] / _MEGABYTE,
        first_build_s=first,
        new_model_s=new_model,
    )
    if platform != own:
        return row
    starts = [_start(served) for _ in range(rounds)]
    return replace(
        row,
        floor_ms=median(_floor(served.base) for _ in range(rounds)),
        start_ms=median(start for start, _ in starts),
        memory_mb=median(memory for _, memory in starts),
    )


def _build_of(context: Path, bundle: str, platform: str, *, is_own: bool) -> ImageBuild:
    place = make_context(context, Path(resolve_bundle(bundle)))
    # A report that is in no cache, so that the model is new to the engine.
    with (place / "report.html").open("a", encoding="utf-8") as report:
        report.write(f"<!-- {uuid.uuid4()} -->")
    tag = f"inference-benchmark/{Path(bundle).name.replace('_', '-')}:{platform.rpartition('/')[2]}"
    base, network = os.environ.get(BASE_IMAGE, ""), os.environ.get(BUILD_NETWORK, "")
    build = image_build(str(place), context=context, tag=tag, platform=platform, base=base, network=network)
    if not build.base:
        (base,) = re.findall(r"^ARG BASE_IMAGE=(.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
        return replace(build, base=base)
    # The substitute base is of one platform; for the other an empty base will do, because nothing runs in it.
    return build if is_own else replace(build, base=_empty_base(platform))


def _empty_base(platform: str) -> str:
    tag = f"inference-benchmark/empty:{platform.rpartition('/')[2]}"
    command = ["docker", "build", "--quiet", "--platform", platform, "--tag", tag, "-"]
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    subprocess.run(
        command, input="FROM scratch\nLABEL empty=yes\n", text=True, check=True, capture_output=True, env=environment
    )
    return tag


def _timed_build(build: ImageBuild, *options: str) -> float:
    builds_on = ["--build-arg", f"BUILD_IMAGE={os.environ[BASE_IMAGE]}"] if os.environ.get(BASE_IMAGE) else []
    command = build_command(build)
    command = [*command[:-1], *builds_on, *options, command[-1]]
    started = time.perf_counter()
    answer = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, "DOCKER_BUILDKIT": "1"}
    )
    if answer.returncode != 0:
        raise SystemExit(f"error: {build.tag} cannot be built:\n{answer.stderr[-2000:]}")
    return time.perf_counter() - started


def _floor(base: str) -> float:
    command = ["docker", "run", "--rm", "--network", "none", *limits(), base, "python", "-c", "print(flush=True)"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        if process.stdout is None or not process.stdout.readline():
            raise SystemExit(f"error: {base} does not start Python")
        return (time.perf_counter() - started) * 1000


def _start(build: ImageBuild) -> tuple[float, float]:
    """Return the milliseconds until the first answer, and the peak memory in megabytes after all golden requests."""
    golden = parse_golden((build.context / build.bundle / GOLDEN_FILE).read_bytes(), GOLDEN_FILE)
    with runtime_api(build.tag) as api:
        started = time.perf_counter()
        with container(build.tag, api):
            api.invoke(rest_event(body={"instances": [golden.cases[0].instance]}))
            first_ms = (time.perf_counter() - started) * 1000
            for case in golden.cases:
                api.invoke(rest_event(body={"instances": [case.instance]}))
            status = "grep VmHWM /proc/1/status"
            peak = docker("exec", api.container, "sh", "-c", status).stdout
    return first_ms, int(peak.split()[1]) / 1024


def table(rows: Sequence[Measured]) -> str:
    """Return the rows as Markdown."""
    heads = ("added to the base, MB", "of it the model, MB", "build, s", "build for a new model, s")
    timed = ("`docker run` to the first answer, ms", "the same of an empty Python, ms", "peak memory, MB")
    lines = [f"| platform | {' | '.join([*heads, *timed])} |", f"|---|{'---:|' * len([*heads, *timed])}"]
    for row in rows:
        figures = [row.added_mb, row.model_mb, row.first_build_s, row.new_model_s]
        measured = [three_digits(figure) for figure in figures]
        started = ["" if each is None else three_digits(each) for each in (row.start_ms, row.floor_ms, row.memory_mb)]
        lines.append(f"| {row.platform} | {' | '.join([*measured, *started])} |")
    note = f"The example sleep_advice; containers with {MEMORY_MB} MB and the processor share that Lambda gives them."
    return "\n".join([*lines, "", note, ""])


if __name__ == "__main__":
    main()
