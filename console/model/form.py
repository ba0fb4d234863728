"""The form: one widget for each feature of the contract."""

from __future__ import annotations

from typing import Any

import streamlit as st

_UNKNOWN = "unknown"


def draw_input(feature: dict[str, Any]) -> object:
    """Draw the widget of a feature and return its value, None if unknown.

    Parameters
    ----------
    feature : dict
        A feature of ``GET /model``.
    """
    label = f"{feature['name']} ({feature['unit']})" if feature["unit"] else feature["name"]
    options: dict[str, Any] = {"label": label, "help": _help(feature), "key": feature["name"]}
    if feature["type"] == "boolean":
        return _choice(feature, [True, False], options)
    if feature["categories"] is not None:
        return _choice(feature, list(feature["categories"]), options)
    if feature["type"] == "string":
        text: str = st.text_input(value=feature["example"] or "", **options)
        return text or (None if feature["nullable"] else text)
    return _number(feature, options)


def _choice(feature: dict[str, Any], values: list[Any], options: dict[str, Any]) -> object:
    choices = [*values, _UNKNOWN] if feature["nullable"] else values
    start = choices.index(feature["example"]) if feature["example"] in choices else len(choices) - 1
    chosen = st.selectbox(options=choices, index=start, **options)
    return None if chosen == _UNKNOWN else chosen


def _number(feature: dict[str, Any], options: dict[str, Any]) -> object:
    kind = int if feature["type"] == "integer" else float
    example = feature["example"]
    placeholder = _UNKNOWN if feature["nullable"] else "a number"
    value: float | None = st.number_input(
        value=None if example is None else kind(example),
        step=1 if kind is int else None,
        format="%d" if kind is int else "%g",
        placeholder=placeholder,
        **options,
    )
    return value


def _help(feature: dict[str, Any]) -> str:
    parts = [feature["description"]]
    if feature["minimum"] is not None or feature["maximum"] is not None:
        parts.append(f"allowed {_range(feature['minimum'], feature['maximum'])}")
    if feature["observed_minimum"] is not None:
        parts.append(f"observed in training {_range(feature['observed_minimum'], feature['observed_maximum'])}")
    if feature["nullable"]:
        parts.append("optional")
    return "; ".join(part for part in parts if part)


def _range(minimum: float | None, maximum: float | None) -> str:
    if minimum is None or maximum is None:
        return f"up to {maximum:g}" if minimum is None else f"from {minimum:g}"
    return f"{minimum:g} to {maximum:g}"
