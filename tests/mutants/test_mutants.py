"""The changes, and that a test that fails is what counts."""

from __future__ import annotations

import ast
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.mutants.__main__ import ROOT, main
from tests.mutants.changes import changes
from tests.mutants.running import KILLED, SURVIVED, Copy, targets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("a = b == c", ["a = b != c"]),
        ("a = b not in c", ["a = b in c"]),
        ("a = (b) <= (c)", ["a = (b) < (c)"]),
        ("a = é < c", ["a = é <= c"]),
        ("a = b + 1", ["a = b - 1", "a = b + 2"]),
        ("a = b and c or d", ["a = b and c and d", "a = b or c or d"]),
        ("a = not b", ["a = b"]),
        ("a = True", ["a = False"]),
        ("a = 1e300", []),
        ("def f(a: int = 3) -> int:\n    return a", ["def f(a: int = 4) -> int:\n    return a", None]),
        ("def f():\n    return None", []),
        ("def f():\n    return False", ["def f():\n    return True"]),
        ("if TYPE_CHECKING:\n    a = 1", []),
        ("a = zip(b, c, strict=True)", []),
        ("@dataclass(frozen=True, kw_only=True)\nclass A: ...", []),
        ('a = "b" + c', []),
    ],
)
def test_each_change_replaces_one_token(line: str, changed: list[str | None]) -> None:
    source = f"{line}\n".encode()
    made = [change.apply(source).decode().rstrip("\n") for change in changes(source)]
    expected = [line.replace("return a", "return None") if each is None else each for each in changed]
    assert sorted(made) == sorted(expected)


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["one in five", "every one"])
def test_changes_of_the_product_leave_a_program(step: int) -> None:
    """A file is parsed as a whole for each of its changes, so that all of them take long."""
    seen = 0
    for file in sorted((ROOT / "inference_lib").rglob("*.py")):
        source = file.read_bytes()
        for change in changes(source)[::step]:
            ast.parse(change.apply(source))
            seen += 1
    assert seen * step > 1000


def test_the_nearest_tests_come_first(tmp_path: Path) -> None:
    for name in ("tests/a/b/test_c.py", "tests/a/test_other.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert targets(tmp_path, "a/b/c.py") == ["tests/a/b/test_c.py", "tests/a/b", "tests/a"]
    assert targets(tmp_path, "a/b/d.py") == ["tests/a/b", "tests/a"]
    assert targets(tmp_path, "a/b/c.py", nearest=True) == ["tests/a/b/test_c.py", "tests/a/b"]
    assert targets(tmp_path, "a/e/f.py", nearest=True) == ["tests/a"]


def test_modules_of_one_name_are_tested_together(tmp_path: Path) -> None:
    for name in ("tests/infra/permissions", "tests/infra/api"):
        (tmp_path / name).mkdir(parents=True)
    nearest = ["tests/infra/api", "tests/infra/permissions"]
    assert targets(tmp_path, "infra/api/policies.py", nearest=True) == nearest
    assert targets(tmp_path, "infra/api/policies.py") == [*nearest, "tests/infra"]


def test_alarms_are_tested_with_what_makes_graphs_of_them(tmp_path: Path) -> None:
    (tmp_path / "tests/infra/monitoring/alarms").mkdir(parents=True)
    expected = ["tests/infra/monitoring/alarms", "tests/infra/monitoring"]
    assert targets(tmp_path, "infra/monitoring/alarms/rules.py", nearest=True) == expected
    assert targets(tmp_path, "infra/monitoring/alarms/rules.py") == [*expected, "tests/infra"]


def test_a_converter_s_first_tests_are_the_exports_of_the_estimators_that_it_names() -> None:
    module = "model_export/conversion/converters/distances/gaussian_process.py"
    exports = [each.partition("[")[2] for each in targets(ROOT, module, nearest=True) if "[" in each]
    assert {"GaussianProcessRegressor]", "GaussianProcessClassifier]"} <= set(exports)
    assert not any("[" in each for each in targets(ROOT, "model_export/conversion/graph/tensor.py", nearest=True))
    assert not any("[" in each for each in targets(ROOT, "model_export/proof/edges.py"))


def test_a_change_is_killed_where_a_test_fails_and_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_text("def least(x):\n    return x + 1\n\n\nUNUSED = True\n")
    (tmp_path / "tests" / "a").mkdir(parents=True)
    (tmp_path / "tests" / "a" / "test_b.py").write_text(
        "from a.b import least\n\n\ndef test():\n    assert least(2) == 3\n"
    )
    source = (tmp_path / "a" / "b.py").read_bytes()
    with closing(Copy(tmp_path)) as copy:
        outcomes = {change.new: copy.outcome("a/b.py", change) for change in changes(source)}
    assert outcomes == {"None": KILLED, "-": KILLED, "2": KILLED, "False": SURVIVED}
    assert (tmp_path / "a" / "b.py").read_bytes() == source


def test_tests_that_fail_without_a_change_are_named(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "a.py").write_text("A = 1\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test():\n    assert False\n")
    with (
        closing(Copy(tmp_path)) as copy,
        pytest.raises(RuntimeError, match=r"tests/test_a.py fails without a change"),
    ):
        copy.outcome("a.py", changes(b"A = 1\n")[0])


@pytest.mark.parametrize("path", ["no_such_package", "no_such_module.py"])
def test_a_path_without_code_is_one_sentence(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([path]) == 2
    assert capsys.readouterr().err == f"error: {path}: nothing to change; expected packages or modules\n"
