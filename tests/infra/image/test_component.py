from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.contract.reading import contract_from_dict
from local_stack.declared.evaluation import PROJECT_DIRECTORY, declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared


def image_of(declared: Declared) -> dict[str, Any]:
    return dict(declared.one("docker:index/image:Image", "-image").inputs)


@pytest.mark.parametrize(("architecture", "platform"), [("arm64", "linux/arm64"), ("x86_64", "linux/amd64")])
def test_one_setting_decides_the_platform_of_the_image_and_the_architecture_of_the_function(
    architecture: str, platform: str, bundle: Path
) -> None:
    declared = declare("dev", {"inference:architecture": architecture}, bundle=bundle)

    assert {image.inputs["build"]["platform"] for image in declared.all("docker:index/image:Image")} == {platform}
    assert declared.one("lambda/function:Function").inputs["architectures"] == [architecture]


def test_the_image_is_built_by_buildkit_from_a_context_of_its_own_and_names_no_path_of_this_machine(
    declared: Declared,
) -> None:
    build = image_of(declared)["build"]

    assert build["builderVersion"] == "BuilderBuildKit"
    assert build["context"] == f"build/context/{declared.stack}/image"
    assert build["dockerfile"] == f"{build['context']}/Dockerfile"
    assert str(PROJECT_DIRECTORY) not in json.dumps(build)


def test_the_bundle_is_named_relative_to_the_context(declared: Declared) -> None:
    assert re.fullmatch(r"bundles/model/0123456789ab", image_of(declared)["build"]["args"]["BUNDLE"])


def test_the_dockerfile_takes_every_argument_that_the_program_gives(declared: Declared) -> None:
    dockerfile = (PROJECT_DIRECTORY / "Dockerfile").read_text(encoding="utf-8")
    taken = set(re.findall(r"^ARG (\w+)", dockerfile, re.MULTILINE))
    given = set(image_of(declared)["build"]["args"])

    assert given <= taken


def test_the_cache_is_beside_the_image_and_not_in_it_and_both_are_built_from_the_last_one(declared: Declared) -> None:
    repository = declared.one("Repository").outputs["repositoryUrl"]
    build = image_of(declared)["build"]
    cache = declared.one("docker:index/image:Image", "-cache")

    assert build["cacheFrom"]["images"] == [cache.inputs["imageName"]] == [f"{repository}:cache-arm64"]
    assert cache.inputs["build"] == {**build, "args": {**build["args"], "BUILDKIT_INLINE_CACHE": "1"}}
    assert "image-image" in cache.depends_on


def test_tags_cannot_be_moved_but_for_the_one_of_the_cache(declared: Declared) -> None:
    repository = declared.one("Repository").inputs
    (exclusion,) = repository["imageTagMutabilityExclusionFilters"]
    cache_tag = declared.one("docker:index/image:Image", "-cache").inputs["imageName"].rpartition(":")[2]
    image_tag = image_of(declared)["imageName"].rpartition(":")[2]
    excluded = re.compile(exclusion["filter"].replace("*", ".*"))

    assert repository["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert excluded.fullmatch(cache_tag)
    assert not excluded.fullmatch(image_tag)


def test_the_tag_says_model_and_version_and_goes_to_the_stack_s_own_repository(declared: Declared) -> None:
    url = declared.one("Repository").outputs["repositoryUrl"]

    assert re.fullmatch(re.escape(url) + r":good-night-0123456789ab-[0-9a-f]{12}", image_of(declared)["imageName"])


def test_the_tag_changes_with_the_platform_because_a_tag_is_pushed_once(bundle: Path) -> None:
    tags = {
        image_of(declare("dev", {"inference:architecture": architecture}, bundle=bundle))["imageName"]
        for architecture in ("arm64", "x86_64")
    }

    assert len(tags) == 2


def test_the_tag_changes_with_the_model(contract: Contract, write_bundle: Callable[[Contract], Path]) -> None:
    other = contract_from_dict({**contract.to_dict(), "version": "ba9876543210"}, "test")
    tags = [image_of(declare("dev", bundle=write_bundle(each)))["imageName"] for each in (contract, other)]

    assert "good-night-0123456789ab-" in tags[0]
    assert "good-night-ba9876543210-" in tags[1]


def test_the_token_of_the_registry_is_a_secret(declared: Declared) -> None:
    for image in declared.all("docker:index/image:Image"):
        assert "registry.password" in image.secrets
        assert image.inputs["registry"]["server"] == declared.one("Repository").outputs["repositoryUrl"]


def test_images_are_scanned_and_encrypted(declared: Declared) -> None:
    repository = declared.one("Repository").inputs

    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfigurations"]


def test_the_images_of_production_outlive_a_destroy(bundle: Path) -> None:
    deletable = {
        stack: declare(stack, bundle=bundle).one("Repository").inputs["forceDelete"]
        for stack in ("dev", "staging", "prod", "a-new-stack")
    }

    assert deletable == {"dev": True, "staging": True, "prod": False, "a-new-stack": False}


def test_images_expire_by_count_alone_so_that_a_running_one_never_does(declared: Declared) -> None:
    lifecycle = declared.one("LifecyclePolicy").inputs
    (rule,) = json.loads(lifecycle["policy"])["rules"]

    assert lifecycle["repository"] == declared.one("Repository").inputs["name"]
    assert rule["selection"] == {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30}


def test_lambda_may_pull_for_the_functions_of_this_stack_and_nobody_else(declared: Declared, bundle: Path) -> None:
    policy = declared.one("RepositoryPolicy").inputs
    (statement,) = json.loads(policy["policy"])["Statement"]
    patterns = [each.replace("*", ".*") for each in statement["Condition"]["ArnLike"]["aws:SourceArn"]]

    def may_pull(arn: str) -> bool:
        return any(re.fullmatch(pattern, arn) for pattern in patterns)

    assert policy["repository"] == declared.one("Repository").inputs["name"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Action"] == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    monitored = declare("dev", {"inference:modelMonitor": "true"}, bundle=bundle)
    arns = [each.outputs["arn"] for each in monitored.all("lambda/function:Function")]
    assert len(arns) == 2
    if declared.stack == "dev":
        assert all(map(may_pull, arns))
    assert may_pull(declared.one("lambda/function:Function").outputs["arn"])
    assert not may_pull("arn:aws:lambda:eu-central-1:123456789012:function:another")
