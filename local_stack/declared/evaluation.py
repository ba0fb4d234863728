"""Evaluates the Pulumi program without Pulumi's command line and without AWS.

The whole program runs against a monitor that records every resource and answers as AWS would. The tests
read the result, and the local stack runs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import runpy
import tempfile
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import run_in_stack, settings

from inference_lib.contract.reading import resolve_bundle
from infra.prices.table import DEFAULT_REGION
from infra.settings.files import PROJECT_DIRECTORY, RECEIVER, configuration, project
from local_stack.declared.aws_values import computed_values
from local_stack.declared.recorder import Engine, Monitor, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local_stack.declared.recorder import Compute

__all__ = [
    "DEFAULT_REGION",
    "PROJECT_DIRECTORY",
    "Declared",
    "configuration",
    "declare",
    "declare_bootstrap",
    "shadow_bundle",
]

BUNDLE, SHADOW = "inference:bundle", "inference:shadowBundle"
BOOTSTRAP_DIRECTORY = PROJECT_DIRECTORY / "bootstrap"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Everything that one run of the program declared.

    Parameters
    ----------
    stack : str
        Name of the stack.
    region : str
        The AWS region of the stack.
    resources : tuple of Resource
        Sorted by type and name.
    outputs : dict
        The resolved exports of the stack.
    secrets : frozenset of str
        The exports that are secret.
    messages : tuple of str
        The warnings and errors that Pulumi would print.
    """

    stack: str
    region: str
    resources: tuple[Resource, ...]
    outputs: Mapping[str, Any]
    secrets: frozenset[str]
    messages: tuple[str, ...]

    def all(self, type_suffix: str, name_suffix: str = "") -> tuple[Resource, ...]:
        """Return the resources of a type, such as ``lambda/function:Function`` or ``Function``."""
        return tuple(
            resource
            for resource in self.resources
            if f":{resource.type}".replace("/", ":").endswith(f":{type_suffix}".replace("/", ":"))
            and resource.name.endswith(name_suffix)
        )

    def one(self, type_suffix: str, name_suffix: str = "") -> Resource:
        """Return the only resource of a type with this ending of its name.

        Raises
        ------
        LookupError
            No resource has it, or several do.
        """
        found = self.all(type_suffix, name_suffix)
        if len(found) != 1:
            names = ", ".join(resource.name for resource in found) or "none"
            raise LookupError(f"expected one {type_suffix} named *{name_suffix}, found {names}")
        return found[0]


def declare(
    stack: str = "dev",
    config: Mapping[str, str] | None = None,
    *,
    bundle: Path | None = None,
    secrets: Sequence[str] = (),
    compute: Compute = computed_values,
) -> Declared:
    """Run the program for a stack and return its declarations.

    Parameters
    ----------
    stack : str
        Name of the stack; its settings are read from ``Pulumi.STACK.yaml``, if there is one.
    config : dict of str to str, optional
        Settings that override the file's, by their full keys, such as ``inference:memoryMb``.
    bundle : Path, optional
        Serve this bundle, which may be outside the project directory: nothing is built here.
    secrets : sequence of str, optional
        The keys that Pulumi holds as secrets.
    compute : callable, optional
        Returns the computed properties of a resource; plausible values by default.

    Returns
    -------
    Declared
        After all registrations, so that the absence of a resource is certain, too.

    Raises
    ------
    pulumi.RunError
        The settings are wrong; the message has a line for each fault.
    """
    values = _values(stack, config or {})
    monitor = Monitor(project()["name"], stack, values.get("aws:region", DEFAULT_REGION), compute)
    with _project_directory(bundle, values.get(SHADOW, "")) as (root, paths):
        values.update(paths)
        _in_fresh_context(lambda: asyncio.run(_run_program(monitor, values, secrets, root)))
    return _recorded(monitor)


def _values(stack: str, config: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a stack, with a placeholder for a required receiver of alarms that is not set."""
    values = {**configuration(stack), **config}
    if values.get("inference:alarmReceiverRequired") == "true" and not values["inference:pageEmails"]:
        values["inference:pageEmails"] = config.get("inference:pageEmails", RECEIVER)
    return values


def declare_bootstrap(config: Mapping[str, str], compute: Compute = computed_values) -> Declared:
    """Run the program of ``bootstrap/`` and return its declarations.

    Parameters
    ----------
    config : dict of str to str
        Settings without their namespace, such as ``repository``.
    compute : callable, optional
        As for ``declare``.

    Raises
    ------
    pulumi.RunError
        The settings are wrong; the message has a line for each fault.
    """
    own = project(BOOTSTRAP_DIRECTORY)
    defaults = {key: each["default"] for key, each in own["config"].items() if "default" in each}
    values = {f"{own['name']}:{key}": value for key, value in {**defaults, **config}.items()}
    monitor = Monitor(own["name"], "bootstrap", DEFAULT_REGION, compute)
    program = BOOTSTRAP_DIRECTORY / "__main__.py"
    _in_fresh_context(lambda: asyncio.run(_run_program(monitor, values, (), BOOTSTRAP_DIRECTORY, program)))
    return _recorded(monitor)


def _recorded(monitor: Monitor) -> Declared:
    return Declared(
        stack=monitor.stack,
        region=monitor.region,
        resources=tuple(sorted(monitor.resources, key=lambda resource: (resource.type, resource.name))),
        messages=tuple(monitor.messages),
        outputs=monitor.exports,
        secrets=monitor.secret_exports,
    )


def shadow_bundle(values: Mapping[str, str]) -> Path | None:
    """Return the directory of the shadow bundle that the settings name, if any.

    Raises
    ------
    BundleError
        The settings name a directory without a bundle.
    """
    path = values.get(SHADOW)
    return Path(resolve_bundle(str(PROJECT_DIRECTORY / path))) if path else None


@contextlib.contextmanager
def _project_directory(bundle: Path | None, shadow: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield the project directory, or one with links to bundles from elsewhere, and their paths in it."""
    if bundle is None:
        yield PROJECT_DIRECTORY, {}
        return
    linked = {BUNDLE: bundle}
    if shadow and (PROJECT_DIRECTORY / shadow).is_dir():
        linked[SHADOW] = PROJECT_DIRECTORY / shadow
    with tempfile.TemporaryDirectory() as directory:
        paths = {}
        for key, place in linked.items():
            path = Path("bundles", key.partition(":")[2] if key == SHADOW else "", place.resolve().name)
            (Path(directory) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(directory) / path).symlink_to(place.resolve(), target_is_directory=True)
            paths[key] = str(path)
        yield Path(directory), paths


def _in_fresh_context(work: Callable[[], None]) -> None:
    """Run in a thread of its own, because Pulumi keeps all its state in context variables."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            contextvars.Context().run(work)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failures.append(error)

    thread = threading.Thread(target=guarded, name="declare")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


async def _run_program(
    monitor: Monitor,
    values: dict[str, str],
    secrets: Sequence[str],
    root: Path,
    path: Path = PROJECT_DIRECTORY / "__main__.py",
) -> None:
    # Stored in the current context only.
    settings.Settings(
        project=monitor.project,
        stack=monitor.stack,
        monitor=monitor,
        engine=Engine(monitor.messages),
        dry_run=False,
        organization="organization",
        root_directory=str(root),
    )
    pulumi.runtime.set_all_config(values, list(secrets))

    def program() -> None:
        with warnings.catch_warnings():
            # pulumi_aws warns of deprecated resources on import, even if the program uses none.
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"pulumi_aws\.")
            runpy.run_path(str(path), run_name="declared_program")

    await run_in_stack(program)
