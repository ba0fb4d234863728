"""What is made once for an account: ``pulumi up --cwd bootstrap`` runs this file."""

from __future__ import annotations

import sys
from pathlib import Path

import pulumi
import pulumi_aws as aws

# Pulumi runs a program in its own folder.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from infra.delivery.roles import Delivery
from infra.delivery.settings import load_delivery

account_id, region = aws.get_caller_identity().account_id, aws.get_region().region
delivery = Delivery("delivery", load_delivery(pulumi.Config(), account_id, region))
pulumi.export("role_arns", delivery.role_arns)
pulumi.export("boundary_arn", delivery.boundary_arn)
