"""Files in: a model file to a fitted estimator, a data file to a table."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

import joblib

from model_export.errors import InputError
from model_export.source.model.boosting import LIBRARIES, adapted, missing_library, not_installed, support
from model_export.source.model.graph import onnx_model

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.progress import Progress
    from model_export.source.model.estimator import Estimator

PICKLES = (".joblib", ".pkl", ".pickle")
COMPRESSED = (".gz", ".bz2", ".xz", ".lzma", ".z")
"""Written by ``joblib.dump(model, path, compress=...)``, which reads them too."""
BOOSTERS = {".json": "xgboost", ".ubj": "xgboost", ".txt": "lightgbm"}
SKOPS = ".skops"
ONNX = ".onnx"
_HARMLESS = re.compile(r"numpy\.dtype|collections\.OrderedDict|(sklearn|xgboost|lightgbm)\.([a-z_]\w*\.)*_?[A-Z]\w*")
"""Beside what skops trusts: classes, not functions, of the libraries themselves, such as the trees of a forest."""

MODELS = (*PICKLES, SKOPS, *BOOSTERS, ONNX)


def load_model(path: Path, progress: Progress) -> Estimator:
    """Read a fitted estimator from a file.

    Parameters
    ----------
    path : Path
        A ``.joblib``, ``.pkl`` or ``.pickle`` file; reading one runs the code inside it, and ``progress`` is told
        so first. A ``.skops`` file, which holds no code. Or a file by ``save_model``: ``.json`` or ``.ubj`` of
        XGBoost, ``.txt`` of LightGBM. Or a ready ``.onnx`` file.
    progress : Progress
        Hears notes.

    Raises
    ------
    InputError
        The file is missing, of a kind that is not read, or holds no estimator.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder; expected a model file. Name one in it: {', '.join(MODELS)}.")
    if not path.is_file():
        raise InputError(f"{path}: no such model file. Save one with joblib.dump(model, 'model.joblib').")
    suffix = suffix_of(path)
    if suffix not in MODELS:
        raise InputError(f"{path}: model files of type {path.suffix!r} are not read; expected {', '.join(MODELS)}.")
    if fault := _other_kind(path):
        raise InputError(f"{path}: {fault}")
    if suffix in BOOSTERS:
        model: Estimator = support(BOOSTERS[suffix]).read_file(path)
        return adapted(model)
    if suffix == ONNX:
        return onnx_model.read_file(path)
    return _from_skops(path) if suffix == SKOPS else _unpickled(path, progress)


def suffix_of(path: Path) -> str:
    """Return what says how a model file is read, in lower case: that before the suffix of a compressed pickle."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if len(suffixes) > 1 and suffixes[-1] in COMPRESSED and suffixes[0] in PICKLES:
        return suffixes[0]
    return suffixes[-1] if suffixes else ""


def _other_kind(path: Path) -> str:
    """Return what a file is instead of a model, with the way to the model; empty where its first bytes say nothing."""
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS, not the model. Fetch the file itself: git lfs pull"
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "is an HTML page, not a model, as a download without a login leaves it. Download the file again."
    if not start and suffix_of(path) in PICKLES:
        return "is empty. Save the model again, for example with joblib.dump(model, 'model.joblib')."
    return ""


def _from_skops(path: Path) -> Estimator:
    """Read a file that holds no code; types are refused that neither skops nor ``_HARMLESS`` knows as safe."""
    import skops.io  # noqa: PLC0415 - it imports pytest, and most models are in other files

    try:
        asked = skops.io.get_untrusted_types(file=path)
        strangers = [name for name in asked if not _HARMLESS.fullmatch(name)]
        model = None if strangers else skops.io.load(path, trusted=asked)
    except Exception as error:  # a damaged archive raises whatever its parts do
        raise InputError(f"{path}: is no skops file. Save one with skops.io.dump(model, 'model.skops').") from error
    if strangers:
        raise InputError(
            f"{path}: holds types that skops does not know as safe: {', '.join(strangers)}. When you trust them, load "
            "the model with skops.io.load(path, trusted=[...]) and call model_export.export(model, data, name=...)."
        )
    return _checked_model(path, adapted(model))


def _unpickled(path: Path, progress: Progress) -> Estimator:
    progress.note(
        f"{path} is a pickle: loading it runs code. Load only files that you trust; "
        "skops.io.dump(model, 'model.skops') saves one without code."
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = adapted(joblib.load(path))
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except MemoryError:
            raise
        except Exception as error:  # a pickle runs code, which can raise anything
            raise InputError(f"{path}: {_unloadable(error)}") from error
    for text in sorted({str(warning.message).split(". ")[0] for warning in caught}):
        progress.note(f"{path}: {text}.")
    return _checked_model(path, model)


def _unloadable(error: Exception) -> str:
    if isinstance(error, OSError) and (reason := missing_library(error)):
        return reason
    if isinstance(error, ImportError) and (library := (error.name or "").split(".")[0]) in LIBRARIES:
        return not_installed(library, library)
    said = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"cannot be loaded ({said}). Load it where the packages that it was saved with are installed."


def _checked_model(path: Path, model: Estimator) -> Estimator:
    if not hasattr(model, "predict"):
        raise InputError(f"{path}: holds a {type(model).__name__}; expected a fitted estimator with predict.")
    return model
