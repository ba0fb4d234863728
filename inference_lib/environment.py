"""The environment variables that the function reads, said once: infra sets them, the function reads them."""

from __future__ import annotations

MODEL_BUNDLE = "MODEL_BUNDLE"
"""Directory of one bundle version. The image sets it."""

METRICS_NAMESPACE = "AWS_EMF_NAMESPACE"
"""CloudWatch namespace; the name is that of aws-embedded-metrics' own configuration."""

SERVICE_NAME = "POWERTOOLS_SERVICE_NAME"
"""``service`` in each log line; the name is that of Powertools for AWS Lambda."""

LOG_LEVEL = "LOG_LEVEL"
"""Lowest level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."""

MAX_INSTANCES = "MAX_INSTANCES"
"""Most instances in one request."""

MAX_BODY_BYTES = "MAX_BODY_BYTES"
"""Longest request body, in bytes."""

DEFAULT_MAX_INSTANCES = 1000
DEFAULT_MAX_BODY_BYTES = 5_000_000
"""Below the 6 MB that Lambda takes synchronously, with room for the event around the body.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
