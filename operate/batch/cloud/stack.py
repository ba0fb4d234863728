"""Batch scoring of a deployed stack: its bucket and its state machine, called with boto3.

References
----------
.. [1] https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from inference_lib.protocols.lines import INDEX, ITEMS
from infra.batch.definition import RUNS
from infra.naming import Names
from operate.batch.cloud.errors import GONE, code_of, explained
from operate.batch.cloud.run import run_of
from operate.batch.errors import BatchError, FileRefused
from operate.batch.lines.file import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import boto3

    from inference_lib.contract.document import Json
    from operate.batch.answers import Answers
    from operate.batch.cloud.run import Run

POLL_S = 2.0
RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"
PENDING = "PENDING"
_MANIFEST = "/manifest.json"
_REASON = 300
_ANSWERS_AT_ONCE = 10_000


class Cloud:
    """The batches of one stack.

    Parameters
    ----------
    session : boto3.Session
        Session with the credentials and the region.
    stack : str
        Name of the stack.

    Raises
    ------
    BatchError
        There are no credentials, or no region.
    """

    def __init__(self, session: boto3.Session, stack: str) -> None:
        self.stack = stack
        with self.explained():
            if not session.region_name:
                raise BatchError("no AWS region is set; set that of the stack, for example AWS_REGION=eu-central-1")
            account_id = session.client("sts").get_caller_identity()["Account"]
            self._s3 = session.client("s3")
            self._states = session.client("stepfunctions")
        names = Names(stack=stack, model="", account_id=account_id, region=session.region_name)
        self.bucket = names.batch_bucket
        self._machine = names.batch_arn

    def explained(self) -> Any:  # noqa: ANN401 - a context manager
        """Turn the errors of AWS within the block into sentences."""
        return explained(f"the stack {self.stack}")

    def files(self, prefix: str) -> list[tuple[str, str, int]]:
        """Return key, version and size in bytes of one file, or of the input files below a prefix, by key."""
        with self.explained():
            pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
            found = [
                (each["Key"], each["VersionId"], each["Size"])
                for page in pages
                for each in page.get("Versions", [])
                if each["IsLatest"]
            ]
        exact = [each for each in found if each[0] == prefix]
        inside = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
        return exact or [each for each in found if each[0].startswith(inside) and is_input(each[0])]

    def download(self, key: str, version: str, path: Path) -> None:
        """Download one version of a file.

        Raises
        ------
        FileRefused
            The version no longer exists.
        """
        with self.explained():
            try:
                self._s3.download_file(self.bucket, key, str(path), ExtraArgs={"VersionId": version})
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
                raise FileRefused(
                    f"s3://{self.bucket}/{key}: version {version} no longer exists; upload the file and score it again"
                ) from error

    def upload(self, path: Path, key: str) -> str:
        """Upload a file to the bucket, and return its version."""
        with self.explained():
            self._s3.upload_file(str(path), self.bucket, key)
            version: str = self._s3.head_object(Bucket=self.bucket, Key=key)["VersionId"]
        return version

    def start(self, run: Run) -> None:
        """Start the execution, and store its run."""
        with self.explained():
            self._s3.put_object(Bucket=self.bucket, Key=f"{run.prefix}/run.json", Body=run.document())
            self._states.start_execution(
                stateMachineArn=self._machine, name=run.name, input=json.dumps(run.execution_input(), allow_nan=False)
            )

    def known(self, name: str) -> Run:
        """Return a run that was started before.

        Raises
        ------
        BatchError
            There is no run of that name.
        """
        key = f"{RUNS}/{name}/run.json"
        with self.explained():
            try:
                answer = self._s3.get_object(Bucket=self.bucket, Key=key)
            except self._s3.exceptions.NoSuchKey as error:
                raise BatchError(
                    f"{name}: the stack {self.stack} has no such run; `aws s3 ls s3://{self.bucket}/{RUNS}/` shows "
                    "those of the last 30 days"
                ) from error
            return run_of(answer["Body"].read(), f"s3://{self.bucket}/{key}")

    def wait(self, run: Run, tell: Callable[[int], None]) -> str:
        """Wait until a run has ended, and return why it did not succeed; empty when it did.

        Parameters
        ----------
        run : Run
            The run.
        tell : callable
            Called with the number of processed lines.
        """
        arn = f"{self._machine.replace(':stateMachine:', ':execution:')}:{run.name}"
        while True:
            with self.explained():
                answer = self._states.describe_execution(executionArn=arn)
                tell(self._done(arn))
            if answer["status"] != RUNNING:
                break
            time.sleep(POLL_S)
        if answer["status"] == SUCCEEDED:
            return ""
        said = ": ".join(filter(None, (answer.get("error", ""), answer.get("cause", ""))))
        return f"the run ended as {answer['status']} {said}".strip()[:_REASON]

    def _done(self, arn: str) -> int:
        done = 0
        for each in self._states.list_map_runs(executionArn=arn).get("mapRuns", []):
            counts = self._states.describe_map_run(mapRunArn=each["mapRunArn"])["itemCounts"]
            done += counts["succeeded"] + counts["failed"]
        return done

    def gather(self, run: Run, answers: Answers) -> None:
        """Read the results of each line that the run has written."""
        with self.explained():
            for key in self._result_files(run, SUCCEEDED):
                for some in _grouped(map(json.loads, self._lines(key))):
                    answers.add(some)
            for kind in ("FAILED", PENDING):
                for key in self._result_files(run, kind):
                    for each in _executions(self._lines(key)):
                        answers.refuse(_indexes(each), _reason(each, kind))

    def _result_files(self, run: Run, kind: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{run.prefix}/results/")
        keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
        for key in keys:
            if key.endswith(_MANIFEST):
                manifest = json.loads(self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
                yield from (each["Key"] for each in manifest["ResultFiles"].get(kind, []))

    def _lines(self, key: str) -> Iterator[str]:
        for line in self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].iter_lines():
            if line.strip():
                yield line.decode()


def is_input(key: str) -> bool:
    """Whether a key below a prefix is an input file instead of an output of a run."""
    made = key.startswith(f"{RUNS}/") or key.endswith((".results.jsonl", ".failed.jsonl"))
    return key.lower().endswith(SUFFIXES) and not made


def _grouped(answers: Iterable[dict[str, Json]]) -> Iterator[list[dict[str, Json]]]:
    some: list[dict[str, Json]] = []
    for answer in answers:
        some.append(answer)
        if len(some) == _ANSWERS_AT_ONCE:
            yield some
            some = []
    yield some


def _executions(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the executions of a file: one on each line, or all in one array [1]_."""
    for line in lines:
        found = json.loads(line)
        yield from found if isinstance(found, list) else [found]


def _indexes(execution: dict[str, Any]) -> list[int]:
    given = execution.get("Input", "{}")
    event = json.loads(given) if isinstance(given, str) else given
    return [item[INDEX] for item in event.get(ITEMS, [])]


def _reason(execution: dict[str, Any], kind: str) -> str:
    said = ": ".join(filter(None, (execution.get("Error", ""), execution.get("Cause", ""))))
    if said:
        return f"the function did not answer: {said}"[:_REASON]
    if kind == PENDING:
        return "the run ended before this line was sent"
    # An aborted run also stops batches that the function has started to score.
    return "the run ended before this line was answered; it may have been sent"
