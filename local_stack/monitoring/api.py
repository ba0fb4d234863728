"""The API that the console reads: dashboard, metrics, alarms, notifications and logs, in the shapes of boto3."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_stack.errors import ExpressionError
from local_stack.machine.clock import iso, seconds
from local_stack.monitoring.alarms.watch import described
from local_stack.monitoring.metrics.queries import MetricReader, query_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from local_stack.monitoring.observed import Monitoring

PREFIX = "/_local"
_MOST = 1000
_BAD_REQUEST = 400


@dataclass(frozen=True, kw_only=True)
class MonitoringApiArgs:
    """The sources of the monitoring API.

    Parameters
    ----------
    monitoring : Monitoring
        Metrics, alarms and notifications.
    dashboard : dict
        The declared body.
    about : dict
        The stack: its name, region, addresses and model.
    logs_query : callable
        Answers a query of Logs Insights: text, start, end and limit.
    """

    monitoring: Monitoring
    dashboard: Mapping[str, Any]
    about: Mapping[str, Any]
    logs_query: Callable[[str, float, float, int], Mapping[str, Any]]


def monitoring_api(args: MonitoringApiArgs) -> Starlette:
    """Return the monitoring API as an ASGI application; every path begins with ``/_local``."""
    answers = _Answers(args)
    routes: list[tuple[str, str, Callable[[Request, Mapping[str, Any]], Mapping[str, Any]]]] = [
        ("GET", "/stack", answers.stack),
        ("GET", "/dashboard", answers.dashboard),
        ("POST", "/metric-data", answers.metric_data),
        ("GET", "/alarms", answers.alarms),
        ("GET", "/alarm-history", answers.alarm_history),
        ("POST", "/alarm-state", answers.alarm_state),
        ("GET", "/notifications", answers.notifications),
        ("POST", "/logs-query", answers.logs_query),
    ]
    return Starlette(
        routes=[Route(PREFIX + path, _endpoint(answer), methods=[method]) for method, path, answer in routes]
    )


def _endpoint(answer: Callable[[Request, Mapping[str, Any]], Mapping[str, Any]]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
            # In a thread: a query of a long log takes seconds, and the stage must keep responding.
            is_slow = request.url.path.endswith("/logs-query")
            return JSONResponse(await run_in_threadpool(answer, request, body) if is_slow else answer(request, body))
        except ExpressionError as error:
            message = str(error)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            message = f"the request is malformed: {error!r}"
        return JSONResponse({"message": message}, _BAD_REQUEST)

    return endpoint


class _Answers:
    """One method for each route."""

    def __init__(self, args: MonitoringApiArgs) -> None:
        self._args = args
        self._monitoring = args.monitoring

    def stack(self, _request: Request, _body: Mapping[str, Any]) -> Mapping[str, Any]:
        clock = self._monitoring.clock
        return {**self._args.about, "now": iso(clock.now()), "clockSpeed": clock.speed}

    def dashboard(self, _request: Request, _body: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._args.dashboard

    def metric_data(self, _request: Request, body: Mapping[str, Any]) -> Mapping[str, Any]:
        queries = [query_of(each) for each in body["MetricDataQueries"]]
        start, end = seconds(body["StartTime"]), seconds(body["EndTime"])
        reader = MetricReader(self._monitoring.store, queries, start, end)
        results = []
        for query in queries:
            if not query.is_returned:
                continue
            band = reader.band(query)
            for points in band or (reader.points(query.id),):
                moments = sorted(points)
                results.append(
                    {
                        "Id": query.id,
                        "Label": query.label,
                        "Timestamps": [iso(moment) for moment in moments],
                        "Values": [points[moment] for moment in moments],
                    }
                )
        return {"MetricDataResults": results}

    def alarms(self, _request: Request, _body: Mapping[str, Any]) -> Mapping[str, Any]:
        watch = self._monitoring.watch
        return {
            "MetricAlarms": [described(alarm, watch.state(alarm.name)) for alarm in watch.alarms],
            "CompositeAlarms": [described(alarm, watch.state(alarm.name)) for alarm in watch.composites],
        }

    def alarm_history(self, request: Request, _body: Mapping[str, Any]) -> Mapping[str, Any]:
        items = [
            {
                "AlarmName": name,
                "Timestamp": iso(moment),
                "HistoryItemType": "StateUpdate",
                "HistorySummary": summary,
            }
            for moment, name, summary in self._monitoring.watch.history(_limit(request))
        ]
        return {"AlarmHistoryItems": items}

    def alarm_state(self, _request: Request, body: Mapping[str, Any]) -> Mapping[str, Any]:
        now = self._monitoring.clock.now()
        self._monitoring.watch.force(body["AlarmName"], body["StateValue"], body["StateReason"], now)
        return {}

    def notifications(self, request: Request, _body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Notifications": self._monitoring.notifications.last(_limit(request))}

    def logs_query(self, _request: Request, body: Mapping[str, Any]) -> Mapping[str, Any]:
        start, end = seconds(body["startTime"]), seconds(body["endTime"])
        return self._args.logs_query(body["queryString"], start, end, min(int(body.get("limit", _MOST)), 10 * _MOST))


def _limit(request: Request) -> int:
    return max(1, min(int(request.query_params.get("limit", 100)), _MOST))
