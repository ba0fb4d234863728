"""What changed between two bundles: features, ranges, metrics, sizes and answers."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from inference_lib.bundle.loading import Bundle, load_bundle
from inference_lib.bundle.profile import VALUE, by_target, watched_number
from inference_lib.contract.columns import Quality
from inference_lib.contract.document import class_key
from inference_lib.contract.reading import resolve_bundle
from inference_lib.errors import InvalidRequest
from model_export.source.model.forms import each_label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inference_lib.contract.document import Contract, Feature, Json

    Change = tuple[str, str, str]
    Instance = dict[str, Json]
    Prediction = dict[str, Json]

ABSENT: Final = "—"
_COMPARED: Final = (
    "type",
    "nullable",
    "minimum",
    "maximum",
    "observed_minimum",
    "observed_maximum",
    "categories",
    "unit",
    "description",
)
_WORST: Final = 5


@dataclass
class Answers:
    """How two bundles answer the golden requests of both.

    Parameters
    ----------
    compared : int
        Requests that both answered.
    equal : int
        Of these, answers that are the same to the last digit.
    label_changes : int
        Of these, other labels.
    largest : float
        Largest change of a probability or value.
    refused : tuple of int
        Requests that only the first bundle refuses, and only the second.
    worst : list of (str, str, str)
        Note of the request and both answers, the largest change first.
    """

    compared: int = 0
    equal: int = 0
    label_changes: int = 0
    largest: float = 0.0
    refused: tuple[int, int] = (0, 0)
    worst: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """What changed from one bundle to another.

    Parameters
    ----------
    before, after : Contract
        Of the two bundles.
    changes : dict of str to list of (str, str, str)
        By subject: what, before, after.
    answers : Answers or None
        None where the two predict other things.
    """

    before: Contract
    after: Contract
    changes: dict[str, list[Change]]
    answers: Answers | None


def difference_of(before: str, after: str) -> Difference:
    """Compare two bundles; both are verified and loaded.

    Parameters
    ----------
    before, after : str
        Directories of a bundle version, or of a model with a ``latest`` file.

    Raises
    ------
    BundleError
        A bundle is missing, damaged or of another format.
    RuntimeLibraryError
        ONNX Runtime is missing or refuses a model.
    """
    places = resolve_bundle(before), resolve_bundle(after)
    first, second = (load_bundle(place, max_instances=1) for place in places)
    one, two = first.contract, second.contract
    sizes = [
        {file: os.path.getsize(os.path.join(place, file)) for file in sorted(os.listdir(place))} for place in places
    ]
    changes = {
        "model": _changed(_model(one), _model(two)),
        "features": list(_features(one, two)),
        "metrics": _changed(_numbers(one.metrics), _numbers(two.metrics)),
        "size, bytes": _changed(*({file: f"{size:,}" for file, size in each.items()} for each in sizes)),
        "libraries": _changed(one.libraries, two.libraries),
    }
    comparable = _form(one) == _form(two)
    return Difference(one, two, changes, _answers(first, second) if comparable else None)


def _form(contract: Contract) -> object:
    """Return what two contracts have in common whose predictions can be compared."""
    labels = "classes" if contract.task in {"binary", "multiclass"} else contract.task
    return labels, contract.has_probabilities, [target.name for target in contract.targets]


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    names = dict.fromkeys([*before, *after])
    pairs = ((name, before.get(name, ABSENT), after.get(name, ABSENT)) for name in names)
    return [change for change in pairs if change[1] != change[2]]


def _numbers(values: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{value:,.6g}" for name, value in values.items()}


def _model(contract: Contract) -> dict[str, str]:
    return {
        "version": contract.version,
        "name": contract.name,
        "task": contract.task,
        "description": contract.description,
        "classes": ", ".join(map(str, contract.classes)),
        "git commit": contract.git_commit,
    }


def _features(before: Contract, after: Contract) -> Iterator[Change]:
    old, new = ({feature.name: feature for feature in contract.features} for contract in (before, after))
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield name, _member(old[name], "type"), "removed"
        elif name not in old:
            yield name, "added", _member(new[name], "type")
        else:
            for member in _COMPARED:
                pair = _member(old[name], member), _member(new[name], member)
                if pair[0] != pair[1]:
                    yield f"{name}: {member.replace('_', ' ')}", *pair


def _member(feature: Feature, member: str) -> str:
    value = getattr(feature, member)
    if value is None or value == "":
        return ABSENT
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _answers(first: Bundle, second: Bundle) -> Answers:
    found = Answers()
    changes: list[tuple[float, Change]] = []
    refused = [0, 0]
    for note, instance in _requests(first, second):
        one, two = _answer(first, instance), _answer(second, instance)
        if one is None or two is None:
            refused[0] += one is None and two is not None
            refused[1] += two is None and one is not None
            continue
        size = _distance(one, two)
        found.compared += 1
        found.equal += one == two
        found.label_changes += each_label(one) != each_label(two)
        found.largest = max(found.largest, size)
        if one != two:
            changes.append((size, (note, _text(one), _text(two))))
    found.refused = refused[0], refused[1]
    found.worst = [change for _, change in sorted(changes, key=lambda each: -each[0])[:_WORST]]
    return found


def _requests(first: Bundle, second: Bundle) -> Iterator[tuple[str, Instance]]:
    seen: set[str] = set()
    for bundle in (first, second):
        for case in bundle.golden.cases:
            key = repr(sorted(case.instance.items()))
            if key not in seen:
                seen.add(key)
                yield case.note, case.instance


def _answer(bundle: Bundle, instance: Instance) -> Prediction | None:
    try:
        valid = bundle.validator.validate([instance], Quality())
    except InvalidRequest:
        return None
    return bundle.model.predict(valid.columns, valid.rows)[0]


def _distance(one: Prediction, two: Prediction) -> float:
    """Return the largest change; a class that one of them does not know has the probability 0 there."""
    left, right = _values(one), _values(two)
    return max((abs(left.get(name, 0.0) - right.get(name, 0.0)) for name in {*left, *right}), default=0.0)


def _values(prediction: Prediction) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in prediction.items():
        if isinstance(value, dict):
            found |= {f"{name} {key}": number for key, number in _values(value).items()}
        elif isinstance(value, (int, float)) and name not in {"label", "probability"}:
            found[name] = float(value)
    return found


def _text(prediction: Prediction) -> str:
    texts = {target: _target_text(each) for target, each in by_target(prediction).items()}
    return ", ".join(f"{target}: {text}" if target else text for target, text in texts.items())


def _target_text(prediction: Prediction) -> str:
    label, watched = prediction.get("label"), watched_number(prediction)
    number = "" if watched is None else f"{watched[1]:.6g}" if watched[0] == VALUE else f"{watched[1]:.4g}"
    if isinstance(label, (str, int)):
        return f"{class_key(label)} ({number})" if number else class_key(label)
    return number
