"""Where the data and the fitted model disagree, which is no fault of the conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference_lib.contract.document import Feature

_SHOWN: Final = 3


def disagreements(table: pd.DataFrame, features: Sequence[Feature]) -> Iterator[str]:
    """Give a sentence for each feature whose data are not what the model was fitted on.

    Parameters
    ----------
    table : DataFrame
        The rows, a column for each feature.
    features : sequence of Feature
        With the categories that the model's encoders know.
    """
    for feature in features:
        column = table[feature.name]
        present = column.dropna()
        if feature.categories is not None:
            unknown = present[~present.isin(feature.categories)]
            if not unknown.empty:
                refused = feature.unknown_categories == "refuse"
                fate = "the API refuses it, and they are left out" if refused else "it is answered as an unknown one"
                yield (
                    f"{feature.name}: {len(unknown)} of {len(column)} rows hold a category that the model was not "
                    f"fitted on ({_listed(sorted(set(map(str, unknown))))}); {fate}"
                )
            unseen = [category for category in feature.categories if category not in set(present)]
            if unseen:
                yield f"{feature.name}: no row holds {_listed(list(map(str, unseen)))}, which the model knows"
        elif not present.empty and (present == present.iloc[0]).all():
            yield f"{feature.name}: all rows hold one value; the observed range and the drift profile will be narrow"


def answerable(table: pd.DataFrame, features: Sequence[Feature]) -> pd.Series:
    """Return which rows the contract takes, as booleans: the API refuses the others, as the model does.

    Parameters
    ----------
    table : DataFrame
        The rows, a column for each feature.
    features : sequence of Feature
        As the model answers them.

    Raises
    ------
    InputError
        No row is left.
    """
    taken = pd.Series(data=True, index=table.index)
    for feature in features:
        taken &= _taken(table[feature.name], feature)
        if not taken.any():
            raise InputError(
                f"{feature.name}: no row of the data is one that the model answers; expected {_expected(feature)}. "
                "Give rows in the form of the training data."
            )
    return taken


def _taken(column: pd.Series, feature: Feature) -> pd.Series:
    missing = column.isna()
    taken = pd.Series(data=True, index=column.index)
    if feature.categories is not None and feature.unknown_categories == "refuse":
        taken &= column.isin(feature.categories)
    if feature.minimum is not None:
        taken &= (column > feature.minimum) if feature.exclusive_minimum else (column >= feature.minimum)
    if feature.maximum is not None:
        taken &= column <= feature.maximum
    return taken.where(~missing, feature.takes_null)


def _expected(feature: Feature) -> str:
    if feature.categories is not None and feature.unknown_categories == "refuse":
        return f"one of {_listed(list(map(str, feature.categories)))}"
    return "a value" if not feature.takes_null else "values in the range that the model takes"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
