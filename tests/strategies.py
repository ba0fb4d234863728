"""Hypothesis strategies: features, values that keep to them, and values that may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from inference_lib.contract.document import Feature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import FeatureType, Json, Scalar

_CATEGORIES: Mapping[str, tuple[Scalar, ...]] = {"string": ("early", "late"), "integer": (0, 7, 12), "number": (0, 7.5)}
_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def anything() -> st.SearchStrategy[Json]:
    """Whatever ``json.loads`` can return, NaN, infinities and half surrogate pairs included."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-20, 120),
        st.floats(),
        st.text(st.characters(), max_size=5),
        st.sampled_from(["early", "late", "\0", "\ud800"]),
    )
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=2), max_leaves=3)


@st.composite
def features(draw: st.DrawFn) -> Feature:
    """A feature of any type, bounded or not."""
    kind: FeatureType = draw(st.sampled_from(["number", "integer", "string", "boolean"]))
    is_number = kind in {"number", "integer"}
    minimum = draw(st.none() | st.integers(-10, 10)) if is_number else None
    maximum = draw(st.none() | st.integers(11, 99)) if is_number else None
    return Feature(
        name=draw(_NAMES),
        type=kind,
        nullable=draw(st.booleans()),
        minimum=minimum,
        maximum=maximum,
        observed_minimum=draw(st.none() | st.integers(-5, 5)) if is_number else None,
        observed_maximum=draw(st.none() | st.integers(6, 50)) if is_number else None,
        exclusive_minimum=minimum is not None and draw(st.booleans()),
        categories=draw(st.none() | st.just(_CATEGORIES[kind])) if kind in _CATEGORIES else None,
        unknown_categories=draw(st.sampled_from(["refuse", "answer"])),
    )
