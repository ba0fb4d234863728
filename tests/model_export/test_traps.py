"""Each place where a converter easily goes wrong in silence has a test that fails without its handling.

The handling is taken out of a copy of the code, and the test that is named must fail there. docs/conversion.md lists
the places; ONNX Runtime 1.26 is tried with that very version in tests/conformance.
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


_CONVERTERS = "model_export/conversion/converters"
_LIGHTGBM = f"{_CONVERTERS}/trees/boosters/lightgbm_model.py"
_BOOSTERS = "source/model/test_boosting.py::test_what_other_converters_get_wrong_is_exact"
_WORDS = "conversion/converters/text/test_texts.py::test_words_are_counted_as_the_original_counts_them"

TRAPS = (
    Trap(
        "learned directions of missing values",
        f"{_CONVERTERS}/trees/forests.py",
        "missing_true=np.asarray(fitted.missing_go_to_left, np.bool_)",
        "missing_true=np.zeros_like(fitted.missing_go_to_left, np.bool_)",
        "conversion/converters/test_trees.py::test_missing_values_go_where_the_original_sends_them",
    ),
    Trap(
        "values are rounded right before the trees",
        f"{_CONVERTERS}/trees/forests.py",
        "return x.numbers().rounded()",
        "return x.numbers()",
        "conversion/test_convert.py::test_values_are_rounded_right_before_the_trees_of_a_forest",
    ),
    Trap(
        "thresholds of boosting stay doubles",
        f"{_CONVERTERS}/trees/nodes.py",
        'dtype = np.float64 if x.kind == "double" else np.float32',
        "dtype, x = np.float32, x.cast('float')",
        "conversion/test_convert.py::test_values_on_a_threshold_go_the_way_of_the_original",
    ),
    Trap("LightGBM's rf", _LIGHTGBM, 'averages="average_output" in head.splitlines()', "averages=False", _BOOSTERS),
    Trap("LightGBM's zero_as_missing", _LIGHTGBM, "=frozenset(zeros)", "=frozenset()", _BOOSTERS),
    Trap("LightGBM's linear_tree", _LIGHTGBM, 'if members.get("is_linear") == "1":', "if False:", _BOOSTERS),
    Trap(
        "XGBoost's dart",
        f"{_CONVERTERS}/trees/boosters/xgboost_model.py",
        "1.0 if drops is None else drops[number]",
        "1.0",
        _BOOSTERS,
    ),
    Trap(
        "encoders that read fractions",
        f"{_CONVERTERS}/preprocessing/encoders/categories.py",
        'column if column.kind in {"string", "int64"} else column.cast("double")',
        'column if column.kind in {"string", "int64"} else column.op("Floor")',
        "checks/test_checks.py::test_an_encoder_that_reads_fractions_and_missing_numbers_is_exact",
    ),
    Trap(
        "buckets of rare categories",
        f"{_CONVERTERS}/preprocessing/encoders/one_hot_encoder.py",
        "places = [int(mapping[place]) for place in places]",
        "pass",
        "checks/test_checks.py::test_buckets_of_rare_categories_are_exact",
    ),
    Trap(
        "numbers and bytes in text tensors",
        "inference_lib/contract/columns.py",
        '"string": frozenset((str,)),',
        '"string": frozenset((str, int, float, bool, list)),',
        "../inference_lib/contract/test_columns.py",
    ),
    Trap("words of other scripts", f"{_CONVERTERS}/text/patterns.py", r'r"\p{L}\p{N}_"', 'r"a-zA-Z0-9_"', _WORDS),
    Trap(
        "the logarithm of sublinear_tf",
        f"{_CONVERTERS}/text/count_vectorizer.py",
        "if step.sublinear_tf:",
        "if False:",
        _WORDS,
    ),
    Trap(
        "the order of the columns",
        "model_export/conversion/write.py",
        "Segment(None, np.array([0]))) for name in names]",
        "Segment(None, np.array([0]))) for name in reversed(names)]",
        "conversion/test_packing.py::test_steps_that_read_the_same_features_in_different_orders_are_answered_as_the_"
        "original_answers",
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
def test_the_handling_and_the_test_of_a_trap_are_where_they_are_said_to_be(trap: Trap) -> None:
    """Quick, so that who moves either is told before the slow test below runs."""
    assert (_ROOT / trap.file).read_text(encoding="utf-8").count(trap.handling) == 1, "another handling, or file, now"
    file, _, name = trap.test.partition("::")
    assert f"def {name}" in (_ROOT / "tests" / "model_export" / file).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_without_its_handling_the_test_of_a_trap_fails(trap: Trap, copy: Path) -> None:
    file = copy / trap.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(trap.handling, trap.instead), encoding="utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
        test = f"tests/model_export/{trap.test}"
        done = subprocess.run([*command, test], cwd=copy, capture_output=True, text=True, check=False)
    finally:
        file.write_text(whole, encoding="utf-8")
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    assert re.search(r"\d+ (failed|error)", done.stdout), done.stdout[-2000:]
