"""Capture: sampled inputs and predictions go from the function's log to files in a bucket, where they expire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib.scoring.payload_log import LEFT_OUT
from infra.capture.policies import deliver_policy, deliver_trust_policy, send_policy, send_trust_policy
from infra.outputs import Exports
from infra.storage.bucket import UNFINISHED_DAYS, PrivateBucketArgs, private_bucket

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

LINES_WITH_PAYLOAD = f"{{ $.{LEFT_OUT} >= 0 }}"
"""Matches the number next to the payload: a pattern cannot match a list [1]_.

.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

FOLDER = "payloads/"
FAILED_FOLDER = "failed/!{firehose:error-output-type}/"
LOG_STREAM = "delivery"

# The longest interval and the smallest size that Data Firehose accepts: few files, none of them large.
# https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
BUFFER_S = 900
BUFFER_MB = 5


@dataclass(frozen=True, kw_only=True)
class CaptureArgs:
    """Arguments of ``Capture``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether capture is on, and how long files are kept.
    log_group : Input of str
        Name of the function's log group.
    """

    names: Names
    settings: StackSettings
    log_group: pulumi.Input[str]


class Capture(pulumi.ComponentResource):
    """The delivery of captured requests to a bucket, if the settings enable it.

    Creates: the bucket with its encryption, public access block, ownership, policy and expiry; the stream of Data
    Firehose with its role and the log of its errors; the subscription of the function's log with its role.

    Outputs: ``url``, the folder of the files, empty without capture; ``exports``.
    """

    url: Output[str]
    exports: Exports

    def __init__(self, name: str, args: CaptureArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:capture:Capture", name, None, opts)
        self.url = self._capture(name, args) if args.settings.capture else Output.from_input("")
        self.exports = {"capture": self.url}
        self.register_outputs({"url": self.url})

    def _capture(self, name: str, args: CaptureArgs) -> Output[str]:
        # Without capture there is no purpose left for keeping personal data: the files are deleted with the bucket.
        bucket = private_bucket(
            name,
            PrivateBucketArgs(
                bucket=args.names.capture_bucket,
                rules=[
                    {
                        "id": "expiry",
                        "status": "Enabled",
                        "filter": {"prefix": ""},
                        "expiration": {"days": args.settings.capture_days},
                        "abort_incomplete_multipart_upload": {"days_after_initiation": UNFINISHED_DAYS},
                    }
                ],
                tags=args.names.tags,
                force_destroy=True,
                keeps_versions=False,
            ),
            self,
        )
        self._subscription(name, args, self._stream(name, args, bucket))
        return Output.concat("s3://", bucket.bucket, "/", FOLDER)

    def _stream(self, name: str, args: CaptureArgs, bucket: aws.s3.Bucket) -> aws.kinesis.FirehoseDeliveryStream:
        log_group, log_stream = self._error_log(name, args)
        role = self._role(f"{name}-deliver", args, Output.json_dumps(deliver_trust_policy(args.names)))
        documents = Output.all(bucket.arn, log_group.arn).apply(lambda arns: deliver_policy(*arns))
        policy = self._policy(f"{name}-deliver", role, Output.json_dumps(documents))
        return aws.kinesis.FirehoseDeliveryStream(
            f"{name}-stream",
            name=args.names.of("capture"),
            destination="extended_s3",
            server_side_encryption={"enabled": True, "key_type": "AWS_OWNED_CMK"},
            extended_s3_configuration={
                "role_arn": role.arn,
                "bucket_arn": bucket.arn,
                "prefix": FOLDER,
                "error_output_prefix": FAILED_FOLDER,
                "file_extension": ".gz",
                "buffering_interval": BUFFER_S,
                "buffering_size": BUFFER_MB,
                # CloudWatch Logs sends gzip already; compressed again, the files would be gzip in gzip.
                "compression_format": "UNCOMPRESSED",
                "cloudwatch_logging_options": {
                    "enabled": True,
                    "log_group_name": log_group.name,
                    "log_stream_name": log_stream.name,
                },
            },
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _error_log(self, name: str, args: CaptureArgs) -> tuple[aws.cloudwatch.LogGroup, aws.cloudwatch.LogStream]:
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-errors",
            name=args.names.capture_log_group,
            retention_in_days=args.settings.log_retention_days,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        stream = aws.cloudwatch.LogStream(
            f"{name}-errors-stream",
            name=LOG_STREAM,
            log_group_name=log_group.name,
            opts=ResourceOptions(parent=self),
        )
        return log_group, stream

    def _subscription(self, name: str, args: CaptureArgs, stream: aws.kinesis.FirehoseDeliveryStream) -> None:
        role = self._role(f"{name}-send", args, Output.json_dumps(send_trust_policy(args.names)))
        policy = self._policy(f"{name}-send", role, Output.json_dumps(stream.arn.apply(send_policy)))
        aws.cloudwatch.LogSubscriptionFilter(
            f"{name}-subscription",
            name=args.names.of("capture"),
            log_group=args.log_group,
            filter_pattern=LINES_WITH_PAYLOAD,
            destination_arn=stream.arn,
            role_arn=role.arn,
            # CloudWatch Logs tests the delivery when the filter is created.
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _role(self, name: str, args: CaptureArgs, trust: Output[str]) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}-role",
            name=args.names.of(f"{name}-role"),
            assume_role_policy=trust,
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )

    def _policy(self, name: str, role: aws.iam.Role, document: Output[str]) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            f"{name}-policy", name=name, role=role.name, policy=document, opts=ResourceOptions(parent=self)
        )
