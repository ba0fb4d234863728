"""Where the data and the fitted model disagree, which is no fault of the conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

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
                yield (
                    f"{feature.name}: {len(unknown)} of {len(column)} rows hold a category that the model was not "
                    f"fitted on ({_listed(sorted(set(map(str, unknown))))}); the API refuses it, and they are left out"
                )
            unseen = [category for category in feature.categories if category not in set(present)]
            if unseen:
                yield f"{feature.name}: no row holds {_listed(unseen)}, which the model knows"
        elif not present.empty and (present == present.iloc[0]).all():
            yield f"{feature.name}: all rows hold one value; the observed range and the drift profile will be narrow"


def answerable(table: pd.DataFrame, features: Sequence[Feature]) -> pd.DataFrame:
    """Return the rows that hold no category which the model does not know.

    Parameters
    ----------
    table : DataFrame
        The rows, a column for each feature and more.
    features : sequence of Feature
        With the categories that the model's encoders know.

    Raises
    ------
    InputError
        No row is left.
    """
    for feature in features:
        if feature.categories is not None:
            column = table[feature.name]
            table = table[column.isna() | column.isin(feature.categories)]
            if table.empty:
                raise InputError(
                    f"{feature.name}: no row of the data holds a category that the model was fitted on; expected "
                    f"{_listed(feature.categories)}. Give rows in the form of the training data."
                )
    return table


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
