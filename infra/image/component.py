"""The container image: its repository, its build and its digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pulumi_docker as docker
from pulumi import ResourceOptions
from pulumi.output import contains_unknowns

from infra.image.context import DOCKERFILE, SOURCE_DATE_EPOCH, STAGED, ImageContent, context_digest, stage
from infra.image.policies import pull_policy
from infra.image.repository import CACHE_TAG, make_repository, registry_of
from infra.naming import PROJECT, Names, image_tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings.declaration import StackSettings

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
"""Docker's platform by Lambda's architecture."""

SHADOW_DIRECTORY = "/opt/shadow"
"""Path of the second bundle in the image, as in the Dockerfile."""
RUNTIME = "runtime"
"""Stage of the Dockerfile without a model."""


@dataclass(frozen=True, kw_only=True)
class ModelImageArgs:
    """Arguments of ``ModelImage``.

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

    Creates: the ECR repository, its policy and lifecycle, the image, and the build cache next to it.

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
        files = image_content(settings).files()
        tag = _tag(settings, files, platform)
        build = staged_build(files, settings, name)
        build |= {"platform": platform, "target": build_target(settings)}
        cache = pulumi.Output.concat(repository.repository_url, ":", f"{CACHE_TAG}-{settings.architecture}")
        cached = docker.CacheFromArgs(images=[cache])
        # Previews know the repository once it exists.
        repository.repository_url.apply(_explain_missing_cache, run_with_unknowns=True)
        image = docker.Image(
            f"{name}-image",
            image_name=pulumi.Output.concat(repository.repository_url, ":", tag),
            build=docker.DockerBuildArgs(**build, args=build_arguments(settings), cache_from=cached),
            registry=registry,
            opts=ResourceOptions(parent=self),
        )
        # The builder and the registry have the layers by then: this pushes one manifest. The inline cache is part of an
        # image's configuration and differs between cold and warm builders: the image that Lambda runs has none.
        docker.Image(
            f"{name}-cache",
            image_name=cache,
            build=docker.DockerBuildArgs(
                **build, args={**build_arguments(settings), "BUILDKIT_INLINE_CACHE": "1"}, cache_from=cached
            ),
            registry=registry,
            opts=ResourceOptions(parent=self, depends_on=[image]),
        )
        self.uri = image.repo_digest
        self.register_outputs({"uri": self.uri})


def _explain_missing_cache(repository: object) -> None:
    if pulumi.runtime.is_dry_run() and contains_unknowns(repository):
        pulumi.log.info(
            "This first deployment has no build cache yet, and builds the whole image, which takes a few minutes. "
            "That the image of the cache is not found is expected; the next builds start from it."
        )


def image_content(settings: StackSettings) -> ImageContent:
    """Return the sources of the image; with shared storage, one image without a bundle serves every model."""
    root = settings.project_directory
    if settings.is_served_from_storage:
        return ImageContent(root=root)
    return ImageContent(root=root, bundle=settings.bundle, shadow=settings.shadow_bundle)


def staged_build(files: Mapping[str, bytes], settings: StackSettings, name: str) -> dict[str, Any]:
    """Stage the build context of an image, and return the build arguments that depend on it."""
    place = f"{STAGED}/{settings.stack}/{name}"
    stage(files, settings.project_directory / place)
    return {
        "builder_version": docker.BuilderVersion.BUILDER_BUILD_KIT,
        "context": place,
        "dockerfile": f"{place}/{DOCKERFILE}",
    }


def _tag(settings: StackSettings, files: Mapping[str, bytes], platform: str) -> str:
    if settings.is_served_from_storage:
        return f"{RUNTIME}-{context_digest(files, platform)[:12]}"
    content = context_digest(files, platform, settings.bundle, settings.shadow_bundle)
    return image_tag(settings.contract.name, settings.contract.version, content)


def build_target(settings: StackSettings) -> str | None:
    """Return the stage of the Dockerfile: the last one, or the one without a model."""
    return RUNTIME if settings.is_served_from_storage else None


def build_arguments(settings: StackSettings) -> dict[str, str]:
    """Return the build arguments: the bundle and the labels of the image."""
    if settings.is_served_from_storage:
        return {"IMAGE_TITLE": f"{PROJECT} {RUNTIME}", "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH}
    return {
        "BUNDLE": settings.bundle,
        **({"SHADOW_BUNDLE": settings.shadow_bundle} if settings.shadow_bundle else {}),
        "IMAGE_TITLE": f"{PROJECT} {settings.contract.name}",
        "IMAGE_VERSION": settings.contract.version,
        "MODEL_NAME": settings.contract.name,
        "MODEL_VERSION": settings.contract.version,
        "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
    }
