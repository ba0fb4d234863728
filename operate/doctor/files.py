"""Checks of the files of a stack: its settings and its bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from inference_lib.errors import InferenceError
from infra.settings.files import RECEIVER, StackFileError, configuration, read_stack, require_stack
from model_export.commands.verify import verify_bundle
from operate.doctor.finding import BLOCKED, OK, SKIPPED, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from infra.settings.declaration import StackSettings

SETTINGS = "Settings"
_BUNDLES = {"inference:bundle": "Bundle", "inference:shadowBundle": "Shadow bundle"}
_EXPORT = "Export one: make example, or make export MODEL=model.joblib DATA=data.csv NAME=my_model"


def stack_configuration(stack: str, directory: Path) -> dict[str, str] | Finding:
    """Return the plain settings of a stack by key, or the finding that they cannot be read."""
    try:
        require_stack(stack, directory)
        return configuration(stack, directory)
    except StackFileError as error:
        return Finding("Stack file", BLOCKED, str(error))


def bundle_checks(values: Mapping[str, str], directory: Path) -> Iterator[Finding]:
    """Verify the bundles that a stack names: hashes, format and golden answers.

    Parameters
    ----------
    values : dict of str to str
        The settings of the stack, by key.
    directory : Path
        Directory of the project's files.
    """
    for key, check in _BUNDLES.items():
        if values.get(key):
            yield _verified(check, key, values[key], directory)


def _verified(check: str, key: str, named: str, directory: Path) -> Finding:
    place = directory / named
    if not place.is_dir():
        return Finding(check, BLOCKED, f"{key}: {named} does not exist. {_EXPORT}")
    try:
        verdict = verify_bundle(str(place))
    except (InferenceError, OSError, ValueError) as error:
        reason = " ".join(str(error).replace(f"{directory}/", "").split()).rstrip(".")
        return Finding(check, BLOCKED, f"{reason}. {_EXPORT}")
    text = " ".join(verdict.text().split())
    return Finding(check, BLOCKED if verdict.differences else OK, text if verdict.differences else text.rstrip("."))


def settings_checks(stack: str, directory: Path, found: list[StackSettings]) -> Iterator[Finding]:
    """Check the settings of a stack as ``pulumi up`` does; each fault is a finding.

    Parameters
    ----------
    stack : str
        Name of the stack.
    directory : Path
        Directory of the project's files.
    found : list of StackSettings
        Receives the settings if they are valid.
    """
    try:
        settings, _ = read_stack(stack, directory=directory)
    except pulumi.RunError as error:
        faults = [line for line in str(error).splitlines() if not line.startswith(tuple(f"{key}:" for key in _BUNDLES))]
        yield from (Finding(SETTINGS, BLOCKED, fault) for fault in faults)
        if not faults:
            yield Finding(SETTINGS, SKIPPED, "some depend on the bundle")
        return
    found.append(settings)
    if settings.page_emails == RECEIVER and not _names_receiver(directory / f"Pulumi.{stack}.yaml"):
        fix = f"Set one: pulumi config set inference:pageEmails on-call@example.com --stack {stack}"
        yield Finding(SETTINGS, BLOCKED, f"inference:alarmReceiverRequired is true, and no receiver is set. {fix}")
        return
    yield Finding(SETTINGS, OK, f"Pulumi.{stack}.yaml, for the model {settings.contract.name}")


def _names_receiver(file: Path) -> bool:
    """Return whether a file sets a receiver of pages, encrypted or not; only Pulumi can decrypt it."""
    text = file.read_text(encoding="utf-8")
    return any(f"{key}:" in text for key in ("inference:pageEmails", "inference:slackChannelId"))
