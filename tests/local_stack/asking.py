"""Metrics of a running stack, as the console asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.local_stack.conftest import Running


def query(id_: str, namespace: str, metric: str, stat: str, dimensions: dict[str, str]) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    inner = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"Id": id_, "Label": metric, "MetricStat": {"Metric": inner, "Period": 60, "Stat": stat}}


def total(running: Running, asked: dict[str, Any]) -> float:
    asked["MetricStat"]["Period"] = 86_400
    body = {"MetricDataQueries": [asked], "StartTime": "2026-01-01T00:00:00Z", "EndTime": "2099-01-01T00:00:00Z"}
    answer = httpx.post(f"{running.monitoring}/metric-data", json=body).json()
    return float(sum(answer["MetricDataResults"][0]["Values"]))
