"""Settings with which a stack has a console, and the stack that they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"

NETWORKS = {"console": "true", "consoleNetworks": "203.0.113.0/24,198.51.100.7"}

SIGN_IN = {
    "console": "true",
    "consoleUsers": "ana@example.com,ben@example.com",
    "consoleDomainName": "console.example.com",
    "consoleCertificateArn": CERTIFICATE,
}


def declared_with(settings: Mapping[str, str], bundle: Path, stack: str = "dev") -> Declared:
    """Declare a stack with settings, each without the prefix of the project."""
    return declare(stack, {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)
