"""The container image of the console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_docker as docker
from pulumi import Output, ResourceOptions

from infra.image.component import PLATFORMS, staged_build
from infra.image.context import SOURCE_DATE_EPOCH, ImageContent, context_digest
from infra.image.repository import make_repository, registry_of

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

DOCKERFILE = "console/Dockerfile"


@dataclass(frozen=True, kw_only=True)
class ConsoleImageArgs:
    """Arguments of ``ConsoleImage``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether there is a console, and the architecture, which is that of the function.
    """

    names: Names
    settings: StackSettings


class ConsoleImage(pulumi.ComponentResource):
    """The image of the console in a repository of its own, if the console runs in the cloud.

    Creates: the ECR repository with its lifecycle, and the image.

    Outputs: ``uri``, the image by digest, and ``repository_arn``; empty without a console.
    """

    uri: Output[str]
    repository_arn: Output[str]

    def __init__(self, name: str, args: ConsoleImageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:console:ConsoleImage", name, None, opts)
        self.uri, self.repository_arn = Output.from_input(""), Output.from_input("")
        if args.settings.console:
            self._image(name, args)
        self.register_outputs({"uri": self.uri, "repository_arn": self.repository_arn})

    def _image(self, name: str, args: ConsoleImageArgs) -> None:
        repository = make_repository(self, args.names.console, args.names, args.settings)
        platform = PLATFORMS[args.settings.architecture]
        files = ImageContent(root=args.settings.project_directory, dockerfile=DOCKERFILE).files()
        image = docker.Image(
            f"{name}-image",
            image_name=Output.concat(repository.repository_url, ":", context_digest(files, platform)[:12]),
            build=docker.DockerBuildArgs(
                **staged_build(files, args.settings, name),
                platform=platform,
                args={"SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH},
            ),
            registry=registry_of(self, repository),
            opts=ResourceOptions(parent=self),
        )
        self.uri, self.repository_arn = image.repo_digest, repository.arn
