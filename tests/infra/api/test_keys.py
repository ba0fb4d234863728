from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


@pytest.fixture(scope="module")
def with_keys(bundle: Path) -> Declared:
    """Two callers with a quota."""
    settings = {"apiKeys": "mobile-app, web", "quotaPerDay": "500", "throttleRate": "5", "throttleBurst": "6"}
    return declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)


def test_each_caller_has_a_key_in_the_plan_of_the_stage(with_keys: Declared) -> None:
    plan = with_keys.one("UsagePlan")
    keys = {each.inputs["name"]: each.outputs["id"] for each in with_keys.all("ApiKey")}
    in_plan = {each.inputs["keyId"] for each in with_keys.all("UsagePlanKey")}

    assert sorted(keys) == ["inference-dev-mobile-app", "inference-dev-web"]
    assert in_plan == set(keys.values())
    assert {each.inputs["usagePlanId"] for each in with_keys.all("UsagePlanKey")} == {plan.outputs["id"]}
    stage = with_keys.one("apigateway/stage:Stage").inputs
    assert plan.inputs["apiStages"] == [{"apiId": stage["restApi"], "stage": stage["stageName"]}]


def test_the_plan_throttles_each_key_and_holds_it_to_its_quota(with_keys: Declared) -> None:
    plan = with_keys.one("UsagePlan").inputs

    assert plan["throttleSettings"] == {"rateLimit": 5, "burstLimit": 6}
    assert plan["quotaSettings"] == {"limit": 500, "period": "DAY"}


def test_the_values_of_keys_are_secret_and_their_ids_are_not(with_keys: Declared) -> None:
    assert with_keys.secrets == {"api_keys"}
    assert set(with_keys.outputs["api_keys"]) == set(with_keys.outputs["api_key_ids"]) == {"mobile-app", "web"}
    values = set(with_keys.outputs["api_keys"].values())
    assert not values & set(with_keys.outputs["api_key_ids"].values())
    assert not any(value in str(each.inputs) for each in with_keys.resources for value in values)


def test_the_curl_line_has_a_place_for_the_key(with_keys: Declared, dev: Declared) -> None:
    assert "-H 'x-api-key: YOUR-KEY'" in with_keys.outputs["predict_command"]
    assert "x-api-key" not in dev.outputs["predict_command"]


def test_without_callers_there_is_no_plan(dev: Declared) -> None:
    assert not dev.all("UsagePlan")
    assert dev.outputs["api_keys"] == {}
