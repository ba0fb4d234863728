"""Bytecode of the standard library for the image, as far as it goes without an engine."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING

import inference_lib
from infra.image.bytecode import function_modules, missing_bytecode, write_bytecode

if TYPE_CHECKING:
    from pathlib import Path

UNCHECKED_HASH = 1
"""Flags of PEP 552, the second word of a .pyc file."""


def test_the_functions_modules_are_found_in_all_folders_but_for_handler_and_testing() -> None:
    names = function_modules(inference_lib.__path__[0])
    assert {"inference_lib", "inference_lib.service", "inference_lib.protocols.predict"} <= set(names)
    assert {"inference_lib.handler", "inference_lib.testing"}.isdisjoint(names)
    assert [name for name in names if importlib.util.find_spec(name) is None] == []


def test_only_the_standard_library_is_looked_at() -> None:
    assert missing_bytecode("/no/such/library") == {}
    library = os.path.dirname(os.__file__)
    assert all(source.startswith(library) for source in missing_bytecode(library))


def test_bytecode_is_never_checked_against_its_source(tmp_path: Path) -> None:
    source = tmp_path / "lib" / "module.py"
    source.parent.mkdir()
    source.write_text("x = 1\n", encoding="utf-8")
    size = write_bytecode({str(source): "/lib/__pycache__/module.pyc"}, str(tmp_path / "root"))
    content = (tmp_path / "root" / "lib" / "__pycache__" / "module.pyc").read_bytes()
    assert len(content) == size
    assert content[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(content[4:8], "little") == UNCHECKED_HASH
