"""The bill of a month, row by row: the resources and the usage of a stack, at list prices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.console import size as console_size
from infra.model_monitor import component as model_monitor
from operate.cost.usage import BUNDLE_GB, CONSOLE_IMAGES_GB, MODELS_GB, MONTH_H, MONTH_S, billed_ms

if TYPE_CHECKING:
    from infra.prices.table import PriceList
    from operate.cost.inventory import Inventory
    from operate.cost.usage import Usage

MB_PER_GB = 1024
BYTES_PER_GB = 1_000_000_000
DAY_S = 86_400

LOG_BYTES = 1_300
"""Bytes of the line and the platform records of a request of one instance, measured with the example on the local
stack."""
ACCESS_LOG_BYTES = 700

FIREHOSE_RECORD_BYTES = 5_120
"""Records are billed in steps of this size: https://aws.amazon.com/firehose/pricing/. Each line counts as one
record."""

CAPTURE_FILE_S = 900
"""Data Firehose writes a file after this time, or at 5 MB (``infra.capture.component``)."""
BATCH_LOG_BYTES = 24_000
"""Bytes for a batch of lines, with a log line for each of the hundred observed instances."""
BATCH_LINE_BYTES = 1_000
"""Bytes of a line with its result, and of the copies that a run keeps for a month."""
BATCH_TRANSITIONS = 2
"""Transitions of the execution of one batch: its start and its one state
(https://aws.amazon.com/step-functions/pricing/)."""
BATCH_FILES = 30
"""Files in a month; each is a run."""
FILE_PUTS = 12
"""Objects that a run writes: the file, its copy, the run record, the parts of the results, and the two result files."""

# https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
TRACES_A_SECOND, TRACED_SHARE = 1, 0.05

METRICS_OF_A_METHOD = 5
"""Metrics of the gateway by route: Count, 4XXError, 5XXError, Latency and IntegrationLatency."""

UNITS_OF_A_VCPU = 1024

BALANCER_UNITS = 0.05
"""Average capacity units for a few users of the console; one unit allows 3 000 connections a minute."""

MONITOR_RUN_S = 10
"""Seconds of a run: a cold start and a few queries of Logs Insights."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row of the bill.

    Parameters
    ----------
    service : str
        Service of AWS, such as ``Lambda``.
    name : str
        The billed item.
    amount : float
        Amount of the item.
    price : float or None, USD
        Price of one unit; None if the price file has no row for it.
    free : float
        Part of the amount within the always-free tiers, in an account without other usage.
    """

    service: str
    name: str
    amount: float
    price: float | None
    free: float = 0

    @property
    def listed(self) -> float:
        """The price without free tiers, in USD."""
        return self.amount * (self.price or 0)

    @property
    def after_free(self) -> float:
        """The price after the always-free tiers, in USD."""
        return max(self.amount - self.free, 0) * (self.price or 0)


@dataclass(frozen=True)
class Bill:
    """The rows of a month."""

    items: tuple[Item, ...]

    @property
    def listed(self) -> float:
        """The sum of the list prices, in USD."""
        return sum(item.listed for item in self.items)

    @property
    def after_free(self) -> float:
        """The sum after the always-free tiers, in USD."""
        return sum(item.after_free for item in self.items)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The items that are used and have no price; the sums lack them."""
        return tuple(f"{item.service}, {item.name}" for item in self.items if item.price is None and item.amount)

    def services(self) -> dict[str, Bill]:
        """Return the rows by service, in the order of the bill."""
        names = dict.fromkeys(item.service for item in self.items)
        return {name: Bill(tuple(item for item in self.items if item.service == name)) for name in names}


class _Biller:
    """Creates the rows of one price list."""

    def __init__(self, inventory: Inventory, usage: Usage, prices: PriceList) -> None:
        self._inventory, self._usage, self._prices = inventory, usage, prices

    def _item(self, service: str, name: str, amount: float, price: str, *, free: bool = True) -> Item:
        found = self._prices.prices.get(price)
        if found is None:
            return Item(service=service, name=name, amount=amount, price=None)
        return Item(service=service, name=name, amount=amount, price=found.usd, free=found.free if free else 0)

    def requests(self) -> list[Item]:
        stack, usage = self._inventory, self._usage
        gb, timing = stack.memory_mb / MB_PER_GB, usage.timing
        # https://aws.amazon.com/lambda/pricing/: no free tier for functions with provisioned concurrency.
        free = not stack.warm_s
        gb_second = f"lambda_gb_second_{stack.architecture}"
        duration_s = usage.requests * billed_ms(timing.latency_ms(stack.memory_mb)) / 1000
        # The initialisation of a container image is billed as its duration.
        start_s = usage.requests * usage.cold_share * billed_ms(timing.cold_start_ms(stack.memory_mb)) / 1000
        rows = [
            self._item("API Gateway", "requests, REST", usage.requests, "rest_request"),
            self._item("Lambda", "requests", usage.requests, "lambda_request", free=free),
            self._item("Lambda", "GB-s of duration", (duration_s + start_s) * gb, gb_second, free=free),
        ]
        if stack.monitor_runs:
            gb_s = stack.monitor_runs * MONITOR_RUN_S * model_monitor.MEMORY_MB / MB_PER_GB
            rows.append(self._item("Lambda", "GB-s of the model monitor", gb_s, gb_second, free=False))
        if stack.warm_s:
            rows.append(
                self._item(
                    "Lambda", "kept warm", stack.warm_s * gb, f"lambda_provisioned_gb_second_{stack.architecture}"
                )
            )
        if stack.web_acl_rules:
            rows += [
                self._item("WAF", "web ACL", 1, "web_acl_month"),
                self._item("WAF", "rules", stack.web_acl_rules, "web_acl_rule_month"),
                self._item("WAF", "requests", usage.requests, "web_acl_request"),
            ]
        return rows

    def monitoring(self) -> list[Item]:
        stack, usage = self._inventory, self._usage
        metrics = stack.catalogue_metrics + stack.further_metrics + METRICS_OF_A_METHOD * stack.detailed_metrics
        log_bytes = LOG_BYTES + ACCESS_LOG_BYTES * stack.access_logs
        rows = [
            self._item("CloudWatch", "metrics", metrics if usage.requests else 0, "metric_month"),
            self._item("CloudWatch", "metrics in alarms", stack.alarm_metrics, "alarm_metric_month"),
            self._item("CloudWatch", "composite alarms", stack.composite_alarms, "composite_alarm_month"),
            self._item("CloudWatch", "dashboards", stack.dashboards, "dashboard_month"),
            self._item("CloudWatch", "GB of logs", usage.requests * log_bytes / BYTES_PER_GB, "logs_gb"),
        ]
        if stack.captured_share:
            rows += self._capture()
        if stack.monitor_runs:
            # Each run reads the window with several queries.
            scanned = usage.requests * log_bytes * stack.log_readings / BYTES_PER_GB
            rows.append(self._item("CloudWatch", "GB of logs read by the model monitor", scanned, "logs_scanned_gb"))
        if stack.tracing:
            traces = min(usage.requests, TRACES_A_SECOND * MONTH_S) * (1 - TRACED_SHARE) + usage.requests * TRACED_SHARE
            rows.append(self._item("X-Ray", "traces", traces, "trace"))
        return rows

    def _capture(self) -> list[Item]:
        """Return the rows of captured requests, each at its maximum size and uncompressed."""
        stack = self._inventory
        requests = self._usage.requests * stack.captured_share
        line_bytes = LOG_BYTES + stack.captured_bytes
        billed_bytes = math.ceil(line_bytes / FIREHOSE_RECORD_BYTES) * FIREHOSE_RECORD_BYTES
        logged_gb = requests * stack.captured_bytes / BYTES_PER_GB
        kept_gb = requests * line_bytes / BYTES_PER_GB * stack.captured_days * DAY_S / MONTH_S
        return [
            self._item("CloudWatch", "GB of captured requests", logged_gb, "logs_gb", free=False),
            self._item("Data Firehose", "GB of captured lines", requests * billed_bytes / BYTES_PER_GB, "firehose_gb"),
            self._item("S3", "GB of captured lines", kept_gb, "s3_gb_month"),
            self._item("S3", "files", min(requests, MONTH_S / CAPTURE_FILE_S), "s3_put_request"),
        ]  # fmt: skip

    def rest(self) -> list[Item]:
        return [
            self._item("KMS", "keys", self._inventory.keys, "kms_key_month"),
            self._item("ECR", "GB of images", self._usage.images_gb, "ecr_gb_month"),
            self._item("SNS", "notifications", self._usage.notifications, "notification"),
        ]

    def batches(self) -> list[Item]:
        """Return the rows of batch scoring; none without batches."""
        stack, usage = self._inventory, self._usage
        if not stack.lines_of_batch:
            return []
        batches = math.ceil(usage.batch_lines / stack.lines_of_batch)
        billed = billed_ms(usage.timing.batch_ms(stack.lines_of_batch, stack.memory_mb))
        gb_s = batches * billed / 1000 * stack.memory_mb / MB_PER_GB
        puts = BATCH_FILES * FILE_PUTS if usage.batch_lines else 0
        # The free tiers of the function are used by its requests, which are counted above.
        return [
            self._item("Lambda", "batches", batches, "lambda_request", free=False),
            self._item("Lambda", "GB-s of batches", gb_s, f"lambda_gb_second_{stack.architecture}", free=False),
            self._item("Step Functions", "state transitions", batches * BATCH_TRANSITIONS, "state_transition"),
            self._item("S3", "requests that write", puts, "s3_put_request"),
            self._item("S3", "GB of lines", usage.batch_lines * BATCH_LINE_BYTES / BYTES_PER_GB, "s3_gb_month"),
            self._item(
                "CloudWatch", "GB of logs of batches", batches * BATCH_LOG_BYTES / BYTES_PER_GB, "logs_gb", free=False
            ),
        ]

    def options(self) -> list[Item]:
        stack, usage = self._inventory, self._usage
        rows = []
        if stack.file_systems:
            rows.append(self._item("EFS", "GB of models", MODELS_GB, "efs_gb_month"))
        if stack.backups:
            rows.append(self._item("EFS", "GB of backups", MODELS_GB, "efs_backup_gb_month"))
        if stack.reads_storage:
            read_gb = usage.requests * usage.cold_share * BUNDLE_GB
            rows.append(self._item("EFS", "GB read at starts", read_gb, "efs_read_gb"))
        if stack.consoles:
            vcpu_h, gb_h = (
                MONTH_H * console_size.VCPU_UNITS / UNITS_OF_A_VCPU,
                MONTH_H * console_size.MEMORY_MB / MB_PER_GB,
            )
            rows += [
                self._item("ECR", "GB of images of the console", CONSOLE_IMAGES_GB, "ecr_gb_month"),
                self._item("Fargate", "hours of a vCPU", vcpu_h, f"fargate_vcpu_hour_{stack.architecture}"),
                self._item("Fargate", "hours of a GB", gb_h, f"fargate_gb_hour_{stack.architecture}"),
                self._item("Load balancer", "hours", MONTH_H, "load_balancer_hour"),
                self._item("Load balancer", "capacity unit hours", MONTH_H * BALANCER_UNITS, "load_balancer_unit_hour"),
                self._item("VPC", "hours of an address", MONTH_H * stack.public_addresses, "public_address_hour"),
                self._item("Secrets Manager", "secrets", 1, "secret_month"),
            ]
        return rows


def bill(inventory: Inventory, usage: Usage, prices: PriceList) -> Bill:
    """Return the bill of a month.

    Parameters
    ----------
    inventory : Inventory
        Resources of the stack.
    usage : Usage
        Usage of the stack.
    prices : PriceList
        Prices of its region.
    """
    biller = _Biller(inventory, usage, prices)
    return Bill((*biller.requests(), *biller.monitoring(), *biller.rest(), *biller.batches(), *biller.options()))
