"""A second bundle in the shadow of the first: in the image, in the environment, on the dashboard, on the bill."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from inference_lib.telemetry import metrics as telemetry
from infra.image.context import ImageContent, context_digest
from infra.settings.files import read_stack
from local_stack.declared.evaluation import declare, shadow_bundle
from operate.cost.inventory import inventory_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared

VERSION = "fedcba987654"


@pytest.fixture(scope="module")
def shadow(contract: Contract, write_bundle: Callable[[Contract], Path]) -> Path:
    return write_bundle(_other(contract))


def _other(contract: Contract, **members: Any) -> Contract:  # noqa: ANN401 - any member
    made = copy.copy(contract)
    made.version = VERSION
    for name, value in members.items():
        setattr(made, name, value)
    return made


@pytest.fixture(scope="module")
def shadowed(bundle: Path, shadow: Path) -> Declared:
    settings = {"inference:shadowBundle": str(shadow / VERSION), "inference:shadowSampleRate": "0.5"}
    return declare("dev", settings, bundle=bundle)


def _panels(declared: Declared) -> dict[str, list[Any]]:
    widgets = json.loads(declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])["widgets"]
    return {
        each["properties"]["title"]: each["properties"].get("metrics", [])
        for each in widgets
        if "title" in each["properties"]
    }


def test_without_the_setting_nothing_of_it_is_declared(declared: Declared) -> None:
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]

    assert not [name for name in variables if name.startswith("SHADOW")]
    assert "SHADOW_BUNDLE" not in declared.one("Image", "-image").inputs["build"]["args"]
    assert not [title for title in _panels(declared) if title.startswith("Shadow")]


def test_the_image_takes_both_bundles_and_the_function_knows_where(shadowed: Declared) -> None:
    arguments = shadowed.one("Image", "-image").inputs["build"]["args"]
    variables = shadowed.one("lambda/function:Function").inputs["environment"]["variables"]

    assert (arguments["BUNDLE"], arguments["SHADOW_BUNDLE"]) == (
        "bundles/model/0123456789ab",
        f"bundles/shadowBundle/{VERSION}",
    )
    assert (variables["SHADOW_BUNDLE"], variables["SHADOW_SAMPLE_RATE"]) == ("/opt/shadow", "0.5")


def test_another_shadow_is_another_image(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "bundles" / name / "1").mkdir(parents=True)
        (tmp_path / "bundles" / name / "1" / "contract.json").write_text("{}", encoding="utf-8")

    def digest(bundle: str, shadow: str = "") -> str:
        files = ImageContent(root=tmp_path, bundle=bundle, shadow=shadow).files()
        return context_digest(files, bundle, shadow)

    alone = digest("bundles/a/1")
    both = digest("bundles/a/1", "bundles/b/1")
    (tmp_path / "bundles" / "b" / "1" / "contract.json").write_text("{ }", encoding="utf-8")

    assert len({alone, both, digest("bundles/a/1", "bundles/b/1")}) == 3
    assert digest("bundles/a/1") == alone


def test_the_dashboard_has_a_panel_by_the_pair_of_versions(shadowed: Declared) -> None:
    lines = _panels(shadowed)[f"Shadow {VERSION}"]

    assert {line[1] for line in lines} == {metric.name for metric in telemetry.SHADOW_METRICS}
    for line in lines:
        assert line[:-1] == [
            "MLInference/dev", line[1], "Model", "good night", "VersionPair", f"0123456789ab/{VERSION}",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"version": "0123456789ab"}, "it is the version that is served"),
        (
            {"classes": ("rest", "sleep")},
            "its classes are rest, sleep, and those of the served one rest, carry on",
        ),
    ],
    ids=["the same", "classes"],
)
def test_a_bundle_that_cannot_be_the_shadow_is_refused_before_anything_is_built(
    bundle: Path,
    contract: Contract,
    write_bundle: Callable[[Contract], Path],
    members: dict[str, Any],
    fault: str,
) -> None:
    wrong = _other(contract, **members)
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", {"inference:shadowBundle": str(write_bundle(wrong) / wrong.version)}, bundle=bundle)

    assert str(caught.value) == (
        f"inference:shadowBundle: {fault}; expected another bundle with the same features and classes. "
        "Set it: pulumi config set inference:shadowBundle bundles/my_model/0123456789ab"
    )


def test_a_bundle_that_is_not_there_is_one_sentence(bundle: Path) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", {"inference:shadowBundle": "bundles/none"}, bundle=bundle)

    assert str(caught.value).startswith(
        "inference:shadowBundle: bundles/none: no model bundle here; expected contract.json"
    )
    assert str(caught.value).endswith("Set it: pulumi config set inference:shadowBundle bundles/my_model/0123456789ab")


def test_the_local_stack_finds_it_where_the_setting_says(shadow: Path) -> None:
    assert shadow_bundle({"inference:shadowBundle": str(shadow)}) == shadow / VERSION
    assert shadow_bundle({"inference:shadowBundle": ""}) is None


def test_its_metrics_are_on_the_bill(project: Path, shadow_path: Path) -> None:
    (project / "bundles" / "shadow").symlink_to(shadow_path.parent, target_is_directory=True)
    alone = inventory_of(*read_stack("dev", {}, project))
    shadowed = inventory_of(*read_stack("dev", {"inference:shadowBundle": "bundles/shadow"}, project))

    assert shadowed.further_metrics - alone.further_metrics == len(telemetry.SHADOW_METRICS)
