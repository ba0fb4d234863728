"""List prices of eu-central-1 in USD, from which the dashboard estimates and docs/costs.md computes.

Read between August and October 2026 from the AWS price list.

References
----------
.. [1] https://aws.amazon.com/lambda/pricing/
.. [2] https://aws.amazon.com/api-gateway/pricing/
.. [3] https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
"""Of Lambda's duration, by architecture."""

PROVISIONED_GB_SECOND = {"arm64": 0.0000033333, "x86_64": 0.0000041667}
"""Of warm execution environments, whether they are used or not."""

MILLION = 1_000_000
LAMBDA_REQUEST = 0.20 / MILLION
REST_REQUEST = 3.70 / MILLION
LOGS_GB = 0.63
METRIC_MONTH = 0.30
ALARM_METRIC_MONTH = 0.10
COMPOSITE_ALARM_MONTH = 0.50
DASHBOARD_MONTH = 3.00
KEY_MONTH = 1.00
ECR_GB_MONTH = 0.10
WEB_ACL_MONTH = 5.00
WEB_ACL_RULE_MONTH = 1.00
WEB_ACL_REQUEST = 0.60 / MILLION
NOTIFICATION = 0.50 / MILLION
TRACE = 5.00 / MILLION

# The always-free tiers belong to the account, not to the stack.
FREE_GB_SECONDS = 400_000
FREE_LAMBDA_REQUESTS = MILLION
FREE_METRICS = 10
FREE_ALARM_METRICS = 10
FREE_DASHBOARDS = 3
FREE_LOGS_GB = 5
FREE_NOTIFICATIONS = MILLION
FREE_TRACES = 100_000
