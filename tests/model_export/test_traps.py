"""Each trap that gives wrong answers in silence has a test that fails without its handling.

The handling is taken out of a copy of the code, and the test that is named must fail there. docs/conversion.md lists
the traps; that of ONNX Runtime 1.26 is tried with that very version in tests/conformance.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

_ROOT = Path(__file__).parents[2]
_COPIED = (
    *("inference_lib", "model_export", "tests", "examples", "infra", "operate", "local_stack"),
    *("pyproject.toml", "params.yaml"),
)


class Trap(NamedTuple):
    """A handling, how it is taken out, and the test that notices."""

    name: str
    file: str
    handling: str
    instead: str
    test: str


TRAPS = (
    Trap(
        "learned directions of missing values",
        "model_export/conversion/converters/trees.py",
        "_write_directions(node, [tree.missing_go_to_left for tree in trees])",
        "pass",
        "conversion/converters/test_trees.py::test_missing_values_go_where_the_original_sends_them",
    ),
    Trap(
        "values are rounded right before the trees",
        "model_export/conversion/convert.py",
        "*mends.cast_before(model, plan.cast_before)",
        "*()",
        "conversion/test_convert.py::test_values_are_rounded_right_before_the_trees",
    ),
    Trap(
        "LightGBM's rf",
        "model_export/checks/boosters.py",
        "the converter sums the trees",
        "the converter takes the trees",
        "source/test_boosting.py::test_what_the_converter_gets_wrong_is_refused_with_the_way_out",
    ),
    Trap(
        "LightGBM's zero_as_missing",
        "model_export/checks/boosters.py",
        "if any(kind >> 2 & 3 == _ZERO_IS_MISSING for kind in kinds):",
        "if False:",
        "source/test_boosting.py::test_what_the_converter_gets_wrong_is_refused_with_the_way_out",
    ),
    Trap(
        "LightGBM's linear_tree",
        "model_export/checks/boosters.py",
        'if re.search(r"^is_linear=1$", text, re.MULTILINE):',
        "if False:",
        "source/test_boosting.py::test_what_the_converter_gets_wrong_is_refused_with_the_way_out",
    ),
    Trap(
        "encoders that read fractions",
        "model_export/checks/encoders.py",
        'if feature.type == "number" or (feature.type != "string" and feature.nullable):',
        "if False:",
        "checks/test_checks.py::test_an_encoder_that_reads_fractions_is_refused",
    ),
    Trap(
        "buckets of rare categories",
        "model_export/checks/encoders.py",
        "if buckets is not None and buckets[reading.position] is not None:",
        "if False:",
        "checks/test_checks.py::test_buckets_of_rare_categories_are_refused",
    ),
    Trap(
        "numbers and bytes in text tensors",
        "inference_lib/contract/columns.py",
        '"string": frozenset((str,)),',
        '"string": frozenset((str, int, float, bool, list)),',
        "../inference_lib/contract/test_columns.py",
    ),
    Trap(
        "words of other scripts",
        "model_export/conversion/texts.py",
        r'r"(?u)\b\w\w+\b": r"[\p{L}\p{N}_][\p{L}\p{N}_]+",',
        r'r"(?u)\b\w\w+\b": r"[a-zA-Z0-9_][a-zA-Z0-9_]+",',
        "conversion/test_texts.py::test_words_are_counted_as_the_original_counts_them",
    ),
    Trap(
        "the logarithm of sublinear_tf",
        "model_export/conversion/converters/tfidf.py",
        "if operator.raw_operator.sublinear_tf:",
        "if False:",
        "conversion/test_texts.py::test_words_are_counted_as_the_original_counts_them",
    ),
    Trap(
        "one order of columns",
        "model_export/conversion/packing.py",
        "if len(here) == len(tensor.features) and here != list(tensor.features):",
        "if False:",
        "conversion/test_packing.py::test_two_orders_of_the_same_features_are_refused_by_name",
    ),
    Trap(
        "names of features",
        "model_export/conversion/packing.py",
        "selected = {key: [position[name] for name in features]",
        "selected = {key: list(range(len(features)))",
        "conversion/test_convert.py::test_names_and_opsets_are_fixed",
    ),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code and its tests in a place where they may be broken."""
    place = tmp_path_factory.mktemp("broken")
    for name in _COPIED:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(_ROOT / name, place / name)
    return place


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_without_its_handling_the_test_of_a_trap_fails(trap: Trap, copy: Path) -> None:
    file = copy / trap.file
    whole = file.read_text(encoding="utf-8")
    assert whole.count(trap.handling) == 1, f"{trap.file} has another handling now"
    file.write_text(whole.replace(trap.handling, trap.instead), encoding="utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
        test = f"tests/model_export/{trap.test}"
        done = subprocess.run([*command, test], cwd=copy, capture_output=True, text=True, check=False)
    finally:
        file.write_text(whole, encoding="utf-8")
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    assert re.search(r"\d+ (failed|error)", done.stdout), done.stdout[-2000:]
