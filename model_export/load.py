"""Files in: a model file to a fitted estimator, a data file to a table."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import joblib
import pandas as pd

from model_export.boosting import adapted, support
from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from model_export.estimator import Estimator
    from model_export.progress import Progress

PICKLES = (".joblib", ".pkl", ".pickle")
BOOSTERS = {".json": "xgboost", ".ubj": "xgboost", ".txt": "lightgbm"}
MODELS = (*PICKLES, *BOOSTERS)
TABLES = (".csv", ".parquet")


def load_model(path: Path, progress: Progress) -> Estimator:
    """Read a fitted estimator from a file.

    Parameters
    ----------
    path : Path
        A ``.joblib``, ``.pkl`` or ``.pickle`` file; reading one runs the code inside it, and ``progress`` is told
        so first. Or a file by ``save_model``: ``.json`` or ``.ubj`` of XGBoost, ``.txt`` of LightGBM.
    progress : Progress
        Hears notes.

    Raises
    ------
    InputError
        The file is missing, of a kind that is not read, or holds no estimator.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such model file. Save one with joblib.dump(model, 'model.joblib').")
    if path.suffix not in MODELS:
        raise InputError(f"{path}: model files of type {path.suffix!r} are not read; expected {', '.join(MODELS)}.")
    if path.suffix in BOOSTERS:
        model: Estimator = support(BOOSTERS[path.suffix]).read_file(path)
        return adapted(model)
    return _unpickled(path, progress)


def _unpickled(path: Path, progress: Progress) -> Estimator:
    progress.note(f"{path} is a pickle: loading it runs code. Load only files that you trust.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = adapted(joblib.load(path))
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except Exception as error:  # a pickle runs code, which can raise anything
            raise InputError(
                f"{path}: cannot be loaded ({f'{type(error).__name__}: {error}'.rstrip(': ')}). "
                "Load it where the packages that it was saved with are installed."
            ) from error
    for text in sorted({str(warning.message).split(". ")[0] for warning in caught}):
        progress.note(f"{path}: {text}.")
    if not hasattr(model, "predict"):
        raise InputError(f"{path}: holds a {type(model).__name__}; expected a fitted estimator with predict.")
    return model


def load_table(path: Path) -> pd.DataFrame:
    """Read a table with one row for each instance.

    Parameters
    ----------
    path : Path
        A CSV file with a header line, or a Parquet file.

    Raises
    ------
    InputError
        The file is missing, of another kind, unreadable or without rows.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such data file. Expected a CSV or Parquet file with one row for each instance.")
    if path.suffix not in TABLES:
        raise InputError(f"{path}: data files of type {path.suffix!r} are not read; expected {', '.join(TABLES)}.")
    try:
        table = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: cannot be read as {path.suffix[1:].upper()} ({error}).") from error
    return checked_table(table, str(path))


def checked_table(data: pd.DataFrame | Mapping[str, Sequence[object]], source: str) -> pd.DataFrame:
    """Return the data as a table whose feature names are distinct strings.

    Raises
    ------
    InputError
        The table has no rows, or a name twice.
    """
    table = data if isinstance(data, pd.DataFrame) else pd.DataFrame(dict(data))
    if table.empty:
        raise InputError(f"{source}: holds no rows. Give at least one row; 50 or more make a proof worth having.")
    renamed = table.rename(columns=str)
    twice = renamed.columns[renamed.columns.duplicated()]
    if len(twice):
        raise InputError(f"{source}: has the column {twice[0]!r} twice. Rename one.")
    return renamed.reset_index(drop=True)
