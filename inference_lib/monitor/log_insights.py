"""Queries of CloudWatch Logs Insights.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
.. [2] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from inference_lib.monitor.aws_client import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_lib.contract.document import Json
    from inference_lib.monitor.aws_client import AwsClient

MAX_ROWS: Final = 10_000
"""Most rows of an answer [1]_."""

AT_ONCE: Final = 10
"""Most concurrent queries: an account has a few dozen for all its users [2]_."""

_POLL_S = 0.5
_SERVICE, _VERSION = "logs", "Logs_20140328"
_RUNNING = frozenset(("Scheduled", "Running", "Unknown"))


class LogInsights:
    """Queries a log group.

    Parameters
    ----------
    client : AwsClient
        Calls CloudWatch Logs.
    log_group : str
        Its name.
    remaining_ms : callable
        Returns how long the answers may take, in milliseconds.
    """

    def __init__(self, client: AwsClient, log_group: str, remaining_ms: Callable[[], int]) -> None:
        self._client = client
        self._log_group = log_group
        self._remaining_ms = remaining_ms

    def query(self, queries: Sequence[str], start: float, end: float) -> list[list[dict[str, str]]]:
        """Return the rows of each query; ``AT_ONCE`` of them run concurrently.

        Parameters
        ----------
        queries : sequence of str
            In the language of Logs Insights.
        start, end : float, seconds since the epoch
            The span of time.

        Raises
        ------
        AwsError
            A query fails, or takes longer than there is time.
        """
        answers = []
        for at in range(0, len(queries), AT_ONCE):
            started = [self._started(query, start, end) for query in queries[at : at + AT_ONCE]]
            answers += [self._rows(query_id) for query_id in started]
        return answers

    def _started(self, query: str, start: float, end: float) -> Json:
        members: dict[str, Json] = {
            "logGroupName": self._log_group,
            "startTime": int(start),
            "endTime": int(end),
            "queryString": query,
            "limit": MAX_ROWS,
        }
        return self._call("StartQuery", members)["queryId"]

    def _rows(self, query_id: Json) -> list[dict[str, str]]:
        while True:
            answer = self._call("GetQueryResults", {"queryId": query_id})
            status = str(answer["status"])
            if status == "Complete":
                results: list[list[dict[str, str]]] = answer["results"]  # type: ignore[assignment] # as the API says
                return [{each["field"]: each["value"] for each in row} for row in results]
            if status not in _RUNNING:
                raise AwsError(f"a query of the log group {self._log_group} ended as {status}")
            if self._remaining_ms() < 2000 * _POLL_S:
                raise AwsError(
                    f"a query of the log group {self._log_group} took longer than the monitor may run; "
                    "choose a shorter window"
                )
            time.sleep(_POLL_S)

    def _call(self, operation: str, members: dict[str, Json]) -> dict[str, Json]:
        return self._client.json_call(_SERVICE, f"{_VERSION}.{operation}", members)
