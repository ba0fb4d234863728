"""Names and tags of resources, and AWS's limits for names. Pure: declares no resource."""

from __future__ import annotations

import re
from dataclasses import dataclass

PROJECT = "inference"

STACK_NAME = r"[a-z0-9]+(-[a-z0-9]+)*"
"""Allowed names of stacks: the name is part of that of an ECR repository, and is the stage of the API.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html
"""
MAX_STACK_NAME = 32
"""Leaves room for the longest part within ``MAX_ROLE_NAME``."""

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
MAX_LOAD_BALANCER_NAME = 32
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_ROLE_NAME = 64
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageIdentifier.html
MAX_IMAGE_TAG = 128
# https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
MAX_TAG_VALUE = 256


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of the resources of one stack, its account and its region.

    Parameters
    ----------
    stack : str
        Name of the Pulumi stack.
    model : str
        Name of the model that is served.
    account_id : str
        The AWS account, twelve digits.
    region : str
        The AWS region, such as ``eu-central-1``.
    """

    stack: str
    model: str
    account_id: str
    region: str

    @property
    def prefix(self) -> str:
        """The start of every name."""
        return f"{PROJECT}-{self.stack}"

    def of(self, part: str) -> str:
        """Return the name of one part, such as ``inference-dev-predict``.

        Raises
        ------
        ValueError
            The name exceeds the shortest limit of all named resources.
        """
        name = f"{self.prefix}-{part}"
        if len(name) > MAX_ROLE_NAME:
            raise ValueError(
                f"{name}: {len(name)} characters; expected at most {MAX_ROLE_NAME}. Choose a shorter part."
            )
        return name

    @property
    def function(self) -> str:
        """Name of the Lambda function."""
        return self.of("predict")

    @property
    def upload_function(self) -> str:
        """Name of the Lambda function that writes models to shared storage."""
        return self.of("upload")

    @property
    def log_group(self) -> str:
        """Name of the log group of the function."""
        return f"/aws/lambda/{self.function}"

    @property
    def monitor(self) -> str:
        """Name of the Lambda function of the model monitor."""
        return self.of("monitor")

    @property
    def monitor_log_group(self) -> str:
        """Name of the log group of the model monitor."""
        return f"/aws/lambda/{self.monitor}"

    @property
    def monitor_role(self) -> str:
        """Name of the role of the model monitor."""
        return self.of("monitor-role")

    @property
    def notifier(self) -> str:
        """Name of the Lambda function that writes the messages of alarms."""
        return self.of("notifier")

    @property
    def notifier_role(self) -> str:
        """Name of the role of the notifier."""
        return self.of("notifier-role")

    @property
    def model_store(self) -> str:
        """Name of the bucket of the models, unique across accounts."""
        return f"{self.of('models')}-{self.account_id}"

    @property
    def capture_bucket(self) -> str:
        """Name of the bucket of captured requests, unique across accounts."""
        return f"{self.of('capture')}-{self.account_id}"

    @property
    def capture_log_group(self) -> str:
        """Name of the log group in which Data Firehose logs its errors."""
        return f"/aws/kinesisfirehose/{self.of('capture')}"

    @property
    def batch_bucket(self) -> str:
        """Name of the batch bucket, unique across accounts."""
        return f"{self.of('batch')}-{self.account_id}"

    @property
    def batch(self) -> str:
        """Name of the batch state machine."""
        return self.of("batch")

    @property
    def batch_arn(self) -> str:
        """ARN of the batch state machine."""
        return f"arn:aws:states:{self.region}:{self.account_id}:stateMachine:{self.batch}"

    @property
    def batch_log_group(self) -> str:
        """Name of the log group of batches.

        With this prefix AWS Step Functions does not fill the account's resource policy for logs.
        https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        """
        return f"/aws/vendedlogs/states/{self.batch}"

    @property
    def api(self) -> str:
        """Name of the REST API."""
        return self.of("api")

    @property
    def dashboard(self) -> str:
        """Name of the dashboard."""
        return self.of("model")

    @property
    def console(self) -> str:
        """Name of the console, its load balancer and its secret."""
        return self.of("console")

    @property
    def tags(self) -> dict[str, str]:
        """Tags of every resource that supports them."""
        return {
            "project": PROJECT,
            "stack": self.stack,
            "model": re.sub(r"[^\w .:/=+@-]", "-", self.model)[:MAX_TAG_VALUE],
            "managed-by": "pulumi",
        }

    def alarm(self, rule: str) -> str:
        """Return the name of an alarm; every one matches ``alarm_arns``."""
        return self.of(f"alarm-{rule}")

    @property
    def alarm_arns(self) -> str:
        """Pattern of the ARNs of this stack's alarms, for the policies of the topic and its key."""
        return f"arn:aws:cloudwatch:{self.region}:{self.account_id}:alarm:{self.alarm('*')}"

    @property
    def function_arns(self) -> list[str]:
        """Patterns of the ARNs of this stack's functions, which run its image."""
        start = f"arn:aws:lambda:{self.region}:{self.account_id}:function:"
        return [f"{start}{name}*" for name in (self.function, self.monitor, self.notifier)]

    @property
    def upload_function_arns(self) -> str:
        """Pattern of the ARNs of the function that writes to shared storage."""
        return f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.upload_function}*"

    @property
    def all_function_arns(self) -> str:
        """Pattern of the ARNs of all functions of this stack."""
        return f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.of('*')}"


def image_tag(model: str, version: str, content: str) -> str:
    """Return the tag of an image: the model, its version and what else is in the image.

    Parameters
    ----------
    model, version : str
        As in the contract; characters that a tag cannot contain become hyphens.
    content : str
        Digest of the build context, in hexadecimal.
    """
    tail = f"-{re.sub(r'[^A-Za-z0-9_.-]', '-', version)}-{content[:12]}"
    head = re.sub(r"[^A-Za-z0-9_.-]", "-", model).lstrip(".-") or "model"
    return head[: MAX_IMAGE_TAG - len(tail)] + tail
