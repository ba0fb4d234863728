"""Where results go: told before anything is sent, and written whole or not at all."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from inference_lib.protocols.lines import INDEX
from operate.arguments import WRONG_USAGE
from operate.batch.answers import Answers, write_outcome
from operate.batch.cloud.stack import Cloud
from operate.batch.command import ALL_SCORED
from operate.batch.errors import FileRefused
from operate.batch.files.places import expect_places, files_explained
from operate.batch.lines.file import LineFile
from tests.operate.batch.world import BUCKET, World, table


def test_a_folder_where_the_results_belong_is_told_before_anything_is_sent(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    path, other = world.folder / "a.csv", world.folder / "b.csv"
    path.write_text(table(3), encoding="utf-8")
    other.write_text(table(2), encoding="utf-8")
    (world.folder / "a.csv.failed.jsonl").mkdir()
    assert world.run(str(path), str(other)) == WRONG_USAGE
    said = capsys.readouterr()
    assert (
        said.err
        == f"error: a.csv: {path}.failed.jsonl is a folder, expected a free name for its results; rename that folder\n"
    )
    assert "b.csv: 2 of 2 lines scored" in said.out
    assert not any("a.csv" in key for key in world.names())


def test_names_without_room_for_the_ending_are_told_before_anything_is_sent(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    path = world.folder / f"{'n' * 245}.csv"
    path.write_text(table(3), encoding="utf-8")
    assert world.run(str(path)) == WRONG_USAGE
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path.name}: ")
    assert "File name too long; shorten its name, so that .results.jsonl fits behind it" in said
    key = f"{'k/' * 505}a.csv"
    world.put(key, table(3))
    assert world.run(f"s3://{BUCKET}/{key}") == WRONG_USAGE
    assert "the key is too long for .results.jsonl behind it; shorten it" in capsys.readouterr().err
    assert world.names() == [key]


def test_a_key_that_is_no_file_name_of_this_machine_is_scored(world: World) -> None:
    key = f"july/{'n' * 300}.csv"
    world.put(key, table(3))
    assert world.run(f"s3://{BUCKET}/{key}") == ALL_SCORED
    assert len(world.lines(f"{key}.results.jsonl")) == 3


def test_results_are_in_the_bucket_before_they_are_copied(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.folder / "a.csv"
    path.write_text(table(3), encoding="utf-8")
    wait = Cloud.wait

    def wait_and_be_in_the_way(cloud: Cloud, run: object, tell: object) -> str:
        (world.folder / "a.csv.results.jsonl").mkdir()
        return wait(cloud, run, tell)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(Cloud, "wait", wait_and_be_in_the_way)
    assert world.run(str(path)) == WRONG_USAGE
    said = capsys.readouterr().err
    (results,) = [key for key in world.names() if key.endswith("/input/a.csv.results.jsonl")]
    assert "a.csv.results.jsonl is a folder" in said
    assert f"(the results are in s3://{BUCKET}/{results})" in said
    assert len(world.lines(results)) == 3
    assert results.replace(".results.", ".failed.") in world.names()


def _answered(folder: Path, lines: int) -> tuple[LineFile, Answers]:
    path = folder / "a.csv"
    path.write_text(table(lines), encoding="utf-8")
    answers = Answers(folder / "answers.sqlite")
    answers.add({INDEX: index, "label": "rest"} for index in range(lines))
    return LineFile(path), answers


def test_a_disk_without_room_leaves_earlier_results_as_they_were(tmp_path: Path) -> None:
    lines, answers = _answered(tmp_path, 5000)
    results, failed = tmp_path / "a.csv.results.jsonl", tmp_path / "a.csv.failed.jsonl"
    results.write_text("earlier results", encoding="utf-8")
    failed.write_text("earlier failures", encoding="utf-8")
    before = sorted(os.listdir(tmp_path))

    def write() -> None:
        with files_explained("a.csv"):
            write_outcome(lines, answers, [], results, failed)

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The kernel refuses to let a file grow, as a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with answers, pytest.raises(FileRefused, match=r"^a.csv: .*; make room next to the file, and in "):
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert results.read_text("utf-8") == "earlier results"
    assert failed.read_text("utf-8") == "earlier failures"
    assert sorted(os.listdir(tmp_path)) == before, "nothing half-written is left"


def test_results_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    lines, answers = _answered(tmp_path, 3)
    results, failed = tmp_path / "a.csv.results.jsonl", tmp_path / "a.csv.failed.jsonl"
    results.write_text("earlier results", encoding="utf-8")
    with answers:
        assert write_outcome(lines, answers, [], results, failed).scored == 3
    assert len(results.read_text("utf-8").splitlines()) == 3
    assert failed.read_text("utf-8") == ""


def test_a_folder_that_takes_no_file_is_told() -> None:
    with pytest.raises(FileRefused, match=r"^version: .*; (score a copy in a folder with write permission|make room)"):
        expect_places(Path("/proc/version"))
