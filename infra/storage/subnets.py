"""Checks of existing subnets: in one VPC, and in different availability zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence


def vpc_of(private: Sequence[str], public: Sequence[str]) -> str:
    """Return the id of the VPC of the subnets that the settings name.

    Parameters
    ----------
    private, public : sequence of str
        Ids of subnets, as in ``inference:subnetIds`` and ``inference:publicSubnetIds``.

    Raises
    ------
    pulumi.RunError
        A subnet does not exist, two of a kind are in one availability zone, or they are in several VPCs.
    """
    found = {"subnetIds": _found("subnetIds", private), "publicSubnetIds": _found("publicSubnetIds", public)}
    for key, subnets in found.items():
        zones = [each.availability_zone for each in subnets]
        if twice := sorted({zone for zone in zones if zones.count(zone) > 1}):
            raise pulumi.RunError(
                f"inference:{key}: several subnets are in {twice[0]}; expected one in each availability zone. "
                f"Set it: pulumi config set inference:{key} subnet-IN-ONE-ZONE,subnet-IN-ANOTHER"
            )
    vpcs = sorted({each.vpc_id for subnets in found.values() for each in subnets})
    if len(vpcs) > 1:
        raise pulumi.RunError(
            f"inference:subnetIds, inference:publicSubnetIds: the subnets are in several VPCs, {' and '.join(vpcs)}; "
            "expected subnets of one"
        )
    return vpcs[0]


def _found(key: str, ids: Sequence[str]) -> list[aws.ec2.AwaitableGetSubnetResult]:
    found = []
    for each in ids:
        try:
            found.append(aws.ec2.get_subnet(id=each))
        except Exception as error:  # Pulumi raises no narrower class for a failed invoke
            raise pulumi.RunError(
                f"inference:{key}: {each} cannot be read ({_reason(error)}); expected subnets of this "
                "account in the stack's own region. List them: aws ec2 describe-subnets"
            ) from error
    return found


def _reason(error: Exception) -> str:
    """Return the message of AWS, without the calls around it."""
    lines = [line.strip(" \t*") for line in str(error).splitlines()]
    last = next((line for line in reversed(lines) if line), "no reason given")
    return last.rpartition("failed: ")[2].removesuffix("()").strip()
