"""Runs the ``terraform`` command in a directory of its own."""

from __future__ import annotations

import glob
import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.infra.aws_provider.calls import calls_of
from tests.infra.aws_provider.configuration import PROVIDER_VERSION, REQUIRED_PROVIDERS
from tests.infra.aws_provider.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.infra.aws_provider.calls import Call

MIRROR = "TERRAFORM_PROVIDER_MIRROR"
"""Environment variable: a directory of unpacked providers, for machines that do not reach Terraform's registry."""

_PROVIDER = "registry.terraform.io/hashicorp/aws"
# Where people unpack providers; the first three are Terraform's own.
# https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
_MIRRORS = ("~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins", "/opt/*")


def provider_mirror() -> str:
    """Return the directory of a mirror that has the provider in our version; empty when there is none."""
    named = os.environ.get(MIRROR)
    if named:
        return named
    for pattern in _MIRRORS:
        for directory in sorted(glob.glob(os.path.expanduser(pattern))):
            if Path(directory, _PROVIDER, PROVIDER_VERSION).is_dir():
                return directory
    return ""


def _source(mirror: str) -> str:
    """Return where Terraform takes the provider from; one of a mirror is not installed, nor read whole by each run."""
    if not mirror:
        return "direct {}"
    version = subprocess.run(["terraform", "version", "-json"], capture_output=True, check=True).stdout
    directory = Path(mirror, _PROVIDER, PROVIDER_VERSION, json.loads(version)["platform"])
    return f'dev_overrides {{ "{_PROVIDER}" = "{directory}" }}'


_MOST_S = 900
"""A run that waits for what never comes is ended; no run takes a tenth of that."""

_UNATTENDED = ("-input=false", "-lock=false", "-no-color", "-parallelism=20")
CREATE, UPDATE, DELETE, REPLACE = "create", "update", "delete", "replace"


class Terraform:
    """One working directory of Terraform.

    Parameters
    ----------
    directory : Path
        Holds the configuration and the state.
    endpoint : str
        Address that stands for every service of AWS.
    """

    def __init__(self, directory: Path, endpoint: str) -> None:
        self.directory = directory
        self._log = directory / "provider.log"
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))},
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(directory / "cli.tfrc"),
            # Each run reads the schema of every resource of AWS; a fifth of the time would go to collecting memory.
            "GOGC": "400",
        }
        mirror = provider_mirror()
        self._is_installed = bool(mirror)
        (directory / "cli.tfrc").write_text(f"provider_installation {{ {_source(mirror)} }}\n", encoding="utf-8")

    def record_calls(self) -> None:
        """Let the provider write down what it asks of AWS, from now on."""
        self._environment |= {"TF_LOG_PROVIDER": "DEBUG", "TF_LOG_PATH": str(self._log)}

    def calls(self) -> set[Call]:
        """Return what the provider has asked of AWS since ``record_calls``."""
        return calls_of(self._log)

    def write(self, configuration: Mapping[str, Any]) -> None:
        """Replace the configuration, and install the provider when it is not."""
        path = self.directory / "main.tf.json"
        path.write_text(json.dumps(configuration, indent=2), encoding="utf-8")
        if not self._is_installed:
            self._run("init", "-no-color")
            self._is_installed = True

    def schema(self) -> Schema:
        """Return the schema of the AWS provider."""
        self.write(REQUIRED_PROVIDERS)
        found = json.loads(self._run("providers", "schema", "-json"))
        return Schema(found["provider_schemas"][_PROVIDER]["resource_schemas"])

    def plan(self) -> dict[str, Any]:
        """Return the plan, as ``terraform show -json`` writes it."""
        self._run("plan", *_UNATTENDED, "-refresh=false", "-out=plan")
        plan: dict[str, Any] = json.loads(self._run("show", "-json", "plan"))
        return plan

    def changes(self, *, refresh: bool = True) -> dict[str, str]:
        """Return what applying the configuration would do, by type and name: only what it would change.

        Parameters
        ----------
        refresh : bool, optional
            Read every resource before; without, the state of the last run is taken for what there is.
        """
        how = () if refresh else ("-refresh=false",)
        events = map(json.loads, self._run("plan", *_UNATTENDED, *how, "-json").splitlines())
        changes = [each["change"] for each in events if each["type"] == "planned_change"]
        return {each["resource"]["addr"]: each["action"] for each in changes}

    def apply(self) -> None:
        """Make, change and delete what the configuration says."""
        self._run("apply", *_UNATTENDED, "-auto-approve")

    def destroy(self) -> None:
        """Delete everything."""
        # What there is was just read or made, and a second look costs hundreds of requests.
        self._run("destroy", *_UNATTENDED, "-refresh=false", "-auto-approve")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.directory,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_MOST_S,
        )
        if done.returncode:
            raise AssertionError(f"terraform {' '.join(arguments)}:\n{done.stdout[-4000:]}\n{done.stderr}")
        return done.stdout
