"""Shared storage for models, and the network from which functions and the console reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi import ResourceOptions

from infra.outputs import Exports
from infra.storage.file_system import Mount, SharedStorage, SharedStorageArgs
from infra.storage.network import Network, NetworkArgs

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings


@dataclass(frozen=True, kw_only=True)
class StorageArgs:
    """Arguments of ``Storage``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Settings of the stack.
    """

    names: Names
    settings: StackSettings


class Storage(pulumi.ComponentResource):
    """The file system of the models and the network, each if the settings need it.

    Creates: the network and the shared storage.

    Outputs: ``network``; ``mount``, None without shared storage; and ``exports``.
    """

    network: Network
    mount: Mount | None
    exports: Exports

    def __init__(self, name: str, args: StorageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:storage:Storage", name, None, opts)
        names, settings, child = args.names, args.settings, ResourceOptions(parent=self)
        self.network = Network("network", NetworkArgs(names=names, settings=settings), child)
        storage = SharedStorage(
            "storage", SharedStorageArgs(names=names, settings=settings, network=self.network), child
        )
        self.mount = storage.mount
        self.exports = {"file_system_id": storage.file_system_id}
        self.register_outputs(self.exports)
