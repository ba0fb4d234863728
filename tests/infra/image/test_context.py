from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from infra.image.context import ImageContent, context_digest, context_files, stage
from local_stack.declared.evaluation import PROJECT_DIRECTORY

if TYPE_CHECKING:
    from pathlib import Path

ALLOW_LIST = """\
# what the image is made of
*
!package/*.py
!bundles
bundles/*/latest
bundles/*/*/*
!bundles/*/*/contract.json
"""

BUNDLE = "bundles/mine/1"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        ".dockerignore": ALLOW_LIST,
        "Dockerfile": "FROM scratch",
        "README.md": "no",
        "package/code.py": "yes",
        "package/data.txt": "no",
        "package/deeper/code.py": "no",
        "bundles/mine/latest": "no",
        "bundles/mine/1/contract.json": "yes",
        "bundles/mine/1/notes.md": "no",
        ".cache/package/code.py": "no",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def digest(root: Path, *settings: str) -> str:
    return context_digest(ImageContent(root=root, bundle=BUNDLE).files(), *settings)


def test_the_files_are_those_that_docker_would_send(project: Path) -> None:
    assert sorted(path.relative_to(project).as_posix() for path in context_files(project)) == [
        ".dockerignore",
        "Dockerfile",
        "bundles/mine/1/contract.json",
        "package/code.py",
    ]


def test_without_an_ignore_file_everything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "some.txt").touch()

    assert [path.name for path in context_files(tmp_path)] == ["some.txt"]


@pytest.mark.parametrize("name", ["package/code.py", "Dockerfile", "bundles/mine/1/contract.json"])
def test_the_digest_changes_with_each_file_that_enters_the_image(project: Path, name: str) -> None:
    before = digest(project)
    with (project / name).open("a", encoding="utf-8") as file:
        file.write("\n#")

    assert digest(project) != before


@pytest.mark.parametrize("name", ["README.md", "package/data.txt", ".cache/package/code.py", "bundles/mine/latest"])
def test_the_digest_stays_when_a_file_changes_that_does_not_enter_the_image(project: Path, name: str) -> None:
    before = digest(project)
    (project / name).write_text("changed", encoding="utf-8")

    assert digest(project) == before


def test_the_digest_stays_when_another_model_or_version_is_exported(project: Path) -> None:
    before = digest(project)
    for other in ("bundles/mine/10", "bundles/yours/1"):
        (project / other).mkdir(parents=True)
        (project / other / "contract.json").write_text("yes", encoding="utf-8")

    assert len(list(context_files(project))) > 4, "they are in the context"
    assert digest(project) == before


def test_the_digest_changes_with_names_and_not_with_modes_which_depend_on_the_checkout(project: Path) -> None:
    before = digest(project)
    code = project / "package" / "code.py"
    code.chmod(0o755)
    executable = digest(project)
    code.rename(code.with_name("other.py"))

    assert executable == before
    assert digest(project) != before


def test_a_staged_context_holds_the_files_of_the_image_and_nothing_that_was_there_before(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    staged = tmp_path_factory.mktemp("staged")
    (staged / "old").mkdir()
    (staged / "old" / "file.txt").touch()
    (project / "package" / "code.py").chmod(0o775)
    files = ImageContent(root=project, bundle=BUNDLE).files()

    stage(files, staged)
    stage(files, staged)

    found = {path.relative_to(staged).as_posix(): path for path in staged.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == files
    assert sorted(files) == ["Dockerfile", "bundles/mine/1/contract.json", "package/code.py"]
    assert {path.stat().st_mode & 0o777 for path in found.values()} == {0o644}
    stage({}, staged)
    stage({}, staged)
    assert list(staged.iterdir()) == [], "empty folders are removed by the next staging"


def test_the_digest_changes_with_the_settings_of_the_build(project: Path) -> None:
    assert digest(project, "linux/arm64") != digest(project, "linux/amd64")


def test_the_digest_does_not_depend_on_where_the_project_is(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moved = project.rename(tmp_path_factory.mktemp("moved") / "project")
    before = digest(moved)

    assert digest(moved.rename(moved.with_name("again"))) == before


def test_a_checkout_on_windows_has_the_same_digest(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shutil.copy(PROJECT_DIRECTORY / ".gitattributes", project)
    (project / "package" / "code.py").write_text("first\nsecond\n")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.autocrlf=false")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", *identity, *command], cwd=project, check=True)
    place = tmp_path_factory.mktemp("clones")
    digests = set()
    for setting in ("false", "true"):
        # As Git for Windows converts line endings by default.
        options = ["clone", "--quiet", "--config", f"core.autocrlf={setting}"]
        subprocess.run(["git", *options, str(project), str(place / setting)], check=True)
        digests.add(digest(place / setting))
    assert len(digests) == 1
