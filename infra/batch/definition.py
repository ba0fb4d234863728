"""The state machine of batch scoring, in Amazon States Language, as a pure function.

One execution scores one file: a distributed map reads its lines, sends them to the function in batches, and writes the
result of each line as JSON Lines.

References
----------
.. [1] https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
.. [2] https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
.. [3] https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
.. [4] https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
.. [5] https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from inference_lib.contract.document import Target

if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json
    from infra.settings.declaration import StackSettings

CSV, JSON_LINES = "CSV", "JSONL"
"""How a file is read, by the names of AWS Step Functions. Which types of Parquet it reads is not documented: the
command ``operate.batch`` converts such files to JSON Lines."""

RUNS = "runs"
"""Folder for the internal files of the runs; input files and results are elsewhere in the bucket."""

STATES = {CSV: "ScoreCsv", JSON_LINES: "ScoreJsonLines"}
"""The state that scores files of one format."""

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 262 144 bytes for the input and for the
# output of a state, including the options of the run and the envelope of the output.
MAX_INPUT_BYTES = 240_000
MAX_ANSWER_BYTES = 200_000
MAX_LINES = 500
"""Most lines in one invocation: when it fails, all of its lines fail."""

REASON_BYTES = 400
"""Bytes for a rejected line: the longest reason and its envelope."""
FRAME_BYTES = 120
"""Bytes for a scored line: index, version, and the names of the members."""
PROBABILITY_BYTES = 28
"""Bytes for one class, without its label."""
TARGET_BYTES = 60
"""Bytes for the names of the members of a target's prediction."""

TOLERATED_FAILURE_PERCENT = 10
"""A run stops when a larger share of its lines has no result: the function is broken, and the rest would be billed."""

THROTTLES = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
"""https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception"""


def lines_of_batch(contract: Contract, max_instances: int) -> int:
    """Return how many lines one invocation receives: as many as fit into its response in the worst case.

    Parameters
    ----------
    contract : Contract
        Contract of the model; its classes determine the size of a response.
    max_instances : int
        Most instances that the function accepts.
    """
    longest = FRAME_BYTES
    for target in contract.targets or (Target(name="", classes=contract.classes),):
        labels = [len(json.dumps(label)) for label in target.classes]
        longest += sum(labels) + max(labels, default=0) + PROBABILITY_BYTES * (len(labels) + 1)
        longest += len(json.dumps(target.name)) + TARGET_BYTES if target.name else 0
    return max(1, min(max_instances, MAX_LINES, MAX_ANSWER_BYTES // max(longest, REASON_BYTES)))


def batch_definition(settings: StackSettings, alias_arn: str, bucket: str) -> dict[str, Json]:
    """Return the definition.

    The input of an execution has ``reader`` (``CSV`` or ``JSONL``), ``key`` and ``version`` of the file in the bucket,
    ``text`` (whether the values are text, as in CSV), ``keep`` (columns that are not sent to the model) and ``results``
    (the prefix of the results).

    Parameters
    ----------
    settings : StackSettings
        Maximum concurrency and the timeout of an invocation.
    alias_arn : str
        ARN of the alias of the function.
    bucket : str
        Name of the bucket with the files.
    """
    choices: list[Json] = [
        {"Variable": "$.reader", "StringEquals": reader, "Next": state} for reader, state in STATES.items()
    ]
    states: dict[str, Json] = {
        "ByReader": {"Type": "Choice", "Choices": choices, "Default": "UnknownReader"},
        **{state: _map(reader, settings, alias_arn, bucket) for reader, state in STATES.items()},
        "UnknownReader": {
            "Type": "Fail",
            "Error": "UnknownReader",
            "Cause": f"The input's reader is not {CSV} or {JSON_LINES}. Start a batch with: python -m operate.batch",
        },
    }
    return {"Comment": "Scores the lines of one file", "StartAt": "ByReader", "States": states}


def _map(reader: str, settings: StackSettings, alias_arn: str, bucket: str) -> dict[str, Json]:
    header: dict[str, Json] = {"CSVHeaderLocation": "FIRST_ROW"} if reader == CSV else {}
    return {
        "Type": "Map",
        "Label": STATES[reader],
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": reader, **header},
            "Parameters": {"Bucket": bucket, "Key.$": "$.key", "VersionId.$": "$.version"},
        },
        "ItemSelector": {"index.$": "$$.Map.Item.Index", "row.$": "$$.Map.Item.Value"},
        "ItemBatcher": {
            "MaxItemsPerBatch": lines_of_batch(settings.contract, settings.max_instances),
            "MaxInputBytesPerBatch": MAX_INPUT_BYTES,
            "BatchInput": {"text.$": "$.text", "keep.$": "$.keep", "run.$": "$$.Execution.Name"},
        },
        "MaxConcurrency": settings.batch_concurrency,
        "ToleratedFailurePercentage": TOLERATED_FAILURE_PERCENT,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            # Names must differ in the whole state machine.
            "StartAt": f"{STATES[reader]}Batch",
            "States": {f"{STATES[reader]}Batch": _score(settings, alias_arn)},
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": bucket, "Prefix.$": "$.results"},
            "WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"},
        },
        "End": True,
    }


def _score(settings: StackSettings, alias_arn: str) -> dict[str, Json]:
    throttles: list[Json] = list(THROTTLES)
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": alias_arn, "Payload.$": "$"},
        "OutputPath": "$.Payload.lines",
        "TimeoutSeconds": settings.timeout_s + 60,
        "Retry": [
            {
                "ErrorEquals": throttles,
                "IntervalSeconds": 2,
                "BackoffRate": 2,
                "MaxDelaySeconds": 60,
                "MaxAttempts": 8,
                "JitterStrategy": "FULL",
            },
            {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 2},
        ],
        "End": True,
    }
