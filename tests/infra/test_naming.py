from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.naming import MAX_IMAGE_TAG, Names, image_tag

NAMES = Names(stack="dev", model="good night ♥", account_id="123456789012", region="eu-central-1")


def test_names_start_with_the_project_and_the_stack_so_that_deployers_can_be_limited_to_them() -> None:
    assert NAMES.of("api") == "inference-dev-api"
    assert NAMES.function.startswith("inference-dev-")
    assert NAMES.alarm("low-probability").startswith("inference-dev-")


def test_a_name_that_no_role_could_have_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^inference-dev-x{60}: 74 characters; expected at most 64\. Choose a shorter"
    ):
        NAMES.of("x" * 60)


def test_tags_hold_only_what_aws_takes() -> None:
    assert NAMES.tags == {
        "project": "inference",
        "stack": "dev",
        "model": "good night -",
        "managed-by": "pulumi",
    }


@given(st.text(), st.text(max_size=40), st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_every_model_gives_a_tag_that_a_registry_takes(model: str, version: str, content: str) -> None:
    tag = image_tag(model, version, content)

    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", tag)
    assert len(tag) <= MAX_IMAGE_TAG
    assert tag.endswith(content[:12])


def test_a_tag_says_which_model_it_is() -> None:
    assert image_tag("good night", "0123456789ab", "f" * 64) == "good-night-0123456789ab-ffffffffffff"
