"""The command against moto's S3 and state machines, with the real service behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa
import pytest
from moto import mock_aws
from pyarrow import parquet

from operate.arguments import WRONG_USAGE
from operate.batch.cloud.stack import Cloud
from operate.batch.command import ALL_SCORED, INTERRUPTED, SOME_FAILED, main
from tests.operate.batch.step_functions import StepFunctions
from tests.operate.batch.world import BUCKET, HEADER, World, table

if TYPE_CHECKING:
    from pathlib import Path


def test_a_prefix_is_scored_and_the_results_lie_beside_its_files(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.put("july/a.csv", table(25))
    world.put("july/b.jsonl", '{"age": null, "cups of coffee": 8, "chronotype": "late"}\n')
    world.put("july/notes.txt", "no lines")
    world.put("june/c.csv", table(1))
    assert world.run(f"s3://{BUCKET}/july/") == ALL_SCORED

    results = world.lines("july/a.csv.results.jsonl")
    assert [each["line"] for each in results] == list(range(2, 27)), "in the order of the file"
    assert {"line", "version", "label", "probability", "probabilities"} == set(results[0])
    assert world.lines("july/a.csv.failed.jsonl") == []
    assert [each["label"] for each in world.lines("july/b.jsonl.results.jsonl")] == ["rest"]
    assert not [key for key in world.names() if key.startswith("june/c.csv.")]
    assert [(each.reader, each.key) for each in world.steps.sent] == [
        *[("CSV", "july/a.csv")] * 3,
        ("JSONL", "july/b.jsonl"),
    ], "plain files are read where they lie, in batches of at most the declared size"
    said = capsys.readouterr().out
    assert "july/a.csv: 25 of 25 lines scored, 0 failed" in said
    assert "Next: join the results with your data by line number" in said

    assert world.run(f"s3://{BUCKET}/july/") == ALL_SCORED, "results are no files of lines"


def test_each_line_is_in_one_of_the_two_files(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["40,1,early", "old,1,early", "40,1", '"41",2,late', "999,1,early", ",3,late", "40,1,early,extra"]
    world.put("a.csv", HEADER + "\n".join(rows) + "\n")
    assert world.run(f"s3://{BUCKET}/a.csv") == SOME_FAILED

    assert [each["line"] for each in world.lines("a.csv.results.jsonl")] == [2, 5, 7]
    failed = world.lines("a.csv.failed.jsonl")
    assert [(each["line"], each["reason"]) for each in failed] == [
        (3, "age: expected a number, got other text"),
        (4, "expected 3 cells, as the header has, got 2"),
        (6, "age: expected a number from 0 to 120, got one above the maximum"),
        (8, "expected 3 cells, as the header has, got 4"),
    ]
    assert failed[0]["row"] == {"age": "old", "cups of coffee": "1", "chronotype": "early"}
    assert failed[1]["row"] == "40,1"
    ((reader, key, event),) = world.steps.sent
    assert (reader, key.endswith("/lines.jsonl")) == ("JSONL", True)
    assert event["BatchInput"]["text"] is True, "the cells of the copy are text still"
    assert "1 line: age: expected a number, got other text" in capsys.readouterr().out


def test_a_number_that_no_json_holds_costs_its_line_only(world: World) -> None:
    row = '{"age": %s, "cups of coffee": 8, "chronotype": "late"}\n'
    world.put("a.jsonl", row % 40 + row % "1e999" + row % 41)
    assert world.run(f"s3://{BUCKET}/a.jsonl") == SOME_FAILED
    assert [each["line"] for each in world.lines("a.jsonl.results.jsonl")] == [1, 3]
    (failed,) = world.lines("a.jsonl.failed.jsonl")
    assert (failed["line"], failed["row"]) == (2, (row % "1e999").strip())
    ((_, _, event),) = world.steps.sent
    json.dumps(event, allow_nan=False)


def test_a_batch_that_fails_for_good_costs_no_line(world: World) -> None:
    world.put("a.csv", table(45))
    world.steps.fails_at, world.steps.aborted_at, world.steps.stops_at = 12, 31, 41
    assert world.run(f"s3://{BUCKET}/a.csv") == SOME_FAILED

    assert [each["line"] for each in world.lines("a.csv.results.jsonl")] == [*range(2, 12), *range(22, 32)]
    reasons = {each["line"]: each["reason"] for each in world.lines("a.csv.failed.jsonl")}
    assert reasons == {
        **dict.fromkeys(range(12, 22), "the function did not answer: Sandbox.Timedout: 10 s"),
        **dict.fromkeys(range(32, 42), "the run ended before this line was answered; it may have been sent"),
        **dict.fromkeys(range(42, 47), "the run ended before this line was sent"),
    }


def test_a_run_without_any_result_fails_each_line_and_says_why(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StepFunctions, "_write", lambda *_: None)
    world.steps.fails_at = 0
    world.put("a.csv", table(2))
    assert world.run(f"s3://{BUCKET}/a.csv") == SOME_FAILED
    assert [each["reason"] for each in world.lines("a.csv.failed.jsonl")] == ["the run ended as FAILED"] * 2


def test_a_file_of_this_machine_has_its_results_beside_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    people = pa.table(
        {"user_id": ["u1", "u2"], "age": [40.5, None], "cups of coffee": [1, 8], "chronotype": ["early"] * 2}
    )
    path = world.folder / "people.parquet"
    parquet.write_table(people, path)
    assert world.run(str(path), "--keep", "user_id") == ALL_SCORED

    text = (world.folder / "people.parquet.results.jsonl").read_text(encoding="utf-8")
    results = [json.loads(line) for line in text.splitlines()]
    assert [(each["line"], each["row"]) for each in results] == [(1, {"user_id": "u1"}), (2, {"user_id": "u2"})]
    assert (world.folder / "people.parquet.failed.jsonl").read_text(encoding="utf-8") == ""
    assert f"results  {path}.results.jsonl" in capsys.readouterr().out


def test_a_column_that_is_no_feature_is_refused_unless_it_is_kept(world: World) -> None:
    path = world.folder / "people.csv"
    path.write_text("agee," + table(1).replace("\n20", "\n1,20"), encoding="utf-8")
    assert world.run(str(path)) == SOME_FAILED
    assert "agee: unknown feature" in (world.folder / "people.csv.failed.jsonl").read_text("utf-8")


def test_a_column_that_is_to_be_kept_is_one_of_some_object(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    row = '{"age": 40, "cups of coffee": 8, "chronotype": "late"%s}\n'
    world.put("a.jsonl", row % "" + row % ', "id": 7')
    assert world.run(f"s3://{BUCKET}/a.jsonl", "--keep", "idd") == WRONG_USAGE
    assert (
        "error: a.jsonl: --keep idd: no such column; expected one of age, cups of coffee, chronotype, id\n"
        in capsys.readouterr().err
    )
    assert world.run(f"s3://{BUCKET}/a.jsonl", "--keep", "id") == ALL_SCORED
    assert [each["row"] for each in world.lines("a.jsonl.results.jsonl")] == [{}, {"id": 7}]


def test_a_folder_is_told_to_be_one(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    folder = world.folder / "x.parquet"
    folder.mkdir()
    assert world.run(str(folder)) == WRONG_USAGE
    assert capsys.readouterr().err == (
        f"error: {folder}: is a folder, expected an input file; name the files in it: {folder}/*.parquet\n"
    )


def test_a_file_without_any_line_that_can_be_read_starts_nothing(world: World) -> None:
    path = world.folder / "broken.jsonl"
    path.write_text("{\n[]\n", encoding="utf-8")
    assert world.run(str(path)) == SOME_FAILED
    assert world.steps.sent == []
    assert len((world.folder / "broken.jsonl.failed.jsonl").read_text("utf-8").splitlines()) == 2


def test_a_run_that_went_on_is_gathered_later(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.folder / "people.csv"
    path.write_text(table(3), encoding="utf-8")

    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Cloud, "wait", interrupt)
        assert world.run(str(path)) == INTERRUPTED
    command = capsys.readouterr().out.partition("python -m operate.batch ")[2].split()
    assert main(command, lambda stack: Cloud(world.session, stack)) == ALL_SCORED
    assert len((world.folder / "people.csv.results.jsonl").read_text("utf-8").splitlines()) == 3


def test_the_version_that_was_looked_at_is_the_one_that_is_scored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a.csv", table(2))
    start = Cloud.start

    def overwrite(cloud: Cloud, run: Any) -> None:  # noqa: ANN401 - as Cloud.start
        world.put("a.csv", table(9))
        start(cloud, run)

    monkeypatch.setattr(Cloud, "start", overwrite)
    assert world.run(f"s3://{BUCKET}/a.csv") == ALL_SCORED
    assert [each["line"] for each in world.lines("a.csv.results.jsonl")] == [2, 3]


def test_a_file_that_is_written_meanwhile_is_scored_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = world.folder / "people.csv"
    path.write_text(table(3), encoding="utf-8")
    start = Cloud.start

    def overwrite(cloud: Cloud, run: Any) -> None:  # noqa: ANN401 - as Cloud.start
        path.write_text(table(9), encoding="utf-8")
        start(cloud, run)

    monkeypatch.setattr(Cloud, "start", overwrite)
    assert world.run(str(path)) == ALL_SCORED
    assert len((world.folder / "people.csv.results.jsonl").read_text("utf-8").splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv"], "absent.csv: no such file; expected a file, or s3://" + BUCKET + "/PREFIX"),
        (
            ["s3://elsewhere/july/"],
            (
                "s3://elsewhere/july/: batches of dev read only their own bucket. Copy the files into it: "
                f"aws s3 sync s3://elsewhere/july/ s3://{BUCKET}/july/"
            ),
        ),
        ([f"s3://{BUCKET}/empty/"], "contains no input files; expected names that end in .csv"),
        (["--gather", "nothing"], f"nothing: the stack dev has no such run; `aws s3 ls s3://{BUCKET}/runs/` shows"),
    ],
)
def test_what_cannot_be_scored_is_one_sentence(
    world: World, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert world.run(*arguments) == WRONG_USAGE
    said = capsys.readouterr().err
    assert said.startswith(f"error: {message}" if "empty" not in arguments[0] else "error: ")
    assert message in said


@pytest.mark.parametrize(
    ("content", "keep", "message"),
    [
        (HEADER, [], "a.csv: the file has no lines; expected at least one to score"),
        (table(1), ["--keep", "id"], "a.csv: --keep id: no such column; expected one of age, cups of coffee, chrono"),
    ],
)
def test_a_file_that_cannot_be_scored_is_told_before_anything_runs(
    world: World, capsys: pytest.CaptureFixture[str], content: str, keep: list[str], message: str
) -> None:
    (world.folder / "a.csv").write_text(content, encoding="utf-8")
    assert world.run(str(world.folder / "a.csv"), *keep) == WRONG_USAGE
    assert message in capsys.readouterr().err
    assert world.names() == []


def test_a_file_that_cannot_be_scored_stops_no_other(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.put("a.csv", "a;b\n1;2\n")
    world.put("b.csv", table(2))
    assert world.run(f"s3://{BUCKET}/") == WRONG_USAGE
    said = capsys.readouterr()
    assert "error: a.csv: the columns are separated by semicolons" in said.err
    assert "b.csv: 2 of 2 lines scored, 0 failed" in said.out


def test_a_stack_without_batches_says_how_to_switch_them_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text(table(1), encoding="utf-8")
    session = boto3.Session("test", "test", region_name="eu-central-1")
    with mock_aws():
        code = main([str(tmp_path / "a.csv"), "--stack", "dev"], lambda stack: Cloud(session, stack))
    assert code == WRONG_USAGE
    said = capsys.readouterr().err
    assert "the stack dev has no batch scoring in this account and region. Switch it on: pulumi config set" in said


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "no AWS credentials were found. Log in, for example with: aws sso login"),
        (
            {"AWS_PROFILE": "nope"},
            "The config profile (nope) could not be found; `aws configure list-profiles` lists the profiles",
        ),
        ({"AWS_ACCESS_KEY_ID": "a"}, "the AWS credentials are incomplete: AWS_SECRET_ACCESS_KEY is missing"),
    ],
    ids=["none", "unknown profile", "half"],
)
def test_no_credentials_are_one_sentence(
    variables: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    assert main(["a.csv", "--stack", "dev"]) == WRONG_USAGE
    assert capsys.readouterr().err == f"error: {message}\n"


def test_an_unknown_stack_and_wrong_usage_are_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["a.csv", "--stack", "nowhere"]) == WRONG_USAGE
    assert (
        "there is no Pulumi.nowhere.yaml; expected --stack to be one of dev, prod, staging" in capsys.readouterr().err
    )
    with pytest.raises(SystemExit):
        main(["--stack", "dev"])
    assert "error: expected files, or --gather RUN. Help: python -m operate.batch --help" in capsys.readouterr().err
