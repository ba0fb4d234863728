"""Permissions of the roles of capture, as pure functions: one forwards log lines, the other writes files.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample
.. [2] https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import KEEP, Held, Permissions, actions, arn_of, document, tls_policy

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

LOGS = "logs.amazonaws.com"
FIREHOSE = "firehose.amazonaws.com"


def send_trust_policy(names: Names) -> dict[str, Json]:
    """Return the trust policy for CloudWatch Logs, limited to the logs of this account."""
    return document(
        {
            "Sid": "LogsTakeRole",
            "Principal": {"Service": LOGS},
            "Action": "sts:AssumeRole",
            "Condition": {"StringLike": {"aws:SourceArn": arn_of(names, "logs", "*")}},
        }
    )


def send_policy(stream_arn: str) -> dict[str, Json]:
    """Return the policy of CloudWatch Logs: put records into the stream."""
    return document(
        {
            "Sid": "SendCapturedLines",
            "Action": ["firehose:PutRecord", "firehose:PutRecordBatch"],
            "Resource": stream_arn,
        }
    )


def deliver_trust_policy(names: Names) -> dict[str, Json]:
    """Return the trust policy for Data Firehose, limited to streams of this account."""
    return document(
        {
            "Sid": "FirehoseTakesRole",
            "Principal": {"Service": FIREHOSE},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": names.account_id}},
        }
    )


def deliver_policy(bucket_arn: str, log_group_arn: str) -> dict[str, Json]:
    """Return the policy of Data Firehose: write files to the bucket and its errors to its log.

    Without ``s3:GetObject`` this role cannot read the captured files.
    """
    return document(
        {
            "Sid": "FindBucket",
            "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            "Resource": bucket_arn,
        },
        {
            "Sid": "WriteFiles",
            "Action": ["s3:PutObject", "s3:AbortMultipartUpload"],
            "Resource": f"{bucket_arn}/*",
        },
        {"Sid": "TellErrors", "Action": "logs:PutLogEvents", "Resource": f"{log_group_arn}:log-stream:*"},
    )


def _held(names: Names) -> tuple[Held, ...]:
    bucket = f"arn:aws:s3:::{names.capture_bucket}"
    errors = arn_of(names, "logs", f"log-group:{names.capture_log_group}")
    stream = arn_of(names, "firehose", f"deliverystream/{names.of('capture')}")
    return (
        Held("capture bucket, with capture", tls_policy(bucket)),
        Held("role that forwards captured lines: trust", send_trust_policy(names)),
        Held("role that forwards captured lines", send_policy(stream)),
        Held("role that writes captured files: trust", deliver_trust_policy(names)),
        Held("role that writes captured files", deliver_policy(bucket, errors)),
    )


def _deployment(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "CaptureStream",
            "Action": actions(
                "firehose", "CreateDeliveryStream", "DeleteDeliveryStream", "DescribeDeliveryStream",
                "UpdateDestination", "StartDeliveryStreamEncryption", "StopDeliveryStreamEncryption",
                "TagDeliveryStream", "UntagDeliveryStream", "ListTagsForDeliveryStream",
            ),
            "Resource": arn_of(names, "firehose", f"deliverystream/{names.prefix}-*"),
        },
    ]  # fmt: skip


def _boundary(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "TellCaptureErrors",
            "Action": "logs:PutLogEvents",
            "Resource": arn_of(names, "logs", "log-group:/aws/kinesisfirehose/inference-*"),
        },
        {
            "Sid": "SendCapturedLines",
            "Action": ["firehose:PutRecord", "firehose:PutRecordBatch"],
            "Resource": arn_of(names, "firehose", "deliverystream/inference-*"),
        },
        {
            "Sid": "WriteCapture",
            "Action": [
                "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:PutObject",
                "s3:AbortMultipartUpload",
            ],
            "Resource": f"arn:aws:s3:::inference-*-capture-{names.account_id}*",
        },
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, lambda names: {KEEP: _deployment(names)}, _boundary)
