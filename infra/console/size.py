"""How large the console is: what its task is declared with, and what its cost is calculated from."""

from __future__ import annotations

VCPU_UNITS, MEMORY_MB = 256, 1024
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size"""
TASKS = 1
BALANCER_ZONES = 2
"""A load balancer has an address in each of its availability zones."""
