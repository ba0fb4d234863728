"""Files that are scored on this machine: by the declared state machine, and the declared function in real processes."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import signal
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.testing import read_lines
from local_stack.__main__ import main
from local_stack.batch import command
from local_stack.batch.state_machine import BatchRun
from local_stack.declared.evaluation import declare
from local_stack.errors import InvocationError, ThrottledError
from local_stack.function.pool import Function
from operate.batch.answers import Answers
from operate.batch.command import INTERRUPTED
from operate.batch.lines.file import LineFile

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "age,cups of coffee,chronotype\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_line_of_a_file_is_scored_or_gets_the_reason(
    folder: Path, bundle_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{20 + row % 60},{row % 9},early" for row in range(1200)]
    rows[700] = "old,1,early"
    rows[800] = "40,1"
    (folder / "a.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "b.jsonl").write_text('{"age": null, "cups of coffee": 8, "chronotype": "late", "id": 7}\n', "utf-8")
    assert main(["batch", "a.csv", "b.jsonl", "--keep", "id", "--bundle", str(bundle_path)]) == 2
    assert "a.csv: --keep id: no such column; expected one of age" in capsys.readouterr().err

    assert main(["batch", "a.csv", "--bundle", str(bundle_path)]) == 1
    said = capsys.readouterr().out
    assert "a.csv: 1,198 of 1,200 lines scored, 2 failed" in said
    assert "Next: the failed files contain each failed line" in said
    results = [json.loads(line) for line in (folder / "a.csv.results.jsonl").read_text("utf-8").splitlines()]
    failed = [json.loads(line) for line in (folder / "a.csv.failed.jsonl").read_text("utf-8").splitlines()]
    assert [each["line"] for each in failed] == [702, 802]
    assert sorted([*(each["line"] for each in results), 702, 802]) == list(range(2, 1202))
    records = read_lines((folder / ".local_stack" / "dev" / "batch.jsonl").read_text("utf-8")).metrics
    batches = [each["Predictions"] for each in records if each.get("route") == "BATCH /predict"]
    assert sorted(map(str, batches)) == ["1", "199", "499", "500"], "in batches of the declared size"

    assert main(["batch", "b.jsonl", "--keep", "id", "--bundle", str(bundle_path)]) == 0
    (result,) = [json.loads(line) for line in (folder / "b.jsonl.results.jsonl").read_text("utf-8").splitlines()]
    assert (result["row"], result["label"]) == ({"id": 7}, "rest")


class Faulty:
    """A function that fails as often as it is told to, for the batch with a line."""

    def __init__(self, faults: dict[int, list[Exception]]) -> None:
        self.faults = faults
        self.events: list[dict[str, Any]] = []

    async def invoke(self, event: bytes) -> bytes:
        document = json.loads(event)
        self.events.append(document)
        indexes = [item["index"] for item in document["Items"]]
        for line, faults in self.faults.items():
            if line in indexes and faults:
                raise faults.pop()
        return json.dumps({"lines": [{"index": index, "label": "rest"} for index in indexes]}).encode()


def test_a_batch_is_tried_again_and_given_up_with_its_reason(folder: Path, bundle_path: Path) -> None:
    declared = declare("dev", {"inference:batchConcurrency": "2", "inference:maxInstances": "2"}, bundle=bundle_path)
    definition = json.loads(declared.one("StateMachine").inputs["definition"])
    (folder / "a.jsonl").write_text("\n".join(json.dumps({"age": age}) for age in range(7)), encoding="utf-8")
    fault = InvocationError(504, "the time limit")
    function = Faulty({0: [fault, fault], 2: [fault] * 3, 4: [ThrottledError()] * 5})
    told: list[int] = []
    with Answers(folder / "answers.sqlite") as answers:
        run = BatchRun(definition, function, ["id"])  # type: ignore[arg-type] # all that is used of it
        asyncio.run(run.run(LineFile(folder / "a.jsonl"), answers, told.append))
        found = [answers.of(index) for index in range(7)]
    assert [each.get("label") for each in found] == ["rest", "rest", None, None, "rest", "rest", "rest"]
    assert {each.get("error") for each in found[2:4]} == {"the function did not answer: the time limit"}
    assert told[-1] == 7
    assert len(function.events) == 3 + 3 + 6 + 1
    assert function.events[0]["BatchInput"] == {"text": False, "keep": ["id"], "run": "a.jsonl"}


class Endless:
    """A function that answers one batch with a fault nobody expects, and the others never."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0

    async def invoke(self, _event: bytes) -> bytes:
        self.begun += 1
        if self.begun == 2:
            raise RuntimeError("unexpected")
        try:
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return] # it never comes
        finally:
            self.ended += 1


def test_no_batch_comes_for_its_answers_when_a_run_is_broken_off(folder: Path, bundle_path: Path) -> None:
    declared = declare("dev", {"inference:batchConcurrency": "2", "inference:maxInstances": "2"}, bundle=bundle_path)
    definition = json.loads(declared.one("StateMachine").inputs["definition"])
    (folder / "a.jsonl").write_text("\n".join(json.dumps({"age": age}) for age in range(4)), encoding="utf-8")
    function = Endless()

    async def broken_off() -> int:
        with Answers(folder / "answers.sqlite") as answers:
            run = BatchRun(definition, function, [])  # type: ignore[arg-type] # all that is used of it
            with pytest.raises(RuntimeError, match="unexpected"):
                await run.run(LineFile(folder / "a.jsonl"), answers, lambda _done: None)
        return function.ended

    assert asyncio.run(broken_off()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv"], "absent.csv: no such file; expected an input file"),
        (["x.parquet"], "x.parquet: is a folder, expected an input file; name the files in it: x.parquet/*.parquet"),
        (["a.csv"], "a.csv: a.csv.failed.jsonl is a folder, expected a free name for its results; rename that folder"),
        (["damaged.parquet"], "damaged.parquet: not a valid Parquet file"),
        (["a.txt"], "a.txt: not an input file; expected a name that ends in .csv, .jsonl, .ndjson, .parquet"),
    ],
)
def test_what_cannot_be_scored_is_one_sentence(
    folder: Path, bundle_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    for name in ("a.txt", "a.csv", "damaged.parquet"):
        (folder / name).write_text("x\n1\n", encoding="utf-8")
    (folder / "x.parquet").mkdir()
    (folder / "a.csv.failed.jsonl").mkdir()
    assert main(["batch", *arguments, "--bundle", str(bundle_path)]) == 2
    assert message in capsys.readouterr().err
    assert not list(folder.glob("*.results.jsonl"))


@pytest.mark.parametrize(
    ("owner", "name"),
    [(command, "inspect_lines"), (Function, "invoke"), (command, "tell_outcome")],
    ids=["reading", "scoring", "telling"],
)
def test_ctrl_c_is_one_sentence_and_leaves_nothing_half_written(
    folder: Path, bundle_path: Path, owner: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "between"))
    (folder / "between").mkdir()
    for each in ("a.csv", "b.csv", "c.csv"):
        (folder / each).write_text(HEADER + "40,1,early\n", encoding="utf-8")
    real = getattr(owner, name)

    def interrupt(*arguments: object) -> object:
        signal.raise_signal(signal.SIGINT)
        went_on.append(name)
        return real(*arguments)

    went_on: list[str] = []
    said = io.StringIO()
    monkeypatch.setattr(owner, name, interrupt)
    with contextlib.redirect_stderr(said):
        assert main(["batch", "a.csv", "b.csv", "c.csv", "--bundle", str(bundle_path)]) == INTERRUPTED
    assert "inspect_lines" not in went_on, "a long file is not read to its end first"
    is_written = name == "tell_outcome"
    expected = (
        "no results for b.csv; not started: c.csv"
        if is_written
        else ("no results for a.csv; not started: b.csv, c.csv")
    )
    assert said.getvalue() == f"interrupted: {expected}\n"
    assert {path.name for path in folder.glob("*.jsonl")} == (
        {"a.csv.results.jsonl", "a.csv.failed.jsonl"} if is_written else set()
    )
    assert list((folder / "between").iterdir()) == []


def test_ctrl_c_before_the_first_file_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_bundle: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("local_stack.__main__.resolve_bundle", interrupt)
    assert main(["batch", str(folder / "a.csv")]) == INTERRUPTED
    assert capsys.readouterr().err == "interrupted: not started: a.csv\n"
