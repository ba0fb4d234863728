"""An account with the batches of dev: moto's S3 and state machines, with the real service behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3

from local_stack.declared.evaluation import declare
from operate.batch.cloud.stack import Cloud
from operate.batch.command import main
from tests.inference_lib.in_process import InProcessApi
from tests.operate.batch.step_functions import StepFunctions

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = "inference-dev-batch-123456789012"
HEADER = "age,cups of coffee,chronotype\n"


class World:
    """An account with the batches of dev."""

    def __init__(self, bundle: Path, folder: Path) -> None:
        self.folder = folder
        self.session = boto3.Session("test", "test", region_name="eu-central-1")
        declared = declare(
            "dev", {"inference:batchConcurrency": "2", "inference:maxInstances": "10"}, bundle=bundle.parent
        )
        machine = declared.one("StateMachine").inputs
        self.s3 = self.session.client("s3")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.states = self.session.client("stepfunctions")
        self.states.create_state_machine(
            name=machine["name"], definition=machine["definition"], roleArn="arn:aws:iam::123456789012:role/x"
        )
        self.steps = StepFunctions(self.session, InProcessApi(bundle))

    def put(self, key: str, content: str) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content.encode())

    def lines(self, key: str) -> list[dict[str, Any]]:
        body = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
        return [json.loads(line) for line in body.splitlines()]

    def names(self) -> list[str]:
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def run(self, *arguments: str) -> int:
        return main(["--stack", "dev", *arguments], lambda stack: Cloud(self.session, stack))


def table(rows: int) -> str:
    """Return a CSV file of as many lines."""
    return HEADER + "".join(f"{20 + row},{row % 9},early\n" for row in range(rows))
