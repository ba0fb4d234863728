"""The container image: its repository, its build and its digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_docker as docker
from pulumi import ResourceOptions

from infra.image.context import DOCKERFILE, SOURCE_DATE_EPOCH, context_digest
from infra.image.policies import pull_policy
from infra.image.repository import CACHE_TAG, make_repository, registry_of
from infra.naming import PROJECT, Names, image_tag

if TYPE_CHECKING:
    from infra.settings.declaration import StackSettings

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
"""Docker's name of a platform by Lambda's name of the architecture."""

CONTEXT = "."
"""The project directory, in which Pulumi runs; relative, so that no machine's path is in the state."""
SHADOW_DIRECTORY = "/opt/shadow"
"""Where the Dockerfile puts the second bundle."""
RUNTIME = "runtime"
"""Stage of the Dockerfile without a model."""


@dataclass(frozen=True, kw_only=True)
class ModelImageArgs:
    """What a ``ModelImage`` is made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        The bundle that goes into the image, and the architecture.
    """

    names: Names
    settings: StackSettings


class ModelImage(pulumi.ComponentResource):
    """The image of the function, with the model inside, in a repository of its own.

    Creates: the ECR repository, its policy and lifecycle, the image, and the build cache beside it.

    Outputs: ``uri``, the image by digest, as Lambda takes it.
    """

    uri: pulumi.Output[str]

    def __init__(self, name: str, args: ModelImageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:image:ModelImage", name, None, opts)
        settings = args.settings
        repository = make_repository(self, args.names.of("model"), args.names, settings)
        aws.ecr.RepositoryPolicy(
            f"{name}-pull",
            repository=repository.name,
            policy=pulumi.Output.json_dumps(pull_policy(args.names, uploads=settings.shared_storage)),
            opts=ResourceOptions(parent=self),
        )
        registry = registry_of(self, repository)
        platform = PLATFORMS[settings.architecture]
        cache = f"{CACHE_TAG}-{settings.architecture}"
        build = docker.DockerBuildArgs(
            builder_version=docker.BuilderVersion.BUILDER_BUILD_KIT,
            platform=platform,
            context=CONTEXT,
            dockerfile=DOCKERFILE,
            args=build_arguments(settings),
            target=build_target(settings),
            cache_from=docker.CacheFromArgs(images=[pulumi.Output.concat(repository.repository_url, ":", cache)]),
        )
        image = docker.Image(
            f"{name}-image",
            image_name=pulumi.Output.concat(repository.repository_url, ":", _tag(settings, platform)),
            build=build,
            registry=registry,
            opts=ResourceOptions(parent=self),
        )
        # The layers are on the builder and in the registry by then: this pushes one manifest.
        docker.Image(
            f"{name}-cache",
            image_name=pulumi.Output.concat(repository.repository_url, ":", cache),
            build=build,
            registry=registry,
            opts=ResourceOptions(parent=self, depends_on=[image]),
        )
        self.uri = image.repo_digest
        self.register_outputs({"uri": self.uri})


def _tag(settings: StackSettings, platform: str) -> str:
    root = settings.project_directory
    if settings.is_served_from_storage:
        # The same image serves every model: the tag does not depend on the model.
        return f"{RUNTIME}-{context_digest(root, '', platform)[:12]}"
    content = context_digest(root, settings.bundle, platform, shadow=settings.shadow_bundle)
    return image_tag(settings.contract.name, settings.contract.version, content)


def build_target(settings: StackSettings) -> str | None:
    """Return the stage of the Dockerfile: the last one, or the one without a model."""
    return RUNTIME if settings.is_served_from_storage else None


def build_arguments(settings: StackSettings) -> dict[str, str]:
    """Return the build arguments: the bundle, the labels of the image, and the cache inside it."""
    if settings.is_served_from_storage:
        return {
            "IMAGE_TITLE": f"{PROJECT} {RUNTIME}",
            "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
            "BUILDKIT_INLINE_CACHE": "1",
        }
    return {
        "BUNDLE": settings.bundle,
        **({"SHADOW_BUNDLE": settings.shadow_bundle} if settings.shadow_bundle else {}),
        "IMAGE_TITLE": f"{PROJECT} {settings.contract.name}",
        "IMAGE_VERSION": settings.contract.version,
        "MODEL_NAME": settings.contract.name,
        "MODEL_VERSION": settings.contract.version,
        "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
        "BUILDKIT_INLINE_CACHE": "1",
    }
