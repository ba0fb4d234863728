"""Whether a second model can score the requests of the served one: features and classes must agree."""

from __future__ import annotations

from inference_lib.contract.document import class_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Feature


def disagreement(served: Contract, shadow: Contract) -> str:
    """Return the first reason why a model cannot be the shadow of another; empty when it can.

    Parameters
    ----------
    served : Contract
        Of the model that answers. The shadow must accept every value that it accepts.
    shadow : Contract
        Of the model that is compared with it. Ranges may differ, because the shadow does not answer.
    """
    different = _other_predictions(served, shadow)
    if different:
        return different
    theirs = {feature.name: feature for feature in shadow.features}
    ours = {feature.name: feature for feature in served.features}
    for name in (*ours, *theirs):
        if name not in theirs:
            return f"it has no feature {name!r}"
        if name not in ours:
            return f"it needs the feature {name!r}, which the served one does not have"
        fault = _fault(ours[name], theirs[name])
        if fault:
            return f"its feature {name!r} {fault}"
    return ""


def _other_predictions(served: Contract, shadow: Contract) -> str:
    if served.task != shadow.task:
        return f"it is a {shadow.task} model, and the served one a {served.task} model"
    if sorted(map(class_key, served.classes)) != sorted(map(class_key, shadow.classes)):
        return f"its classes are {_listed(shadow.classes)}, and those of the served one {_listed(served.classes)}"
    if _names(served) != _names(shadow):
        return f"its targets are {_names(shadow)}, and those of the served one {_names(served)}"
    if served.outputs.keys() - {"label"} != shadow.outputs.keys() - {"label"}:
        return (
            f"its predictions hold {', '.join(shadow.outputs)}, and those of the served one {', '.join(served.outputs)}"
        )
    return ""


def _fault(ours: Feature, theirs: Feature) -> str:
    if ours.type != theirs.type:
        return f"is of the type {theirs.type}, and that of the served one of the type {ours.type}"
    if ours.nullable and not theirs.nullable:
        return "may not be null, and that of the served one may"
    if theirs.categories is not None and theirs.unknown_categories == "refuse":
        more = sorted(set(ours.categories or ()) - set(theirs.categories), key=str)
        if ours.categories is None or ours.unknown_categories == "answer" or more:
            return f"does not know {_listed(more) if more else 'any text'}, which that of the served one takes"
    return ""


def _names(contract: Contract) -> str:
    return ", ".join(target.name for target in contract.targets) or "none"


def _listed(values: object) -> str:
    return ", ".join(map(str, values)) if isinstance(values, (list, tuple)) else str(values)
