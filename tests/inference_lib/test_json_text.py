"""Short JSON says the same whichever library writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib import json_text
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inference_lib.contract.document import Json

_TEXTS = st.text(st.characters(codec=None, categories=None))
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
)


@pytest.fixture(autouse=True)
def of_this_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test switches to ends with it."""
    with monkeypatch.context() as patch:
        patch.setattr(json_text, "current", json_text.Encoder())
        yield


@given(document=_DOCUMENTS)
def test_orjson_writes_what_the_standard_library_writes_but_for_the_form_of_numbers(document: Json) -> None:
    json_text.current = json_text.Encoder()
    plain = json_text.encode(document)
    json_text.switch_to_orjson()
    fast = json_text.encode(document)

    assert fast.isascii()
    assert json.dumps(json.loads(fast), separators=(",", ":")) == plain


def test_an_environment_loads_orjson_once_it_has_answered_many_requests_and_answers_the_same(bundle_path: Path) -> None:
    api = InProcessApi(bundle_path)
    body: Json = {"instances": [{"age": 40.5, "cups of coffee": 0, "chronotype": "early"}]}
    answers = [api.post("/predict", body) for _ in range(json_text.YOUNG_REQUESTS - 1)]
    young = json_text.is_by_orjson()
    answers += [api.post("/predict", body) for _ in range(2)]
    refused = [api.post("/predict", {"instances": [{"age": "é"}]}) for _ in range(2)]

    assert not young
    assert json_text.is_by_orjson()
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 200
    assert refused[0][0] == 400


def test_it_is_used_for_short_bodies_once_it_is_loaded() -> None:
    young = json_text.is_by_orjson()
    json_text.switch_to_orjson()

    assert not young
    assert json_text.is_by_orjson()
    assert json_text.encode({"tiny": 1e-07}) == '{"tiny":1e-7}'
