"""The features file: what people know about features and data cannot say.

A YAML mapping of feature name to members::

    sleep_hours:
      description: Time asleep in the last night
      unit: h
      minimum: 0
      maximum: 16
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import yaml

from inference_lib.contract.document import FEATURE_TYPES
from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from inference_lib.contract.document import Feature

    Corrections = Mapping[str, Mapping[str, object]]

MEMBERS = ("type", "nullable", "minimum", "maximum", "categories", "example", "description", "unit")


def read_corrections(path: Path) -> Corrections:
    """Read a features file.

    Raises
    ------
    InputError
        The file is missing, is not YAML, or is not a mapping of features to mappings.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not YAML ({' '.join(str(error).split())}).") from error
    if not isinstance(document, dict) or not all(isinstance(value, dict) for value in document.values()):
        raise InputError(f"{path}: expected a mapping of feature names to mappings, such as 'age: {{unit: years}}'.")
    return {str(name): value for name, value in document.items()}


def apply_corrections(features: Sequence[Feature], corrections: Corrections) -> None:
    """Put what people said into the features, in place.

    Parameters
    ----------
    features : sequence of Feature
        As inferred from the data.
    corrections : mapping of str to mapping
        Members by feature name; the members are ``MEMBERS``.

    Raises
    ------
    InputError
        Names every wrong feature, member and value, and what is expected instead.
    """
    by_name = {feature.name: feature for feature in features}
    faults: list[str] = []
    for name, members in corrections.items():
        if name not in by_name:
            faults.append(f"{name}: the model has no such feature{_near(name, by_name)}")
            continue
        for member, value in members.items():
            fault = _fault(by_name[name], member, value)
            if fault:
                faults.append(f"{name}.{member}: {fault}")
            else:
                setattr(by_name[name], member, tuple(value) if isinstance(value, list) else value)
    faults += [fault for feature in features if not faults for fault in _contradictions(feature)]
    if faults:
        raise InputError(f"The features file does not fit the model: {'; '.join(faults)}.")


def _near(name: str, known: Mapping[str, Feature] | Sequence[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(map(repr, known))}"


def _fault(feature: Feature, member: str, value: object) -> str:
    check = _CHECKS.get(member)
    return f"no such member{_near(str(member), MEMBERS)}" if check is None else check(feature, value)


def _text_fault(_: Feature, value: object) -> str:
    return "" if isinstance(value, str) else "expected text"


def _limit_fault(feature: Feature, value: object) -> str:
    if feature.type not in {"number", "integer"}:
        return f"a {feature.type} feature has no range"
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0
    return "" if number else "expected a number"


def _flag_fault(_: Feature, value: object) -> str:
    return "" if isinstance(value, bool) else "expected true or false"


def _example_fault(feature: Feature, value: object) -> str:
    expected = {"number": (int, float), "integer": (int,), "string": (str,), "boolean": (bool,)}[feature.type]
    right = isinstance(value, expected) and (feature.type == "boolean") == isinstance(value, bool)
    return "" if right else f"expected a value of type {feature.type}"


def _categories_fault(feature: Feature, value: object) -> str:
    if feature.type != "string":
        return f"a {feature.type} feature has no categories"
    if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
        return "expected a list of texts, none of them empty"
    unknown = sorted(set(value) - set(feature.categories or value))
    return f"the model does not know {', '.join(map(repr, unknown))}" if unknown else ""


def _type_fault(feature: Feature, value: object) -> str:
    if value not in FEATURE_TYPES:
        return f"expected one of {', '.join(FEATURE_TYPES)}"
    # Only a number can be narrowed without changing what reaches the model.
    allowed = {feature.type, "integer"} if feature.type == "number" else {feature.type}
    return "" if value in allowed else f"the data hold values of type {feature.type}"


def _contradictions(feature: Feature) -> list[str]:
    faults = []
    low, high = feature.minimum, feature.maximum
    if low is not None and high is not None and low > high:
        faults.append(f"{feature.name}: minimum {low:g} is above maximum {high:g}")
    elif low is not None and feature.observed_minimum is not None and feature.observed_minimum < low:
        faults.append(f"{feature.name}.minimum: {low:g}, and the data hold {feature.observed_minimum:g}")
    elif high is not None and feature.observed_maximum is not None and feature.observed_maximum > high:
        faults.append(f"{feature.name}.maximum: {high:g}, and the data hold {feature.observed_maximum:g}")
    return faults


_CHECKS: dict[str, Callable[[Feature, object], str]] = {
    "type": _type_fault,
    "nullable": _flag_fault,
    "minimum": _limit_fault,
    "maximum": _limit_fault,
    "categories": _categories_fault,
    "example": _example_fault,
    "description": _text_fault,
    "unit": _text_fault,
}
