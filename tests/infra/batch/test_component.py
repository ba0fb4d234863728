from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from inference_lib.contract.document import Contract
from inference_lib.protocols.lines import MAX_REASON
from infra.batch.definition import (
    FRAME_BYTES,
    MAX_ANSWER_BYTES,
    MAX_INPUT_BYTES,
    MAX_LINES,
    REASON_BYTES,
    lines_of_batch,
)
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

STATE_LIMIT_BYTES = 262_144
"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


@pytest.fixture(scope="module")
def with_batches(bundle: Path) -> Declared:
    return declare("dev", {"inference:batchConcurrency": "7"}, bundle=bundle)


@pytest.fixture(scope="module")
def definition(with_batches: Declared) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(with_batches.one("StateMachine").inputs["definition"])
    return found


def _statements(declared: Declared) -> dict[str, dict[str, Any]]:
    policy = json.loads(declared.one("RolePolicy", "score-lines").inputs["policy"])
    return {each["Sid"]: each for each in policy["Statement"]}


def test_there_are_no_batches_unless_they_are_asked_for(declared: Declared) -> None:
    assert not declared.all("StateMachine")
    assert not [each for each in declared.resources if "aws:s3" in each.type]
    assert declared.outputs["batch_bucket"] == declared.outputs["batch_state_machine"] == ""


def test_batches_change_nothing_of_the_rest(dev: Declared, with_batches: Declared) -> None:
    rest = [each for each in with_batches.resources if not each.name.startswith("batch")]
    assert rest == [each for each in dev.resources if not each.name.startswith("batch")]


def test_the_outputs_name_what_the_command_uses(with_batches: Declared) -> None:
    machine = with_batches.one("StateMachine")
    assert with_batches.outputs["batch_bucket"] == "inference-dev-batch-123456789012"
    assert with_batches.outputs["batch_state_machine"] == machine.outputs["arn"]
    assert machine.inputs["name"] == "inference-dev-batch"


def test_lines_go_to_the_alias_that_the_api_calls(with_batches: Declared, definition: dict[str, Any]) -> None:
    alias = with_batches.one("lambda/alias:Alias").outputs["arn"]
    for state in ("ScoreCsv", "ScoreJsonLines"):
        task = definition["States"][state]["ItemProcessor"]["States"][f"{state}Batch"]
        assert task["Parameters"] == {"FunctionName": alias, "Payload.$": "$"}
        assert definition["States"][state]["MaxConcurrency"] == 7


def test_state_names_differ_in_the_whole_machine(definition: dict[str, Any]) -> None:
    inner = [
        name for state in definition["States"].values() for name in state.get("ItemProcessor", {"States": {}})["States"]
    ]
    names = [*definition["States"], *inner]
    assert len(set(names)) == len(names) == 6


def test_throttles_are_waited_for_and_any_other_fault_is_tried_again(definition: dict[str, Any]) -> None:
    task = definition["States"]["ScoreCsv"]["ItemProcessor"]["States"]["ScoreCsvBatch"]
    throttles, rest = task["Retry"]
    assert "Lambda.TooManyRequestsException" in throttles["ErrorEquals"]
    assert (throttles["MaxAttempts"], throttles["JitterStrategy"]) == (8, "FULL")
    assert (rest["ErrorEquals"], rest["MaxAttempts"]) == (["States.ALL"], 2)
    assert definition["States"]["ScoreCsv"]["ToleratedFailurePercentage"] == 10


def test_an_unknown_reader_ends_with_what_to_do(definition: dict[str, Any]) -> None:
    unknown = definition["States"][definition["States"]["ByReader"]["Default"]]
    assert unknown["Type"] == "Fail"
    assert "Start a batch with: python -m operate.batch" in unknown["Cause"]


def test_the_role_may_call_the_alias_and_use_its_own_bucket_and_nothing_else(with_batches: Declared) -> None:
    statements = _statements(with_batches)
    bucket = "arn:aws:s3:::inference-dev-batch-123456789012"
    states = "arn:aws:states:eu-central-1:123456789012"
    assert statements["CallAlias"]["Resource"] == with_batches.one("lambda/alias:Alias").outputs["arn"]
    assert statements["CallAlias"]["Action"] == "lambda:InvokeFunction"
    assert statements["ReadLines"]["Resource"] == f"{bucket}/*"
    assert statements["WriteResults"]["Resource"] == f"{bucket}/runs/*"
    assert statements["StartBatches"]["Resource"] == f"{states}:stateMachine:inference-dev-batch"
    assert statements["WatchBatches"]["Resource"] == [
        f"{states}:execution:inference-dev-batch:*",
        f"{states}:execution:inference-dev-batch/*",
    ]
    assert [sid for sid, each in statements.items() if each["Resource"] == "*"] == ["DeliverLogs"]
    trust = json.loads(with_batches.one("iam/role:Role", "batch-role").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Service": "states.amazonaws.com"}


def test_errors_are_logged_without_the_lines(with_batches: Declared) -> None:
    logging = with_batches.one("StateMachine").inputs["loggingConfiguration"]
    group = with_batches.one("LogGroup", "batch-logs")
    assert (logging["level"], logging["includeExecutionData"]) == ("ERROR", False)
    assert logging["logDestination"] == f"{group.outputs['arn']}:*"
    assert group.inputs["name"] == "/aws/vendedlogs/states/inference-dev-batch"


@pytest.mark.parametrize("tracing", [False, True])
def test_traces_are_sent_only_where_the_stack_is_traced(bundle: Path, *, tracing: bool) -> None:
    settings = {"inference:batchConcurrency": "1", "inference:tracing": str(tracing).lower()}
    declared = declare("dev", settings, bundle=bundle)
    assert declared.one("StateMachine").inputs["tracingConfiguration"] == {"enabled": tracing}
    assert bool(declared.all("RolePolicy", "batch-send-traces")) == tracing


def test_what_runs_leave_goes_away_and_files_and_results_stay(with_batches: Declared) -> None:
    rules = {each["id"]: each for each in with_batches.one("BucketLifecycleConfiguration").inputs["rules"]}
    assert rules["old-runs"]["filter"] == {"prefix": "runs/"}
    assert rules["old-runs"]["expiration"] == {"days": 30}
    assert "expiration" not in rules["old-versions"]
    assert with_batches.one("BucketVersioning").inputs["versioningConfiguration"]["status"] == "Enabled"


@pytest.mark.parametrize("classes", [0, 2, 5, 40, 1000])
def test_the_answer_to_a_full_batch_fits_whatever_it_is(contract: Contract, classes: int) -> None:
    labels = tuple(f"class number {number} of many" for number in range(classes))
    members = {name: getattr(contract, name) for name in ("name", "version", "features", "inputs", "outputs")}
    lines = lines_of_batch(Contract(**members, task="multiclass" if classes else "regression", classes=labels), 1000)
    longest: dict[str, Any] = {"index": 10_000_000, "version": "0123456789ab"}
    probabilities = dict.fromkeys(labels, 1.2345678901234567e-100)
    longest |= (
        {"label": labels[0], "probability": 0.1, "probabilities": probabilities} if classes else {"value": -1e300}
    )
    refused = {"index": 10_000_000, "error": "x" * MAX_REASON}
    for line in (longest, refused):
        assert len(json.dumps({"lines": [line] * lines})) < STATE_LIMIT_BYTES or lines == 1
    assert 1 <= lines <= MAX_LINES
    assert MAX_INPUT_BYTES < STATE_LIMIT_BYTES
    assert MAX_ANSWER_BYTES + FRAME_BYTES < STATE_LIMIT_BYTES
    assert REASON_BYTES > MAX_REASON


def test_a_function_that_takes_few_instances_gets_few(contract: Contract) -> None:
    assert lines_of_batch(contract, 3) == 3


def test_batches_leave_the_api_room(bundle: Path) -> None:
    settings = {"inference:batchConcurrency": "5", "inference:reservedConcurrency": "5"}
    with pytest.raises(pulumi.RunError) as refused:
        declare("dev", settings, bundle=bundle)
    assert str(refused.value) == (
        "inference:batchConcurrency: 5 would leave the API nothing of inference:reservedConcurrency, which is 5; "
        "expected less than 5. Set it: pulumi config set inference:batchConcurrency 2"
    )
