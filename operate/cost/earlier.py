"""The bill of the reference system, calculated from its usage, for a comparison with ours.

It is a function of 250 MB on x86 that takes 3 s a request, behind an HTTP API, with one custom metric, one alarm, and
CloudWatch Lambda Insights for the memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.cost.bill import MB_PER_GB, Bill, Item

if TYPE_CHECKING:
    from infra.prices.table import PriceList

MEMORY_MB = 250
COMPUTE_S = 600_000
"""Compute time of 200 000 requests, in seconds."""
REQUESTS = 200_000

OWN_METRICS, OWN_ALARMS = 1, 1

INSIGHTS_METRICS = 8
INSIGHTS_LOG_KIB = 1.1
"""KiB of Lambda Insights logs of an invocation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-example-event.html
"""
KIB_PER_GIB = 1024 * 1024

HTTP, REST = "http_request", "rest_request"


def earlier_bill(prices: PriceList, requests: int = REQUESTS, gateway: str = HTTP) -> Bill:
    """Return the bill of a month.

    Parameters
    ----------
    prices : PriceList
        Prices of the region.
    requests : int
        Requests of the month; the compute time grows with them.
    gateway : {"http_request", "rest_request"}
        The kind of API in front of the function.
    """
    seconds = COMPUTE_S / REQUESTS * requests

    def item(service: str, name: str, amount: float, price: str) -> Item:
        found = prices[price]
        return Item(service=service, name=name, amount=amount, price=found.usd, free=found.free)

    return Bill(
        (
            item("Lambda", "duration", seconds * MEMORY_MB / MB_PER_GB, "lambda_gb_second_x86_64"),
            item("Lambda", "requests", requests, "lambda_request"),
            item("CloudWatch", "metrics", OWN_METRICS + INSIGHTS_METRICS, "metric_month"),
            item("CloudWatch", "metrics in alarms", OWN_ALARMS, "alarm_metric_month"),
            item("CloudWatch", "GB of logs of Insights", requests * INSIGHTS_LOG_KIB / KIB_PER_GIB, "logs_gb"),
            item("API Gateway", "requests", requests, gateway),
            item("ECR", "GB of images", 1, "ecr_gb_month"),
            item("SNS", "notifications", requests // REQUESTS, "notification"),
        )
    )
