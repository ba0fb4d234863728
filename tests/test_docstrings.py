"""Docstrings name the parameters that exist, in their order, as numpydoc reads them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

import console
import inference_lib
import infra
import local_stack
import model_export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# Importing these runs a program.
_PROGRAMS = {
    "inference_lib.handler",
    "model_export.__main__",
    "local_stack.__main__",
    "infra.image.bytecode",
    "inference_lib.monitor.handler",
    "console.app",
}


def _modules() -> Iterator[ModuleType]:
    for package in (inference_lib, model_export, infra, local_stack, console):
        yield package
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name not in _PROGRAMS:
                yield importlib.import_module(info.name)


def _public() -> Iterator[tuple[str, object]]:
    for module in _modules():
        for name, thing in vars(module).items():
            if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__:
                yield f"{module.__name__}.{name}", thing
                if inspect.isclass(thing):
                    for member, function in vars(thing).items():
                        if inspect.isfunction(function) and not member.startswith("_"):
                            yield f"{module.__name__}.{name}.{member}", function


_EVERY = dict(_public())


@pytest.mark.parametrize("name", sorted(name for name, thing in _EVERY.items() if callable(thing)))
def test_documented_parameters_are_those_of_the_signature(name: str) -> None:
    thing = _EVERY[name]
    assert inspect.getdoc(thing), "public, so it has a docstring"
    document = ClassDoc(thing) if inspect.isclass(thing) else FunctionDoc(thing)
    documented = [each for entry in document["Parameters"] for each in entry.name.replace(" ", "").split(",") if each]
    documented = [each.lstrip("*") for each in documented]
    if not documented or (inspect.isclass(thing) and issubclass(thing, Exception) and "__init__" not in vars(thing)):
        return
    taken = [each for each in inspect.signature(thing).parameters if each not in {"self", "cls"}]  # type: ignore[arg-type] # callable, by the list above
    known = [each for each in documented if each in taken]
    assert documented == known, "the docstring names parameters that do not exist"
    assert known == [each for each in taken if each in known], "the docstring has another order"
