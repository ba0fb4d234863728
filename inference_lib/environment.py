"""The environment variables of the function, with their defaults: infra sets them, the function reads them."""

from __future__ import annotations

MODEL_BUNDLE = "MODEL_BUNDLE"
"""Directory of one bundle version. The image sets it."""

MODELS_DIRECTORY = "MODELS_DIRECTORY"
"""Where shared storage is mounted, for the function that writes bundles to it."""

METRICS_NAMESPACE = "AWS_EMF_NAMESPACE"
"""CloudWatch namespace; the name is that of aws-embedded-metrics' own configuration."""

SERVICE_NAME = "POWERTOOLS_SERVICE_NAME"
"""``service`` in each log line; the name is that of Powertools for AWS Lambda."""

LOG_LEVEL = "LOG_LEVEL"
"""Lowest level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."""

MAX_INSTANCES = "MAX_INSTANCES"
"""Maximum number of instances in one request."""

MAX_BODY_BYTES = "MAX_BODY_BYTES"
"""Maximum length of a request body, in bytes of the event, where a quotation mark in a text takes two."""

MAX_TEXT_LENGTH = "MAX_TEXT_LENGTH"
"""Maximum length of a free text, in characters."""

MAX_NESTING = "MAX_NESTING"
"""Maximum nesting of lists and objects in JSON."""

DEADLINE_MARGIN_MS = "DEADLINE_MARGIN_MS"
"""A request with less time left than this is refused with 503, in milliseconds."""

CORS_ALLOW_ORIGIN = "CORS_ALLOW_ORIGIN"
"""Origin of the web pages that may call the API, such as ``https://app.example.com``, or ``*``. None by default."""

UNKNOWN_FEATURES = "UNKNOWN_FEATURES"
"""Whether a feature that the model does not have is refused: refuse or ignore. Refused by default."""

CLASS_METRICS = "CLASS_METRICS"
"""Classes whose predictions are counted in metrics of their own: a JSON list of labels. None by default: metrics are
billed by their number."""

METRICS = "METRICS"
"""Which metrics of the catalogue the function emits: a JSON list of names. All by default; the values of the others are
members of the record without being metrics, so that queries of the log find them."""

LOG_BINS = "LOG_BINS"
"""Whether records contain the bins of the reference profile that the values fall into: true or false. On by default:
the model monitor needs them to detect drift, and they contain no values."""

FEEDBACK = "FEEDBACK"
"""Whether ``POST /feedback`` accepts actual labels and values, and predictions are logged so that they can be joined:
true or false. Off by default."""

MONITORED_LOG_GROUP = "MONITORED_LOG_GROUP"
"""Of the model monitor: the log group of the function that predicts."""

MONITOR_WINDOW_HOURS = "MONITOR_WINDOW_HOURS"
"""Of the model monitor: how many hours of requests it compares with the reference profile."""

DRIFT_THRESHOLD = "DRIFT_THRESHOLD"
"""Of the model monitor: population stability index below which a change is not worth an alarm, 0 to 1."""

FEEDBACK_WINDOW_DAYS = "FEEDBACK_WINDOW_DAYS"
"""Of the model monitor: how many days of feedback it compares with the evaluation in the bundle."""

FEEDBACK_REACH_DAYS = "FEEDBACK_REACH_DAYS"
"""Of the model monitor: how many days back it searches for the predictions that feedback is about."""

QUALITY_THRESHOLD = "QUALITY_THRESHOLD"
"""Of the model monitor: loss of accuracy, or share of a regressor's error, that is not worth an alarm, 0 to 1."""

NOTICE_TOPIC = "NOTICE_TOPIC"
"""Of the model monitor: ARN of the SNS topic that its notices are sent to. None by default."""

STACK_NAME = "STACK_NAME"
"""Of the model monitor and the notifier: name of the stack, which each notification begins with."""

DASHBOARD_URL = "DASHBOARD_URL"
"""Of the model monitor and the notifier: address of the dashboard, to which notifications link."""

RUNBOOK_URL = "RUNBOOK_URL"
"""Of the model monitor: address of the runbook, to whose sections notifications link."""

ALARM_TOPICS = "ALARM_TOPICS"
"""Of the notifier: ARN of the SNS topic for each severity, a JSON object."""

ALARM_SEVERITIES = "ALARM_SEVERITIES"
"""Of the notifier: severity of each alarm that notifies, a JSON object by the name without its prefix."""

ALARM_PREFIX = "ALARM_PREFIX"
"""Of the notifier: prefix of the names of the stack's alarms."""

DEPLOYED_AT = "DEPLOYED_AT"
"""Of the notifier: time of the last deployment of the function that predicts, as AWS Lambda writes it."""

DEPLOYED_VERSION = "DEPLOYED_VERSION"
"""Of the notifier: the version of the function that this deployment published."""

LOG_PAYLOAD_SAMPLE_RATE = "LOG_PAYLOAD_SAMPLE_RATE"
"""Share of the requests whose instances and predictions are logged, 0 to 1. Off by default: it is personal data."""

LOG_PAYLOAD_MAX_BYTES = "LOG_PAYLOAD_MAX_BYTES"
"""Maximum length of a logged payload, in bytes; instances that do not fit are left out."""

LOG_PAYLOAD_DROP = "LOG_PAYLOAD_DROP"
"""Features that are never logged: a JSON list of names."""

LOG_PAYLOAD_HASH = "LOG_PAYLOAD_HASH"
"""Features of which a keyed hash is logged: a JSON list of names."""

LOG_PAYLOAD_HASH_KEY = "LOG_PAYLOAD_HASH_KEY"
"""The key of those hashes: 32 to 64 bytes of UTF-8."""

SHADOW_BUNDLE = "SHADOW_BUNDLE"
"""Directory of a second bundle, the shadow, whose predictions are compared and never returned. None by default."""

SHADOW_SAMPLE_RATE = "SHADOW_SAMPLE_RATE"
"""Share of the requests that the shadow scores, 0 to 1."""

FUNCTION_MEMORY_MB = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
"""Memory of the function in megabytes; Lambda sets it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

DEFAULT_RUNBOOK_URL = "docs/runbook.md"
DEFAULT_DEADLINE_MARGIN_MS = 50
DEFAULT_MONITOR_WINDOW_HOURS = 24
DEFAULT_FEEDBACK_WINDOW_DAYS = 7
DEFAULT_FEEDBACK_REACH_DAYS = 30
DEFAULT_QUALITY_THRESHOLD = 0.05
DEFAULT_DRIFT_THRESHOLD = 0.05
"""By convention a population stability index of 0.1 is worth a look and 0.25 is large (N. Siddiqi, "Credit Risk
Scorecards", 2006); a shift by a quarter of a standard deviation gives half of the first."""
DEFAULT_LOG_PAYLOAD_MAX_BYTES = 2000
DEFAULT_MAX_INSTANCES = 1000
DEFAULT_MAX_TEXT_LENGTH = 10_000
DEFAULT_MAX_NESTING = 32
"""The deepest form of a route has six levels."""
DEFAULT_MAX_BODY_BYTES = 6_200_000
"""Below the 6 291 456 bytes that Lambda takes synchronously, with room for the event around the body.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
