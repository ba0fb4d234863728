"""The settings of a stack, read from the project's files without Pulumi's engine."""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Any

import pulumi
import yaml
from pulumi.runtime import settings as engine

from infra.prices.table import DEFAULT_REGION
from infra.settings.field import as_text
from infra.settings.reading import PROJECT_DIRECTORY, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from infra.settings.declaration import StackSettings

__all__ = (
    "ANOTHER_HASH_KEY",
    "HASH_KEY",
    "PROJECT_DIRECTORY",
    "RECEIVER",
    "StackFileError",
    "configuration",
    "project",
    "read_stack",
    "require_stack",
    "stacks",
)

RECEIVER = "receiver@this-machine.example"
"""Placeholder receiver for a stack that requires one: encrypted settings, which may name it, are not read here."""

HASH_KEY = "inference:captureHashKey"
ANOTHER_HASH_KEY = "a-key-of-this-machine-and-no-other"
"""Placeholder for the encrypted key of a stack: hashes made with it cannot be joined with those of the stack."""


class StackFileError(Exception):
    """There is no such stack, or its file cannot be read; the message is one sentence with the fix."""


def project(directory: Path = PROJECT_DIRECTORY) -> dict[str, Any]:
    """Return the members of ``Pulumi.yaml``."""
    return _document(directory / "Pulumi.yaml")


def _document(file: Path) -> dict[str, Any]:
    """Return a YAML document, by libyaml where it is there: Python's own parser takes a third of a declaration."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise StackFileError(f"{file.name}: line {line} is not YAML ({error.problem}). {_restore(file)}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StackFileError(f"{file.name}: is not YAML text in UTF-8. {_restore(file)}") from error
    if not isinstance(document or {}, dict) or not isinstance((document or {}).get("config") or {}, dict):
        raise StackFileError(
            f"{file.name}: expected the settings below `config:`, one `key: value` a line. {_restore(file)}"
        )
    return document or {}


def _restore(file: Path) -> str:
    return f"Correct it, or restore the committed file: git checkout -- {file.name}"


def stacks(directory: Path = PROJECT_DIRECTORY) -> tuple[str, ...]:
    """Return the stacks that have a file."""
    return tuple(sorted(path.name.split(".")[1] for path in directory.glob("Pulumi.*.yaml")))


def require_stack(stack: str, directory: Path = PROJECT_DIRECTORY) -> None:
    """Check that a stack has a file.

    Raises
    ------
    StackFileError
        It has none.
    """
    if stack not in stacks(directory):
        raise StackFileError(f"there is no Pulumi.{stack}.yaml; expected {' or '.join(stacks(directory))}")


def configuration(stack: str, directory: Path = PROJECT_DIRECTORY) -> dict[str, str]:
    """Return the configuration of a stack as Pulumi's command line would pass it.

    The defaults of ``Pulumi.yaml``, overridden by the values of ``Pulumi.STACK.yaml``. Encrypted values are left out,
    because only the command line can decrypt them; the key of hashes gets a placeholder.

    Raises
    ------
    StackFileError
        A file is not YAML, or its ``config`` is no mapping.
    """
    declared = project(directory)
    defaults = {f"{declared['name']}:{key}": each["default"] for key, each in declared["config"].items()}
    file = directory / f"Pulumi.{stack}.yaml"
    own = _document(file).get("config") or {} if file.is_file() else {}
    plain = {key: value for key, value in own.items() if not isinstance(value, dict)}
    if isinstance(own.get(HASH_KEY), dict):
        plain[HASH_KEY] = ANOTHER_HASH_KEY
    return {key: as_text(value) for key, value in {**defaults, **plain}.items()}


def read_stack(
    stack: str, overrides: Mapping[str, str] | None = None, directory: Path = PROJECT_DIRECTORY
) -> tuple[StackSettings, str]:
    """Return the settings of a stack, and its region.

    Parameters
    ----------
    stack : str
        Name of the stack.
    overrides : dict of str to str, optional
        Settings that override those of the file, by their full keys, such as ``inference:memoryMb``.
    directory : Path
        Directory of the project's files and bundles.

    Raises
    ------
    StackFileError
        The stack has no file, or one that cannot be read.
    pulumi.RunError
        The settings are wrong; the message has a line for each fault.
    """
    require_stack(stack, directory)
    values = {**configuration(stack, directory), **(overrides or {})}
    if values.get("inference:alarmReceiverRequired") == "true" and not values["inference:pageEmails"]:
        values["inference:pageEmails"] = RECEIVER
    name = project(directory)["name"]

    def load() -> StackSettings:
        engine.configure(engine.Settings(project=name, stack=stack))
        pulumi.runtime.set_all_config(values, [])
        return load_settings(pulumi.Config(name), stack, directory)

    # Pulumi keeps its state in context variables, which end with the context.
    return contextvars.copy_context().run(load), values.get("aws:region", DEFAULT_REGION)
