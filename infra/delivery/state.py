"""What a run may do with the state of one stack, as pure functions: where Pulumi keeps it, and what encrypts it.

The places are those of Pulumi's own storage, with stacks below their project. That meta.yaml, stacks, locks and history
are there is documented [1]_; backups, the journal, the tags of a stack and the folder of the locks are from its source
[2]_. The context of the key is documented by the library that Pulumi opens keys with [3]_.

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

# A stack's name has no dot, so that another stack's files do not begin with it.
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
    """Return what a run may do with the state of one stack: read it, and write it when it deploys.

    Parameters
    ----------
    bucket : str
        Where the state is.
    key_arn : str
        Encrypts the secrets in it, for each stack with the stack's name as context.
    stack : str
        The stack; the state of another is neither read nor written.
    writes : bool
        Whether the run deploys.
    """
    root = f"arn:aws:s3:::{bucket}/.pulumi"
    places: list[Json] = [f"{root}/{place.format(stack=stack)}" for place in _PLACES]
    given: list[Json] = ["s3:GetObject", *(["s3:PutObject", "s3:DeleteObject"] if writes else [])]
    return document(
        # With a condition on the prefix, S3 answers 403 and not 404 for a file that is not there [4]_, which Pulumi
        # takes for a failure. So names are seen, of files and stacks, and nothing in them.
        {"Sid": "ListState", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Sid": "StateLayout", "Action": "s3:GetObject", "Resource": f"{root}/meta.yaml"},
        {"Sid": "State", "Action": given, "Resource": places},
        {
            "Sid": "Secrets",
            "Action": ["kms:Decrypt", *(["kms:Encrypt"] if writes else [])],
            "Resource": key_arn,
            "Condition": {"StringEquals": {f"kms:EncryptionContext:{CONTEXT}": stack}},
        },
        # A role that makes keys may tag new ones; this one it must never tag as its own.
        {"Sid": "KeyStaysWhoseItIs", "Effect": "Deny", "Action": _TAKING_OVER, "Resource": key_arn},
    )
