"""AWS Step Functions as far as the batches use it: moto keeps the execution, and what it does is done here.

moto takes executions and does not run them. The distributed map of the definition that it was given is run here by the
real handler's service: the reader reads a file as the documentation says, and the writer writes what it says.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.stepfunctions.models import stepfunctions_backends

from inference_lib.protocols import lines as batch
from infra.batch.definition import CSV, STATES

if TYPE_CHECKING:
    import boto3

    from tests.inference_lib.in_process import InProcessApi

ACCOUNT_ID = "123456789012"


class Sent(NamedTuple):
    """A batch that the function got."""

    reader: str
    key: str
    event: dict[str, Any]


class StepFunctions:
    """Runs each execution when it is started.

    Parameters
    ----------
    session : boto3.Session
        Of moto; it is listened to.
    api : InProcessApi
        The function's service.
    """

    def __init__(self, session: boto3.Session, api: InProcessApi) -> None:
        self._session = session
        self._api = api
        self.sent: list[Sent] = []
        self.fails_at: int | None = None
        """The function ends without an answer at the batch with this line."""
        self.aborted_at: int | None = None
        """The run is stopped while the batch with this line is scored."""
        self.stops_at: int | None = None
        """The run is stopped before the batch with this line."""
        self.refuses = False
        """Ctrl-C comes before an execution is asked for."""
        self._parameters: dict[str, Any] = {}
        session.events.register("provide-client-params.sfn.StartExecution", self._asked)
        session.events.register("after-call.sfn.StartExecution", self._run)

    def _asked(self, params: dict[str, Any], **_rest: object) -> None:
        if self.refuses:
            raise KeyboardInterrupt
        self._parameters = params

    def _run(self, parsed: dict[str, Any], **_rest: object) -> None:
        if "executionArn" not in parsed:
            return
        states = self._session.client("stepfunctions")
        found = states.describe_state_machine(stateMachineArn=self._parameters["stateMachineArn"])
        given = json.loads(self._parameters["input"])
        state = json.loads(found["definition"])["States"][STATES[given["reader"]]]
        files = self._map(state, given)
        self._write(state["ResultWriter"], given, files)
        backend = stepfunctions_backends[ACCOUNT_ID][self._session.region_name]
        execution = backend.describe_execution(parsed["executionArn"])
        execution.status = "FAILED" if files["FAILED"] or files["PENDING"] else "SUCCEEDED"

    def _map(self, state: dict[str, Any], given: dict[str, Any]) -> dict[str, list[Any]]:
        reader = state["ItemReader"]["Parameters"]
        body = self._session.client("s3").get_object(
            Bucket=reader["Bucket"], Key=given["key"], VersionId=given["version"]
        )["Body"].read().decode()  # fmt: skip
        rows = list(csv.DictReader(io.StringIO(body))) if given["reader"] == CSV else map(json.loads, body.splitlines())
        items = [{"index": index, "row": row} for index, row in enumerate(rows)]
        size = state["ItemBatcher"]["MaxItemsPerBatch"]
        files: dict[str, list[Any]] = {"SUCCEEDED": [], "FAILED": [], "PENDING": []}
        for start in range(0, len(items), size):
            options = {"text": given["text"], "keep": given["keep"], "run": self._parameters["name"]}
            event = {"BatchInput": options, "Items": items[start : start + size]}
            self._execute(event, given, files)
        # Nothing says that batches end in the order in which they start.
        files["SUCCEEDED"].reverse()
        return files

    def _execute(self, event: dict[str, Any], given: dict[str, Any], files: dict[str, list[Any]]) -> None:
        indexes = [item["index"] for item in event["Items"]]
        record = {"ExecutionArn": "arn", "Input": json.dumps(event), "Name": "child"}
        if files["PENDING"] or self.stops_at in indexes:
            files["PENDING"].append({**record, "Status": "PENDING"})
            return
        self.sent.append(Sent(given["reader"], given["key"], event))
        if self.aborted_at in indexes:
            files["FAILED"].append({**record, "Status": "ABORTED"})
            return
        if self.fails_at in indexes:
            files["FAILED"].append({**record, "Error": "Sandbox.Timedout", "Cause": "10 s", "Status": "FAILED"})
            return
        response, _ = self._api.service.handle(batch.request_of(event, "r-1"), event)
        files["SUCCEEDED"] += json.loads(response.body)["lines"]

    def _write(self, writer: dict[str, Any], given: dict[str, Any], files: dict[str, list[Any]]) -> None:
        assert writer["WriterConfig"] == {"Transformation": "FLATTEN", "OutputType": "JSONL"}
        bucket, prefix = writer["Parameters"]["Bucket"], f"{given['results']}/0a1b"
        client = self._session.client("s3")
        written: dict[str, list[dict[str, str]]] = {kind: [] for kind in files}
        for kind, lines in files.items():
            if lines:
                key = f"{prefix}/{kind}_0.jsonl"
                client.put_object(Bucket=bucket, Key=key, Body="\n".join(map(json.dumps, lines)).encode())
                written[kind].append({"Key": key})
        manifest = {"DestinationBucket": bucket, "MapRunArn": "arn", "ResultFiles": written}
        client.put_object(Bucket=bucket, Key=f"{prefix}/manifest.json", Body=json.dumps(manifest).encode())
