"""The public names of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

import model_export


def test_every_public_name_is_there_and_the_list_is_sorted() -> None:
    assert model_export.__all__ == sorted(model_export.__all__)
    for name in model_export.__all__:
        assert callable(getattr(model_export, name))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'model_export' has no attribute 'exprot'"):
        _ = model_export.exprot


def test_importing_the_package_imports_no_converter() -> None:
    program = "import model_export, sys; print(sorted({'skl2onnx', 'sklearn', 'pandas', 'numpy'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
