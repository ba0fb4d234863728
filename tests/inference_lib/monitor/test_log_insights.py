"""Queries of a log group run once each, in order, and not too many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib.monitor.log_insights import AT_ONCE, LogInsights

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from inference_lib.monitor.aws_client import AwsClient


class Logs:
    """Answers as CloudWatch Logs does: each query by its own text; it is under way until its answer is fetched."""

    def __init__(self) -> None:
        self.under_way: dict[str, str] = {}
        self.most = 0

    def json_call(self, _service: str, target: str, members: dict[str, Json]) -> dict[str, Json]:
        """Answer StartQuery and GetQueryResults."""
        if target.endswith("StartQuery"):
            query_id = f"id-{len(self.under_way)}"
            self.under_way[query_id] = str(members["queryString"])
            self.most = max(self.most, len(self.under_way))
            return {"queryId": query_id}
        query = self.under_way.pop(str(members["queryId"]))
        return {"status": "Complete", "results": [[{"field": "query", "value": query}]]}


def test_many_queries_are_answered_in_their_order_a_few_at_a_time() -> None:
    logs = Logs()
    client: AwsClient = logs  # type: ignore[assignment] # stands for AWS
    queries = [f"query {at}" for at in range(3 * AT_ONCE + 1)]

    answers = LogInsights(client, "group", lambda: 60_000).query(queries, 0, 60)

    assert answers == [[{"query": query}] for query in queries]
    assert logs.most == AT_ONCE
