"""Runs the tests of a changed module in a copy of the project, from the nearest tests to the whole package's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.mutants.changes import Change

KILLED, SURVIVED = "killed", "survived"
_TOOLS: Final = "docker or engine or environment or provider"
_PASSED, _NOTHING_SELECTED = 0, 5
_LEAST_S, _TIMES, _LONGEST_S = 5.0, 2.0, 1800.0
"""A changed program may never end: it is stopped after so many times the CPU seconds of the tests without a change."""


_TOGETHER: Final = {
    "policies.py": ("tests/infra/permissions", "tests/infra/delivery"),
    "infra/monitoring/alarms/": ("tests/infra/monitoring",),
    "infra/settings/": ("tests/infra/monitoring", "tests/infra/console"),
}
"""Further tests of the modules of a name or a package."""
_ESTIMATORS: Final = (
    "docs/estimators.md",
    "tests/model_export/test_estimators.py::test_the_outcome_is_that_of_the_page",
)
"""The page that names each estimator, and the test that exports the one in brackets."""


def copy_of(project: Path, place: Path) -> Path:
    """Copy the files of a project that Git knows or would know, with its environment as a link."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (project / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, place / name)
    (place / ".venv").symlink_to(sys.prefix)
    return place


def targets(project: Path, module: str, *, nearest: bool = False) -> list[str]:
    """Return the tests of a module, the nearest first: its file, its folder, and the folders above that.

    A converter's first tests are the exports of the estimators that it names.

    Parameters
    ----------
    project : Path
        Its root.
    module : str
        Path of the module, such as ``inference_lib/contract/cells.py``.
    nearest : bool, optional
        Leave out the folders above the nearest one that has tests.
    """
    *folders, name = module.split("/")
    paths = ["/".join(["tests", *folders, f"test_{name}"])]
    paths += ["/".join(["tests", *folders[:depth]]) for depth in range(len(folders), 0, -1)]
    found = [path for path in paths if (project / path).exists()]
    folder = next((number for number, path in enumerate(found) if not path.endswith(".py")), len(found))
    further = [path for key, paths in _TOGETHER.items() if name == key or module.startswith(key) for path in paths]
    near = [*found[: folder + 1], *(path for path in further if (project / path).exists())]
    above = [] if nearest else found[folder + 1 :]
    return list(dict.fromkeys([*_exports(project, module), *near, *above]))


def _exports(project: Path, module: str) -> list[str]:
    page, test = _ESTIMATORS
    if not module.startswith("model_export/conversion/"):
        return []
    known = set(re.findall(r"^\| ([A-Z]\w+) \|", (project / page).read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r'"(\w+)"', (project / module).read_text(encoding="utf-8"))
    return [f"{test}[{name}]" for name in dict.fromkeys(named) if name in known]


@dataclass
class Copy:
    """A copy of the project in which one change at a time is made.

    Parameters
    ----------
    root : Path
        Of the copy.
    nearest : bool, optional
        Run the nearest tests alone.
    """

    root: Path
    nearest: bool = False
    _limits_s: dict[str, float] = field(default_factory=dict)
    _changed: int = 0

    def __post_init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling the project takes longer than most tests
        self._warm = subprocess.Popen(
            [sys.executable, "-P", Path(__file__).with_name("warm.py")],
            cwd=self.root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End the process that runs the tests."""
        self._warm.communicate()

    def outcome(self, module: str, change: Change) -> str:
        """Return ``KILLED`` where a test fails on a change, ``SURVIVED`` where none does.

        Raises
        ------
        RuntimeError
            The tests fail without the change.
        """
        wanted = targets(self.root, module, nearest=self.nearest)
        stages = [(target, wanted[:number]) for number, target in enumerate(wanted)]
        limits = {target: self._limit_s(target, done) for target, done in stages}
        file = self.root / module
        source, written = file.read_bytes(), file.stat()
        file.write_bytes(change.apply(source))
        # Python takes old bytecode where size and second of a file are as they were: each change has its own second.
        self._changed += 1
        os.utime(file, (written.st_atime, written.st_mtime + self._changed))
        try:
            return KILLED if any(not self._passes(*stage, limits[stage[0]]) for stage in stages) else SURVIVED
        finally:
            file.write_bytes(source)
            os.utime(file, (written.st_atime, written.st_mtime))

    def _limit_s(self, target: str, done: list[str]) -> float:
        if target not in self._limits_s:
            passes, used_s = self._run(target, done, _LONGEST_S)
            if not passes:
                raise RuntimeError(f"{target} fails without a change; expected tests that pass")
            self._limits_s[target] = _LEAST_S + _TIMES * used_s
        return self._limits_s[target]

    def _passes(self, target: str, done: list[str], limit_s: float) -> bool:
        return self._run(target, done, limit_s)[0]

    def _run(self, target: str, done: list[str], limit_s: float) -> tuple[bool, float]:
        selected = f"not ({_TOOLS})" if target.endswith("]") else f"not ({_TOOLS} or slow)"
        arguments = ["-x", "-q", "-n0", "--assert=plain", "-p", "no:cacheprovider", "-m", selected, target]
        arguments += [f"--ignore={each}" for each in done]
        requests, answers = self._warm.stdin, self._warm.stdout
        assert requests is not None
        assert answers is not None
        print(json.dumps([limit_s, arguments]), file=requests, flush=True)
        code, used_s = json.loads(answers.readline())
        return code in {_PASSED, _NOTHING_SELECTED}, used_s
