"""Patterns for RE2 cut as Python's do, or are refused."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from model_export import UnsupportedModel
from model_export.conversion.converters.text.patterns import WORD, Pattern, translate

CUTTING = [
    r"(?u)\b\w\w+\b",
    r"\b\w+\b",
    r"\b\w{3,}\b",
    r"\b\w{2}\b",
    r"\b(?:ab|c)\w+\b",
    r"\b(?:[a-m]{2,3}|x)\b",
    r"\b(?:[A-C][0-3]?)+\b",
    r"\b[^\Wa]+\b",
    r"[a-z]+",
    r"\S+",
    r"\d{2,}",
    r"[^,]+",
    r"[^a]",
    r"[b-dx]{2,}",
    r"a[0-3]{1,2}",
]
_TEXTS = st.lists(st.sampled_from([*"abcdexABCZ0123,. -_\n", "é", "ß", "東", "ab", "xx", "A1"]), max_size=14).map(
    "".join
)


@cache
def _translated(pattern: str) -> Pattern:
    return translate(CountVectorizer(), pattern)


def _python(pattern: str) -> str:
    """Return a pattern of RE2 in Python's letters."""
    pattern = pattern.replace(WORD, r"\w")
    return re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: f"\\U{int(found[1], 16):08x}", pattern)


@pytest.mark.parametrize("pattern", CUTTING)
@given(text=_TEXTS)
@example(text="abab abx ab c1 cab x aa mm A0B1C A4 12 123 a012 bbdx _a e,f")
def test_a_text_is_cut_as_python_cuts_it(pattern: str, text: str) -> None:
    translated = _translated(pattern)
    found = re.findall(_python(translated.tokens), text)
    whole = re.compile(_python(translated.whole) or r"[\s\S]*")
    expected = [match[0] for match in re.finditer(pattern, text)]
    assert [word for word in found if whole.fullmatch(word)] == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "a|ab",
        r"\b\w+-\w+\b",
        "(a)b",
        "(?i)a",
        r"\b(?i:ab)\b",
        r"\bx(?:y|(?s:a))\b",
        r"\w+?",
        "[a-z]*",
        r"\b(?:\w,?)+\b",
        r"\b(?=a)\w+\b",
        r"^\w+",
        "",
        r"\b\b",
        r"[^\w\W]+",
    ],
)
def test_what_would_be_cut_otherwise_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedModel, match="would cut otherwise in ONNX"):
        translate(CountVectorizer(), pattern)
