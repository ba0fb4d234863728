"""Large bodies: what a caller sees does not depend on the decoder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inference_lib.errors import MalformedRequest
from inference_lib.http import bodies, large
from tests.strategies import anything

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

_NESTING = 6
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**64) - 2, 2**65),
    st.floats(),
    st.floats(width=32),
    st.sampled_from(["early", "23:15", "[:{", "", "\\u003a", "\ud800", "ü", "😀"]),
    anything(),
)
_NAMES = st.sampled_from(["a", "b", "a:b", "[", "", "ü"])
_DOCUMENTS: st.SearchStrategy[Json] = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=12
)

_ODD = (
    '{"a": 1, "a": 2}',
    '{"b": [{"a": 1, "c": {"a": 2, "a": 3}}]}',
    '{"a": 1, "a": 2, "b": "\\u003a"}',
    '{"a": 1, "a": 2, "b": "\\u003A"}',
    '{"a": 1, "\\u0061": 2}',
    '{"a": "x:y"}',
    '{"a:b": ["c:d", {"e": "f:"}]}',
    '{"a": {"b": "["}}',
    "[18446744073709551616]",
    "[18446744073709551615, 9223372036854775807, -9223372036854775808]",
    "[-9223372036854775809]",
    "[9007199254740993, 0.1, 1e22, 5e-324, 2.2250738585072014e-308, -0.0, -0, 0.30000000000000004]",
    "[1.7976931348623157e308, 123456789012345678901234567890.5, 0.00012345678901234567890123]",
    "[1e400]",
    "[1.8e308]",
    "[NaN, Infinity, -Infinity]",
    f"[{'9' * 5000}]",
    '["\\ud800"]',
    '["\\ud83d\\ude00"]',
    '["\ud800"]',
    '["a\tb"]',
    '["\\x"]',
    "[1,]",
    '{"a": 1,}',
    "[01]",
    "[.5]",
    "[1.]",
    "[+1]",
    "[1] 2",
    "[1",
    "\ufeff[1]",
    "\ufeff\ufeff[1]",
    "\x0b[1]",
    "[1]\x00",
    "'a'",
    "7",
    '"text"',
    "null",
    "[" * _NESTING + "]" * _NESTING,
    "[" * (_NESTING + 1) + "]" * (_NESTING + 1),
    '[{"a":' * (_NESTING // 2 + 1) + "1" + "}]" * (_NESTING // 2 + 1),
    "[" * 3000 + "]" * 3000,
    "[" * 200_000,
)


def _read(text: str) -> str:
    """Return what a body is decoded to, with the types of its numbers, or the refusal."""
    try:
        return repr(bodies.json_of(text, _NESTING))
    except MalformedRequest as error:
        return f"{type(error).__name__}: {error.detail} {[(each.path, each.message) for each in error.problems]}"


def _check_same(text: str) -> None:
    padded = text + " " * max(0, bodies.LARGE - len(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "LARGE", len(padded) + 1)
        small = _read(padded)
    assert _read(padded) == small


@pytest.mark.parametrize("text", _ODD, ids=range(len(_ODD)))
def test_an_odd_body_is_read_or_refused_as_a_small_one(text: str) -> None:
    _check_same(text)


@given(document=_DOCUMENTS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_a_body_is_decoded_to_the_same_values_as_a_small_one(
    document: Json, *, ascii_only: bool, indent: int | None
) -> None:
    _check_same(json.dumps(document, ensure_ascii=ascii_only, indent=indent))


@given(text=st.text(st.sampled_from('{}[]":,\\ -+.eEu0123456789an\n'), max_size=30))
@example(text='{"a":1,"a":1}')
def test_a_text_that_is_hardly_json_is_refused_as_a_small_one(text: str) -> None:
    _check_same(text)


def test_rows_of_numbers_texts_and_times_need_no_second_decoder() -> None:
    rows = [{"age": 48, "ratio": 0.0009121295581825112, "bed time": "23:15", "note": "[x]", "id": 2**59}] * 3
    text = json.dumps({"instances": rows})
    assert large.decode(text, _NESTING) == json.loads(text)


@given(document=_DOCUMENTS)
def test_an_answer_is_the_same_json_as_a_small_one(document: Json) -> None:
    if "nan" not in repr(document) and "inf" not in repr(document):
        assert repr(json.loads(large.encode(document))) == repr(document)
