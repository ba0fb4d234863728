"""Imports have one direction: no circle between modules, and none between the parts of any package."""

from __future__ import annotations

import ast
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[1]
_PACKAGES = ("inference_lib", "model_export", "infra", "operate", "local_stack", "console")
Module = tuple[str, ...]
"""The parts of its name; the module of a package ends with ``__init__``."""


def _modules() -> dict[Module, Path]:
    packages = (_ROOT / name for name in _PACKAGES)
    return {
        file.relative_to(_ROOT).with_suffix("").parts: file
        for package in packages
        for file in sorted(package.rglob("*.py"))
    }


def _imported(tree: ast.AST, modules: set[Module]) -> Iterator[Module]:
    """Give what a module imports, wherever the statement is: below ``TYPE_CHECKING`` and within functions, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [[alias.name] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # `from a import b` imports the module a.b where there is one, else a.
            names = [[f"{node.module}.{alias.name}", f"{node.module}"] for alias in node.names]
        else:
            continue
        for candidates in names:
            parts = (tuple(name.split(".")) for name in candidates)
            yield from [each for name in parts for each in (name, (*name, "__init__")) if each in modules][:1]


def _graph() -> dict[Module, set[Module]]:
    modules = _modules()
    known = set(modules)
    return {
        module: set(_imported(ast.parse(file.read_text(encoding="utf-8")), known)) - {module}
        for module, file in modules.items()
    }


def _between_parts(graph: dict[Module, set[Module]]) -> dict[Module, dict[Module, set[Module]]]:
    """Return, for each package, which of its files and folders imports from which."""
    packages: dict[Module, dict[Module, set[Module]]] = {}
    for module, imported in graph.items():
        for other in imported:
            same = next(at for at, (mine, its) in enumerate(zip(module, other, strict=False)) if mine != its)
            if same:
                packages.setdefault(module[:same], {}).setdefault(module[: same + 1], set()).add(other[: same + 1])
    return packages


def _circle(graph: dict[Module, set[Module]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib gives the circle from what is imported to what imports it.
        return [".".join(module) for module in reversed(error.args[1])]
    return []


_GRAPH = _graph()
_PARTS = _between_parts(_GRAPH)


def test_no_modules_import_one_another() -> None:
    assert _circle(_GRAPH) == []


@pytest.mark.parametrize("package", sorted(_PARTS), ids=".".join)
def test_no_parts_of_a_package_import_one_another(package: Module) -> None:
    assert _circle(_PARTS[package]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "import inference_lib.errors",
        "from inference_lib import errors",
        "from inference_lib.errors import InferenceError",
        "if TYPE_CHECKING:\n    from inference_lib.errors import InferenceError",
        "def f():\n    from inference_lib.errors import InferenceError",
    ],
)
def test_every_kind_of_import_counts(statement: str) -> None:
    module = ("inference_lib", "errors")
    assert list(_imported(ast.parse(statement), set(_GRAPH))) == [module]


def _services_used() -> set[str]:
    """Return the modules of ``pulumi_aws`` whose members the code names, as ``aws.lambda_.Function`` does."""
    files = (file for package in (*_PACKAGES, "tests") for file in (_ROOT / package).rglob("*.py"))
    sources = [file.read_text(encoding="utf-8") for file in (*files, _ROOT / "__main__.py")]
    return {
        node.attr
        for source in sources
        if "import pulumi_aws as aws" in source
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "aws"
    }


def test_the_types_of_each_service_that_is_used_are_checked() -> None:
    """mypy takes a member of a module that it does not follow for anything, without a message."""
    overrides = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["overrides"]
    followed = {
        module.removeprefix("pulumi_aws.").removesuffix(".*")
        for override in overrides
        if override.get("follow_imports") == "normal"
        for module in override["module"]
        if module.startswith("pulumi_aws.")
    }
    assert _services_used() == followed - {"_enums", "_inputs", "_utilities", "outputs"}
