"""The documents cannot rot: each command of the README and the first pages runs here or is checked."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from benchmarks.comparison.growth import VARIANTS
from benchmarks.comparison.pages import PAGE, README, RUN, page, summary
from benchmarks.publish.pages import quoted
from benchmarks.ways.catalogue import OURS
from inference_lib.telemetry.metrics import CATALOGUE, EMF, PLATFORM_LOG
from local_stack.declared.evaluation import declare
from tests.mutants.running import copy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[1]
_README = (_ROOT / "README.md").read_text(encoding="utf-8")
_DOCS = _ROOT / "docs"
# The pages that lead from a clone to a deployment; tests/test_manuals.py holds the commands of the others.
_FIRST = (_ROOT / "README.md", _DOCS / "getting-started.md", _DOCS / "export.md")
_COMMANDS = list(
    dict.fromkeys(
        line
        for page in _FIRST
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for line in block.splitlines()
        if line.strip()
    )
)
# What other tests or CI itself run.
_ELSEWHERE = {
    "make test": "it is what CI runs, this test included",
    "make console": "tests/console runs the application against a real stack",
    "make image": "tests/image builds and runs the image",
    "make bench": "it takes minutes; a single round runs below",
}
_PREPARED = "make example"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the repository in a place of their own, with the environment that is installed already."""
    return copy_of(_ROOT, tmp_path_factory.mktemp("clone") / "project")


@pytest.fixture(scope="module")
def prepared(clone: Path) -> Path:
    """The clone with the example's model, held-out rows and bundle."""
    _run(_PREPARED, clone)
    return clone


@pytest.fixture(scope="module")
def served(prepared: Path) -> Iterator[str]:
    """The output of ``make run`` up to its curl line; the stack answers until the fixture ends."""
    command = subprocess.Popen(
        ["make", "run", "PORT=0"],
        cwd=prepared,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env=_environment(),
    )
    assert command.stdout is not None
    seen = ""
    for line in command.stdout:
        seen += line
        if line.strip().startswith("curl "):
            break
    yield seen
    os.killpg(command.pid, signal.SIGINT)
    rest, _ = command.communicate(timeout=30)
    assert "Traceback" not in rest


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


def _run(command: str, place: Path) -> str:
    done = subprocess.run(
        shlex.split(command), cwd=place, capture_output=True, text=True, check=False, env=_environment()
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_readme_has_commands() -> None:
    assert {"make run", "make up STACK=dev", "make test"} <= set(_COMMANDS)


@pytest.mark.parametrize("command", sorted({c for c in _COMMANDS if c.startswith("make e")}))
def test_examples_and_exports_write_bundles_that_verify(command: str, prepared: Path) -> None:
    if command != _PREPARED:
        _run(command, prepared)
    words = dict(word.split("=", 1) for word in shlex.split(command)[2:])
    name = words.get("NAME") or words.get("EXAMPLE", "sleep_advice")
    assert "proven" in _run(f"{sys.executable} -m model_export verify bundles/{name}", prepared)


def test_make_run_prints_a_curl_line_that_works_when_it_is_pasted(served: str) -> None:
    line = served.strip().splitlines()[-1]
    assert '"predictions"' in _run(f"{line} -s", _ROOT)


@pytest.mark.parametrize("command", [c for c in _COMMANDS if c.startswith("curl ")])
def test_each_curl_line_answers(command: str, served: str) -> None:
    found = re.search(r"http://127\.0\.0\.1:\d+", served)
    assert found is not None
    assert "sleep_advice" in _run(command.replace("http://127.0.0.1:8080", found.group()) + " -s --fail", _ROOT)


def test_traffic_and_backtest_work_as_written(served: str, prepared: Path) -> None:
    address = re.search(r"http://127\.0\.0\.1:\d+/dev", served)
    assert address is not None
    replay, backtest = (next(c for c in _COMMANDS if f"local_stack {name}" in c) for name in ("replay", "backtest"))
    assert "answered 200" in _run(f"{replay} --url {address.group()}", prepared)
    assert "never" in _run(backtest, prepared), "one alarm or another has not gone off"


def test_a_batch_works_as_written(prepared: Path) -> None:
    assert "1,750 of 1,750 lines scored, 0 failed" in _run(
        next(c for c in _COMMANDS if "local_stack batch" in c), prepared
    )


@pytest.mark.parametrize(
    "command",
    [
        c
        for c in _COMMANDS
        if c.startswith(".venv/bin/python") and not re.search(r"local_stack (replay|backtest|batch)", c)
    ],
)
def test_each_python_command_is_understood(command: str, prepared: Path) -> None:
    if "local_stack" in command:
        module = shlex.split(command)[:3]
        options = set(re.findall(r"--[a-z]+", command))
        assert options <= set(re.findall(r"--[a-z]+", _run(shlex.join([*module, "--help"]), prepared)))
        return
    if not (prepared / "bundles" / "my_model").is_dir():
        _run(next(c for c in _COMMANDS if c.startswith("make export")), prepared)
    assert _run(command, prepared)


@pytest.mark.parametrize("command", [c for c in _COMMANDS if re.match(r"make (up|preview)", c)])
def test_make_up_and_preview_run_pulumi_on_the_stack(command: str, clone: Path) -> None:
    verb = shlex.split(command)[1]
    wanted = {"up": "pulumi up --stack dev", "preview": "-m operate.preview --stack dev"}[verb]
    lines = _run(f"make -n {' '.join(shlex.split(command)[1:])}", clone).splitlines()
    assert any(line.strip().endswith(wanted) for line in lines), lines


@pytest.mark.parametrize("command", [c for c in _COMMANDS if c.startswith("pulumi ")])
def test_each_pulumi_command_names_a_declared_key_stack_or_output(command: str, bundle_path: Path) -> None:
    project = yaml.safe_load((_ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    words = shlex.split(command)
    assert (_ROOT / "Pulumi.dev.yaml").is_file()
    if words[1] == "config":
        key = next(word for word in words if word.startswith(f"{project['name']}:"))
        assert key.split(":")[1] in project["config"]
    elif words[2] == "output":
        assert words[3] in declare("dev", bundle=bundle_path).outputs
    else:
        assert words == ["pulumi", "stack", "init", "dev"]


@pytest.mark.environment
def test_one_round_of_the_benchmarks_prints_its_tables(prepared: Path) -> None:
    printed = _run('make bench ROUNDS=1 REQUESTS=60 MEMORY= TREES="2 16"', prepared)
    committed = json.loads(RUN.read_text(encoding="utf-8"))["tables"]
    assert re.findall(r"^### (.*)$", printed, re.MULTILINE)[: len(committed)] == list(committed)
    assert printed.count(f"| {OURS.title} |") == len(committed)
    assert all(f"| {variant} |" in printed for variant in VARIANTS)


def test_every_command_is_run_or_checked_somewhere() -> None:
    covered = re.compile(r"(make (e|up|preview|run|help)|curl |\.venv/bin/python|pulumi )")
    left = [command for command in _COMMANDS if not covered.match(command) and command not in _ELSEWHERE]
    assert left == []


def test_make_help_lists_every_target(clone: Path) -> None:
    makefile = (clone / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    listed = set(re.findall(r"^  make (\S+)", _run("make help", clone), re.MULTILINE))
    assert listed == set(phony.group(1).split())


def test_the_figures_of_the_pages_are_those_of_the_committed_run() -> None:
    content = RUN.read_text(encoding="utf-8")
    assert quoted(README, "benchmark") == summary(content)
    assert PAGE.read_text(encoding="utf-8") == page(content)


def test_the_table_of_metrics_is_that_of_the_catalogue() -> None:
    page = (_DOCS / "observability.md").read_text(encoding="utf-8")
    always = [metric for metric in CATALOGUE if not metric.condition]
    sources = {EMF: "EMF", PLATFORM_LOG: "platform record"}

    assert re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| ([\w ]+) \|", page, re.MULTILINE) == [
        (metric.name, metric.unit, metric.statistic, sources[metric.source]) for metric in always
    ]
    assert len(always) == 10
    assert "Ten custom metrics" in page
    assert "ten custom metrics" in _README
