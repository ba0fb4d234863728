#!/usr/bin/env bash
# aws-embedded-metrics 3.5.0 refuses metric names above 250 characters, although it states a limit of 1024.
#
# Versions: aws-embedded-metrics 3.5.0, Python 3.11.
#
# Guess: the names of metrics are checked against MAX_METRIC_NAME_LENGTH (1024), the limit of the embedded metric format.
#
# Seen: the check uses MAX_DIMENSION_NAME_LENGTH (250); no code reads MAX_METRIC_NAME_LENGTH. CloudWatch itself takes
# metric names of 255 characters. Names built from a model, a version and a feature reach the lower limit, and put_metric
# raises in the middle of a request.
#
# Output:
#   stated limit of a metric name: 1024
#   250 characters: accepted
#   251 characters: InvalidMetricError: Metric name cannot be longer than 250 characters
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check aws-embedded-metrics==3.5.0
"$folder/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

from aws_embedded_metrics import constants
from aws_embedded_metrics.exceptions import InvalidMetricError
from aws_embedded_metrics.logger.metrics_context import MetricsContext

print(f"aws-embedded-metrics {version('aws-embedded-metrics')}")
print(f"stated limit of a metric name: {constants.MAX_METRIC_NAME_LENGTH}")
context = MetricsContext.empty()
context.put_metric("m" * 250, 1.0)
print("250 characters: accepted")
try:
    context.put_metric("m" * 251, 1.0)
except InvalidMetricError as error:
    print(f"251 characters: InvalidMetricError: {error}")
else:
    sys.exit("Changed: a metric name of 251 characters is accepted.")
print("as stated")
PYTHON
