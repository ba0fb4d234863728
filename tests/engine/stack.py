"""One stack of the program, in a project of its own, driven by the real engine."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi import automation
from pulumi.runtime import settings

from infra.image.context import context_files
from infra.settings.files import PROJECT_DIRECTORY
from tests.engine.cloud.account import Account
from tests.engine.cloud.provider import Provider, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSOLE = "console/Dockerfile"
WITHOUT_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


def make_project(directory: Path, bundles: Path) -> Path:
    """Copy the project's settings and what its images are made of; bundles come from elsewhere."""
    files = {*context_files(PROJECT_DIRECTORY), *context_files(PROJECT_DIRECTORY, CONSOLE)}
    for path in sorted([*files, *PROJECT_DIRECTORY.glob("Pulumi*.yaml")]):
        relative = path.relative_to(PROJECT_DIRECTORY)
        if relative.parts[0] != "bundles":
            (directory / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, directory / relative)
    shutil.copytree(bundles, directory / "bundles" / "sleep_advice")
    return directory


@dataclass
class Engine:
    """Runs the command line on one project.

    Parameters
    ----------
    directory : Path
        The project.
    home : Path
        Where Pulumi keeps its state and its own files.
    """

    directory: Path
    home: Path
    account: Account = field(default_factory=Account)
    program: Path = PROJECT_DIRECTORY / "__main__.py"
    ports: dict[str, int] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Return the environment of the command line."""
        attached = ",".join(f"{name}:{port}" for name, port in self.ports.items())
        return {
            "PULUMI_BACKEND_URL": f"file://{self.home}",
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE": "of-the-tests",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_PROVIDERS": attached,
        }

    def serve(self) -> Iterator[None]:
        """Serve the providers until the caller goes on."""
        provider = Provider(self.account, self.directory)
        with serving(provider) as aws, serving(provider) as docker:
            self.ports = {"aws": aws, "docker": docker}
            yield

    def run_program(self) -> None:
        """Run the program as the inline program of the Automation API."""
        settings.SETTINGS.root_directory = str(self.directory)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            runpy.run_path(str(self.program), run_name="inline_program")

    def stack(self, name: str, config: dict[str, str] | None = None, *, checkpoints: bool = False) -> Stack:
        """Select a stack, or create it, with settings over those of its file.

        Parameters
        ----------
        name : str
            Of the stack.
        config : dict, optional
            Settings.
        checkpoints : bool, optional
            Write the whole state after each step as people's engines do, which is half of an operation's time; without,
            at the end of an operation, which must not be killed then.
        """
        environment = self.environment() | ({} if checkpoints else WITHOUT_CHECKPOINTS)
        workspace = automation.LocalWorkspace(
            work_dir=str(self.directory), program=self.run_program, env_vars=environment
        )
        return Stack(self, automation.Stack.create_or_select(name, workspace)).configured(config or {})


@dataclass
class Stack:
    """A stack, and what the last operation did."""

    engine: Engine
    automation: automation.Stack

    def configured(self, config: dict[str, str]) -> Stack:
        """Set keys; those without a namespace are the project's."""
        if config:
            self.automation.set_all_config({key: automation.ConfigValue(value) for key, value in config.items()})
        return self

    def preview(self) -> dict[str, int]:
        """Preview; returns the number of resources by operation."""
        return _counts(self.automation.preview().change_summary)

    def up(self, **options: Any) -> dict[str, int]:  # noqa: ANN401 - those of the Automation API
        """Update; returns the number of resources by operation."""
        return _counts(self.automation.up(**options).summary.resource_changes or {})

    def refresh(self) -> dict[str, int]:
        """Compare the state with the account; returns the number of resources by operation."""
        return _counts(self.automation.refresh().summary.resource_changes or {})

    def destroy(self) -> dict[str, int]:
        """Destroy; returns the number of resources by operation."""
        return _counts(self.automation.destroy().summary.resource_changes or {})


def _counts(changes: Any) -> dict[str, int]:  # noqa: ANN401 - by OpType or by name
    return {str(getattr(key, "value", key)): count for key, count in changes.items()}


def operating(engine: Engine, operation: str, name: str) -> subprocess.Popen[str]:
    """Start ``up`` or ``preview`` in processes of its own, which can be killed and measured together."""
    ports = [f"{key}={port}" for key, port in engine.ports.items()]
    places = [str(engine.program), str(engine.directory), str(engine.home)]
    return subprocess.Popen(
        [sys.executable, "-m", __name__, operation, name, *places, *ports],
        cwd=PROJECT_DIRECTORY,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _main(operation: str, name: str, program: str, directory: str, home: str, *ports: str) -> None:
    engine = Engine(Path(directory), Path(home), program=Path(program))
    engine.ports = {key: int(port) for key, _, port in (each.partition("=") for each in ports)}
    stack = engine.stack(name, checkpoints=True)
    try:
        {"up": stack.up, "preview": stack.preview}[operation]()
    except automation.CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main(*sys.argv[1:])
