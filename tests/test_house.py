"""The house: at most ten entries a folder, 300 lines a file, 40 lines a function; tests mirror the packages."""

from __future__ import annotations

import ast
import subprocess
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ENTRIES, MAX_LINES, MAX_FUNCTION_LINES = 10, 300, 40

WIDE_FOLDERS = frozenset({"inference_lib", "model_export", "infra", "local_stack", "benchmarks"})
"""Top levels with more entries than ten: the record says which subjects these are."""

LONG_FILES: frozenset[str] = frozenset()
LONG_FUNCTIONS = frozenset({"model_export/api.py:export"})
"""As ``FILE`` and ``FILE:FUNCTION``; the record says of each why it is not split."""

ELSEWHERE = frozenset({"tests/conformance", "tests/engine", "tests/image", "tests/infra/aws_provider", "tests/mutants"})
"""Folders of tests that need more than the locked packages, or test the tests: they mirror no package."""

_ROOT = Path(__file__).parents[1]
_PACKAGES = ("inference_lib", "model_export", "infra", "operate", "local_stack", "console", "benchmarks", "examples")
_NO_ENTRIES = frozenset({"__init__.py", "py.typed"})
_RECORD = _ROOT / "docs" / "decisions" / "0011-packages-by-subject.md"


def _tracked() -> list[Path]:
    """Return the files of the repository, those that are not yet committed among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in map(Path, listed.splitlines()) if (_ROOT / path).is_file()]


_FILES = _tracked()
_SOURCES = [path for path in _FILES if path.suffix == ".py" and path.parts[0] in {*_PACKAGES, "tests"}]
_INITS = [path for path in _SOURCES if path.name == "__init__.py" and path.parts[0] != "tests"]


def _tree(path: Path) -> ast.Module:
    return ast.parse((_ROOT / path).read_text(encoding="utf-8"))


def _exceptions_hold(found: set[str], named: frozenset[str]) -> None:
    assert found - named == set(), (
        "split it by meaning; what cannot be split is named above and explained in the record"
    )
    assert named - found == set(), "it is within the limit, and no exception any more"
    record = _RECORD.read_text(encoding="utf-8")
    assert [name for name in named if f"`{name}`" not in record] == []


def test_no_folder_has_more_entries_than_a_reader_takes_in_at_once() -> None:
    entries: dict[Path, set[str]] = {}
    for path in _FILES:
        if path.parts[0] not in _PACKAGES:
            continue
        for folder in list(path.parents)[:-1]:
            entries.setdefault(folder, set()).add(path.relative_to(folder).parts[0])
    wide = {str(folder) for folder, names in entries.items() if len(names - _NO_ENTRIES) > MAX_ENTRIES}
    _exceptions_hold(wide, WIDE_FOLDERS)


def test_no_file_is_longer_than_a_few_screens() -> None:
    lines = {str(path): len((_ROOT / path).read_text(encoding="utf-8").splitlines()) for path in _SOURCES}
    _exceptions_hold({name for name, number in lines.items() if number > MAX_LINES}, LONG_FILES)


def test_no_function_is_longer_than_a_screen() -> None:
    found = {
        f"{path}:{node.name}"
        for path in _SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    }
    _exceptions_hold(found, LONG_FUNCTIONS)


@pytest.mark.parametrize("path", _INITS, ids=str)
def test_each_package_says_in_one_sentence_what_is_inside(path: Path) -> None:
    sentence = ast.get_docstring(_tree(path))

    assert sentence is not None
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("path", [path for path in _INITS if path.parts[0] == "inference_lib"], ids=str)
def test_a_package_of_the_cold_path_imports_nothing(path: Path) -> None:
    assert len(_tree(path).body) == 1, "its sentence, and nothing that a cold start would pay for"


def _public_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_what_a_module_offers_is_what_is_there() -> None:
    for path in _SOURCES:
        tree = _tree(path)
        if "__all__" not in _public_names(tree):
            continue
        module = import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
        offered: list[str] = module.__all__
        own = {name for name in _public_names(tree) if not name.startswith("_") and name.isidentifier()}
        constants = {name for name in own if name.isupper()}
        assert [name for name in offered if not hasattr(module, name)] == []
        assert own - constants - set(offered) == set(), f"{path} defines it for its users, and does not offer it"


def test_the_tests_mirror_the_packages() -> None:
    folders = {path.parent for path in _SOURCES if path.parts[0] == "tests" and path.name.startswith("test_")}
    mirrored = [folder for folder in folders if not any(folder.is_relative_to(other) for other in ELSEWHERE)]

    assert [str(each) for each in sorted(mirrored) if not (_ROOT / each.relative_to("tests")).is_dir()] == []
