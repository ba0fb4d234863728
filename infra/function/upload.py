"""Upload to shared storage: a function that may write bundles, called by ``python -m operate.upload``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi import Output, ResourceOptions

from inference_lib import environment
from infra.function.component import ImageFunction, ImageFunctionArgs
from infra.storage.file_system import MOUNT_PATH

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.file_system import Mount

TIMEOUT_S = 300
"""Seconds to verify a large bundle; writing a part takes far less."""
HANDLER = "inference_lib.upload.handler.handler"


@dataclass(frozen=True, kw_only=True)
class UploadFunctionArgs:
    """Arguments of ``UploadFunction``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Architecture, memory and the retention of logs.
    image_uri : Input of str
        The image, by digest; the one of the function that predicts.
    mount : Mount or None
        Shared storage.
    """

    names: Names
    settings: StackSettings
    image_uri: pulumi.Input[str]
    mount: Mount | None


class UploadFunction(pulumi.ComponentResource):
    """The function that writes bundles, if there is shared storage.

    Creates: its role and policies, its log group, and the function. Only users and pipelines that may deploy call it.

    Outputs: ``function_name``; empty without shared storage.
    """

    function_name: Output[str]

    def __init__(self, name: str, args: UploadFunctionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:function:UploadFunction", name, None, opts)
        self.function_name = self._function(name, args, args.mount) if args.mount else Output.from_input("")
        self.register_outputs({"function_name": self.function_name})

    def _function(self, name: str, args: UploadFunctionArgs, mount: Mount) -> Output[str]:
        function = ImageFunction(
            name,
            ImageFunctionArgs(
                names=args.names,
                settings=args.settings,
                function_name=args.names.upload_function,
                role_name=args.names.of("upload-role"),
                description="Writes model bundles to shared storage",
                image_uri=args.image_uri,
                handler=HANDLER,
                memory_mb=args.settings.memory_mb,
                timeout_s=TIMEOUT_S,
                environment={environment.MODELS_DIRECTORY: MOUNT_PATH},
                mount=mount,
                writes_models=True,
            ),
            ResourceOptions(parent=self),
        )
        return function.function_name
