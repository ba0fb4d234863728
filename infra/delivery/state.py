"""Permissions of a run for the state of one stack, as pure functions: its files and its key.

The paths are those of Pulumi's own storage, with stacks below their project. meta.yaml, stacks, locks and history are
documented [1]_; backups, the journal, the tags of a stack and the folder of the locks come from its source [2]_. The
library with which Pulumi opens keys documents the encryption context [3]_.

References
----------
.. [1] https://www.pulumi.com/docs/iac/guides/basics/using-a-diy-backend/
.. [2] https://github.com/pulumi/pulumi/tree/master/pkg/backend/diy
.. [3] https://pkg.go.dev/gocloud.dev/secrets/awskms#URLOpener
.. [4] https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import document
from infra.naming import PROJECT

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

CONTEXT = "stack"
"""Key of the encryption context; its value is the name of the stack."""

# The name of a stack has no dot, so that the files of another stack do not start with it.
_PLACES = (
    f"stacks/{PROJECT}/{{stack}}.*",
    f"history/{PROJECT}/{{stack}}/*",
    f"backups/{PROJECT}/{{stack}}/*",
    f"journal/{PROJECT}/{{stack}}/*",
    f"locks/organization/{PROJECT}/{{stack}}/*",
)
_TAKING_OVER: list[Json] = [
    f"kms:{verb}"
    for verb in (
        "CreateAlias", "CreateGrant", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource",
        "UpdateAlias", "UpdateKeyDescription",
    )
]  # fmt: skip


def state_policy(bucket: str, key_arn: str, stack: str, *, writes: bool) -> dict[str, Json]:
    """Return the policy of a run for the state of one stack: read it, and write it if the run deploys.

    Parameters
    ----------
    bucket : str
        Bucket of the state.
    key_arn : str
        ARN of the key that encrypts its secrets, with the stack's name as encryption context.
    stack : str
        Name of the stack; the state of another can be neither read nor written.
    writes : bool
        Whether the run deploys.
    """
    root = f"arn:aws:s3:::{bucket}/.pulumi"
    places: list[Json] = [f"{root}/{place.format(stack=stack)}" for place in _PLACES]
    given: list[Json] = ["s3:GetObject", *(["s3:PutObject", "s3:DeleteObject"] if writes else [])]
    return document(
        # With a condition on the prefix, S3 returns 403 instead of 404 for a missing file [4]_, which Pulumi treats as
        # a failure. A run can therefore list the names of all files and stacks, but not read them.
        {"Sid": "ListState", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Sid": "StateLayout", "Action": "s3:GetObject", "Resource": f"{root}/meta.yaml"},
        {"Sid": "State", "Action": given, "Resource": places},
        {
            "Sid": "Secrets",
            "Action": ["kms:Decrypt", *(["kms:Encrypt"] if writes else [])],
            "Resource": key_arn,
            "Condition": {"StringEquals": {f"kms:EncryptionContext:{CONTEXT}": stack}},
        },
        # A role that creates keys may tag new ones, but must never tag this key as its own.
        {"Sid": "KeyStaysWhoseItIs", "Effect": "Deny", "Action": _TAKING_OVER, "Resource": key_arn},
    )
