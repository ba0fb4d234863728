"""Ctrl-C at any moment: one sentence, what is not scored, and nothing that is half-written."""

from __future__ import annotations

import os
import tempfile

import pytest

from operate.batch import scoring
from operate.batch.cloud.stack import Cloud
from operate.batch.command import INTERRUPTED, main
from tests.operate.batch.world import BUCKET, World, table


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def files(world: World, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three files, and a folder of their own for what is in between."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("between")))
    paths = [world.folder / name for name in ("a.csv", "b.csv", "c.csv")]
    for path in paths:
        path.write_text(table(3), encoding="utf-8")
    return [str(path) for path in paths]


@pytest.mark.parametrize("moment", [(scoring, "inspect_lines"), (Cloud, "upload")], ids=["reading", "uploading"])
def test_before_a_run_is_started(
    world: World,
    files: list[str],
    moment: tuple[object, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(*moment, _interrupt)
    assert world.run(*files) == INTERRUPTED
    said = capsys.readouterr()
    assert said.err == "interrupted: no results for a.csv; not started: b.csv, c.csv\n"
    assert "gather" not in said.out
    assert sorted(os.listdir(world.folder)) == ["a.csv", "b.csv", "c.csv"]
    assert os.listdir(tempfile.gettempdir()) == []
    assert world.names() == []


def test_while_a_run_goes_on_and_while_it_is_gathered(
    world: World, files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("start", "wait"):
        with monkeypatch.context() as patch:
            patch.setattr(Cloud, name, _interrupt)
            assert world.run(*files) == INTERRUPTED
        said = capsys.readouterr()
        assert said.err == "interrupted: not started: b.csv, c.csv\n"
        assert "The run continues in AWS. Gather its results: python -m operate.batch --gather " in said.out
    command = said.out.partition("python -m operate.batch ")[2].split()
    for name in ("download", "wait", "gather", "upload"):
        with monkeypatch.context() as patch:
            patch.setattr(Cloud, name, _interrupt)
            assert main(command, lambda stack: Cloud(world.session, stack)) == INTERRUPTED
        said = capsys.readouterr()
        assert said.out.partition("python -m operate.batch ")[2].split() == command, "it can be gathered still"
        assert sorted(os.listdir(world.folder)) == ["a.csv", "b.csv", "c.csv"]
        assert os.listdir(tempfile.gettempdir()) == []
    assert main(command, lambda stack: Cloud(world.session, stack)) == 0


def test_a_run_that_was_never_started_is_told_when_it_is_gathered(
    world: World, files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(world.steps, "refuses", True)
        assert world.run(files[0]) == INTERRUPTED
    command = capsys.readouterr().out.partition("python -m operate.batch ")[2].split()
    assert main(command, lambda stack: Cloud(world.session, stack)) == 2
    assert "AWS Step Functions has no such run: it was not started, or it has expired" in capsys.readouterr().err


def test_before_anything_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    def connect(_stack: str) -> Cloud:
        raise KeyboardInterrupt

    assert main(["a.csv", "b.csv", "--stack", "dev"], connect) == INTERRUPTED
    assert capsys.readouterr().err == "interrupted: not started: a.csv, b.csv\n"


def test_a_version_that_is_gone_is_told_and_no_missing_bucket(
    world: World, files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Cloud, "wait", _interrupt)
        assert world.run(files[0]) == INTERRUPTED
    command = capsys.readouterr().out.partition("python -m operate.batch ")[2].split()
    (key,) = [each for each in world.names() if each.endswith("/input/a.csv")]
    (version,) = world.s3.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]
    world.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version["VersionId"])
    assert main(command, lambda stack: Cloud(world.session, stack)) == 2
    assert capsys.readouterr().err == (
        f"error: s3://{BUCKET}/{key}: version {version['VersionId']} no longer exists; upload the file and score "
        "it again\n"
    )


@pytest.mark.parametrize("document", ['{"name": "x"}', "[]", "x", "", '{"keep": 1}'])
def test_a_run_that_is_not_kept_as_one_is_told(world: World, document: str, capsys: pytest.CaptureFixture[str]) -> None:
    world.put("runs/x/run.json", document)
    assert world.run("--gather", "x") == 2
    assert capsys.readouterr().err.startswith(
        f"error: s3://{BUCKET}/runs/x/run.json: is not the record of a run; expected an object with name, key, "
    )
