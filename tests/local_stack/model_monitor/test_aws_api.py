"""The APIs of AWS that the local stack serves, called with AWS's own client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_stack.errors import ExpressionError
from local_stack.model_monitor.aws_api import AWS_PREFIX, AwsApi
from tests.local_stack.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ROWS = [[{"field": "n", "value": "3"}]]


@pytest.fixture
def published() -> list[Mapping[str, str]]:
    return []


@pytest.fixture
def client(published: list[Mapping[str, str]]) -> Iterator[Callable[[str], Any]]:
    def query(text: str, group: str, start: float, end: float, limit: int) -> Mapping[str, Any]:
        if text == "wrong":
            raise ExpressionError("no query")
        assert (group, start, end, limit) == ("/aws/lambda/f", 10, 20, 7)
        return {"results": _ROWS, "statistics": {"recordsMatched": 1.0}}

    def publish(members: Mapping[str, str]) -> str:
        published.append(members)
        return "m-1"

    with served(AwsApi(query, publish).application()) as address:
        yield lambda service: boto3.client(
            service,
            endpoint_url=address + AWS_PREFIX,
            region_name="eu-central-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - nothing checks it
        )


def test_a_query_is_started_and_its_answer_fetched(client: Callable[[str], Any]) -> None:
    logs = client("logs")
    started = logs.start_query(
        logGroupName="/aws/lambda/f", startTime=10, endTime=20, queryString="stats count(*) as n", limit=7
    )
    answer = logs.get_query_results(queryId=started["queryId"])
    assert (answer["status"], answer["results"]) == ("Complete", _ROWS)


def test_wrong_queries_and_unknown_answers_are_errors_of_aws(client: Callable[[str], Any]) -> None:
    logs = client("logs")
    with pytest.raises(ClientError, match=r"MalformedQueryException.*no query"):
        logs.start_query(logGroupName="g", startTime=1, endTime=2, queryString="wrong")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.get_query_results(queryId="another")
    with pytest.raises(ClientError, match=r"UnknownOperationException.*DescribeQueries"):
        logs.describe_queries()


def test_a_message_is_published(client: Callable[[str], Any], published: list[Mapping[str, str]]) -> None:
    answer = client("sns").publish(TopicArn="arn:t", Message="{}", Subject="Ä & <b>", MessageStructure="json")
    assert answer["MessageId"] == "m-1"
    assert published[0]["Subject"] == "Ä & <b>"
    assert published[0]["MessageStructure"] == "json"


def test_of_sns_only_publish_is_known(client: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError, match="InvalidAction"):
        client("sns").list_topics()
