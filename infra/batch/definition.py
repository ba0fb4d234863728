"""The state machine of the batches, as a pure function in Amazon States Language.

One execution scores one file: a distributed map reads its lines, gives them to the function in batches, and writes
what the function says of each line, as JSON lines.

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
"""How a file is read: the names of AWS Step Functions. What it reads of Parquet's types is not documented; the command
``operate.batch`` makes JSON lines of such files."""

RUNS = "runs"
"""Folder of what the runs read and write; files of lines and their results lie anywhere else."""

STATES = {CSV: "ScoreCsv", JSON_LINES: "ScoreJsonLines"}
"""The state that scores files of a kind."""

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 262 144 bytes for the input and the answer
# of a state, of which the options of the run and the frame of the answer take some.
MAX_INPUT_BYTES = 240_000
MAX_ANSWER_BYTES = 200_000
MAX_LINES = 500
"""Of one invocation: a longer one is lost as a whole when it fails."""

REASON_BYTES = 400
"""Of a line that is refused: the longest reason, and the frame around it."""
FRAME_BYTES = 120
"""Of a line that is answered: index, version, and the names of the members."""
PROBABILITY_BYTES = 28
"""Of one class besides its label."""
TARGET_BYTES = 60
"""Names of the members of a target's prediction."""

TOLERATED_FAILURE_PERCENT = 10
"""More lines without any answer than this end a run: then the function is broken, and the rest is not paid for."""

THROTTLES = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
"""https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception"""


def lines_of_batch(contract: Contract, max_instances: int) -> int:
    """Return how many lines one invocation gets: as many as have room in its answer, whatever the answer is.

    Parameters
    ----------
    contract : Contract
        Of the model; its classes decide how long an answer is.
    max_instances : int
        Most instances that the function takes.
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
    ``text`` (whether the values are text, as in CSV), ``keep`` (columns that the model does not get) and ``results``
    (where the answers go).

    Parameters
    ----------
    settings : StackSettings
        How many invocations there may be at once, and how long each may take.
    alias_arn : str
        Of the function.
    bucket : str
        Holds the files.
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
            "Cause": f"The input's reader is not {CSV} or {JSON_LINES}. Start batches by: python -m operate.batch",
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
