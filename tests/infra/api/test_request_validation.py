"""The gateway is never stricter than the function, and refuses what has not the form of a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, target
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from inference_lib.contract.columns import Quality
from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor
from inference_lib.contract.validation import Validator
from inference_lib.errors import RequestError
from inference_lib.http import bodies, routes
from inference_lib.protocols import predict
from infra.api.definition import INTEGRATION, api_body
from infra.api.request_validation import (
    BODIES,
    MAX_MODEL_BYTES,
    MODEL,
    VALIDATOR,
    VALIDATORS,
    request_schema,
    with_request_validation,
)
from local_stack.declared.evaluation import declare
from tests.strategies import anything, features

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import ElementType, Json
    from local_stack.declared.evaluation import Declared

MAX_INSTANCES = 4
_ELEMENTS: dict[str, ElementType] = {"string": "string", "boolean": "bool", "integer": "int64", "number": "double"}
_PLAUSIBLE = {
    "number": st.floats(allow_nan=False) | st.integers(-20, 120),
    "integer": st.integers(-20, 120) | st.integers(-20, 120).map(float),
    "string": st.sampled_from(["early", "late", "never"]),
    "boolean": st.booleans(),
}


def contract_of(*given_features: Feature) -> Contract:
    return Contract(
        name="test",
        version="1",
        task="regression",
        features=given_features,
        inputs=tuple(
            InputTensor(name=f"x{index}", element_type=_ELEMENTS[each.type], features=(each.name,))
            for index, each in enumerate(given_features)
        ),
        outputs={"value": OutputTensor(name="value", element_type="float")},
    )


def the_function_takes(contract: Contract, body: str) -> bool:
    try:
        instances, _ = predict.read(bodies.json_of(body))
        Validator(contract, MAX_INSTANCES).validate(instances, Quality())
    except RequestError:
        return False
    return True


def the_gateway_takes(contract: Contract, body: str) -> bool:
    return Draft4Validator(request_schema(contract, MAX_INSTANCES)).is_valid(json.loads(body))


@st.composite
def bodies_of(draw: st.DrawFn, contract: Contract) -> str:
    """Requests that are mostly right, with anything at all in the places where callers err."""
    instance: dict[str, Any] = {
        feature.name: draw(st.one_of(_PLAUSIBLE[feature.type], _PLAUSIBLE[feature.type], st.none(), anything()))
        for feature in contract.features
        if draw(st.integers(0, 9))
    }
    request: dict[str, Any] = {"instances": [instance] * draw(st.integers(0, MAX_INSTANCES + 1))}
    if draw(st.booleans()):
        request["parameters"] = draw(st.one_of(st.just({}), st.just({"explain": True}), anything()))
    names = draw(st.permutations(list(request)))
    return json.dumps({name: request[name] for name in names})


@given(st.lists(features(), min_size=1, max_size=3, unique_by=lambda each: each.name), st.data())
def test_what_the_function_answers_the_gateway_lets_through(some: list[Feature], data: st.DataObject) -> None:
    contract = contract_of(*some)
    body = data.draw(bodies_of(contract))

    taken = the_function_takes(contract, body)
    target(float(taken))
    if taken:
        assert the_gateway_takes(contract, body)


@given(features(), anything())
def test_one_value_is_refused_by_the_gateway_only_when_the_function_refuses_it_too(
    feature: Feature, value: Json
) -> None:
    contract = contract_of(feature)
    body = json.dumps({"instances": [{feature.name: value}]})

    assert the_gateway_takes(contract, body) or not the_function_takes(contract, body)


_SLEEPER = contract_of(
    Feature(name="age", type="number", nullable=False, minimum=18, maximum=100),
    Feature(name="cups", type="integer", nullable=False),
    Feature(name="mood", type="string", nullable=False, categories=("fine", "low")),
    Feature(name="shift work", type="boolean", nullable=False),
    Feature(name="weight", type="number", nullable=True),
)
_GOOD: dict[str, Json] = {"age": 40, "cups": 2.0, "mood": "fine", "shift work": False, "weight": None}


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        "text",
        {},
        {"instances": {}},
        {"instances": []},
        {"instances": [_GOOD] * (MAX_INSTANCES + 1)},
        {"instances": [1]},
        {"instances": [_GOOD, {}]},
        {"instances": [_GOOD], "parameters": []},
        {"instances": [_GOOD], "parameters": {"explain": "yes"}},
        *(
            {"instances": [{name: value for name, value in _GOOD.items() if name != left_out}]}
            for left_out in ("age", "cups", "mood")
        ),
        *({"instances": [{**_GOOD, name: None}]} for name in ("age", "cups", "mood", "shift work")),
        *({"instances": [{**_GOOD, name: "40"}]} for name in ("age", "cups", "shift work")),
        *({"instances": [{**_GOOD, name: True}]} for name in ("age", "cups", "mood")),
    ],
    ids=lambda wrong: json.dumps(wrong)[:60],
)
def test_the_form_of_a_request_is_checked_by_both(wrong: Json) -> None:
    body = json.dumps(wrong)

    assert not the_gateway_takes(_SLEEPER, body)
    assert not the_function_takes(_SLEEPER, body)


@pytest.mark.parametrize("changed", [{"age": 17}, {"mood": "odd"}, {"agee": 1}, {"weight": "80"}, {"cups": 1.5}])
def test_what_the_function_counts_and_names_by_its_place_is_left_to_it(changed: dict[str, Json]) -> None:
    body = json.dumps({"instances": [{**_GOOD, **changed}]})

    assert the_gateway_takes(_SLEEPER, body)
    assert not the_function_takes(_SLEEPER, body)


def test_the_schema_has_no_word_that_the_import_drops_or_refuses() -> None:
    schema = request_schema(_SLEEPER, MAX_INSTANCES)
    Draft4Validator.check_schema(schema)
    text = json.dumps(schema)

    assert not [word for word in ("nullable", "additionalProperties", "anyOf", "oneOf", "$ref", "null") if word in text]


def test_a_contract_that_requires_nothing_has_a_schema_that_draft_4_knows() -> None:
    Draft4Validator.check_schema(request_schema(contract_of(Feature(name="a", type="number", nullable=True)), 1))


def test_a_schema_that_is_too_long_for_the_gateway_leaves_the_features_to_the_function() -> None:
    wide = contract_of(*(Feature(name=f"{i:0>60}", type="number", nullable=False) for i in range(5000)))
    schema: Any = request_schema(wide, MAX_INSTANCES)

    assert len(json.dumps(schema).encode()) <= MAX_MODEL_BYTES
    assert schema["properties"]["instances"]["items"] == {"type": "object"}


def test_predict_is_checked_and_nothing_else(contract: Contract) -> None:
    routed = api_body(contract, "arn")
    definition: Any = with_request_validation(routed, contract, MAX_INSTANCES)

    assert definition[VALIDATORS][BODIES] == {"validateRequestBody": True, "validateRequestParameters": False}
    checked = {
        (path, method)
        for path, operations in definition["paths"].items()
        for method, operation in operations.items()
        if VALIDATOR in operation or "requestBody" in operation
    }
    assert checked == {("/predict", "post")}
    predict_of = definition["paths"]["/predict"]["post"]
    assert predict_of[VALIDATOR] == BODIES
    assert predict_of["requestBody"]["required"] is True
    assert predict_of["requestBody"]["content"].keys() == {"application/json"}, "CSV and tensors are the function's"
    assert predict_of[INTEGRATION]["type"] == "aws_proxy"
    assert definition["components"]["schemas"] == {MODEL: request_schema(contract, MAX_INSTANCES)}


def body_of(declared: Declared) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(declared.one("RestApi").inputs["body"])
    return body


def test_environments_for_callers_check_and_the_one_for_developers_explains(bundle: Path) -> None:
    receiver = {"inference:pageEmails": "on-call@example.com"}

    assert VALIDATORS not in body_of(declare("dev", bundle=bundle))
    for stack in ("staging", "prod"):
        definition = body_of(declare(stack, receiver, bundle=bundle))
        assert definition["paths"]["/predict"]["post"][VALIDATOR] in definition[VALIDATORS]
        assert definition["components"].keys() == {"schemas", "securitySchemes"}


def test_the_most_instances_are_those_of_the_function(bundle: Path) -> None:
    settings = {"inference:requestValidation": "true", "inference:maxInstances": "7"}
    declared = declare("dev", settings, bundle=bundle)
    schema = body_of(declared)["components"]["schemas"][MODEL]

    assert schema["properties"]["instances"]["maxItems"] == 7
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    assert variables["MAX_INSTANCES"] == "7"


def test_bare_nan_reaches_the_function_where_its_protocol_takes_it(bundle: Path) -> None:
    definition = body_of(declare("dev", {"inference:requestValidation": "true"}, bundle=bundle))
    invocations = [path for path, methods in routes.ROUTES.items() if routes.INVOCATIONS in methods.values()]

    assert invocations
    assert all(VALIDATOR not in definition["paths"][path]["post"] for path in invocations)
