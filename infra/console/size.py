"""The size of the console, for its task and for its estimated cost."""

from __future__ import annotations

VCPU_UNITS, MEMORY_MB = 256, 1024
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size"""
TASKS = 1
BALANCER_ZONES = 2
"""A load balancer has an address in each of its availability zones."""
