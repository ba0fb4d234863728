"""The original model, called with the same JSON values that callers send."""

from __future__ import annotations

import warnings
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import sklearn

from model_export.errors import ExportError, first_line
from model_export.source.model import forms
from model_export.source.model.anatomy import nested_steps, reads_one_text
from model_export.source.model.estimator import Methods, classes_of, targets_of, task_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray
    from pandas.api.extensions import ExtensionDtype

    from inference_lib.contract.document import Feature, Json, Target
    from model_export.source.instances import Instance
    from model_export.source.model.estimator import Estimator

    Dtype = np.dtype[Any] | ExtensionDtype
    Prediction = dict[str, Json]
    Answered: TypeAlias = "Prediction | Silence"

_CHUNK: Final = 512
"""Rows of one call where some row may raise: the row is then searched among these alone."""

INT64: Final = np.iinfo(np.int64)


@dataclass(frozen=True)
class Silence:
    """What the original does instead of answering a row.

    Parameters
    ----------
    reason : str
        The first line of the error, or that the answer is no finite number.
    raises : bool
        Whether it raises; otherwise it answers with NaN or infinity.
    """

    reason: str
    raises: bool


class Original:
    """The model as the data scientist fitted it: the judge of the converted one.

    Parameters
    ----------
    model : Estimator
        Fitted.
    features : sequence of Feature
        In the order of the training data.
    table : DataFrame
        Rows in the form of the training data; gives the types and the marks of missing values.
    marks : mapping of str to object
        What means "missing" to the steps that read a feature, where the table has no gap.
    targets : sequence of str
        Names of the columns that hold the targets.

    Attributes
    ----------
    targets : tuple of Target
        Of a model that predicts several; known after the first prediction.
    """

    def __init__(
        self,
        model: Estimator,
        features: Sequence[Feature],
        table: pd.DataFrame,
        marks: Mapping[str, object] | None = None,
        targets: Sequence[str] = (),
    ) -> None:
        self._model = model
        self._methods = Methods(model)
        self._features = features
        self._by_name = hasattr(model, "feature_names_in_")
        self._reads_one_text = reads_one_text(model)
        self._given_types = {feature.name: table[feature.name].dtype for feature in features}
        self._types = {name: _of_requests(dtype) for name, dtype in self._given_types.items()}
        self._marks = {
            feature.name: _missing_mark(table[feature.name], (marks or {}).get(feature.name, np.nan))
            for feature in features
        }
        self._target_names = targets
        self._knows_targets = False
        self.targets: tuple[Target, ...] = ()
        self.task = task_of(model)
        self.classes = classes_of(model)

    def as_given(self) -> Original:
        """Return the judge of rows of the data, in their types, such as float32: itself, if all of them are wide."""
        if self._types == self._given_types:
            return self
        judge = copy(self)
        judge._types = self._given_types  # noqa: SLF001 - of the same class
        return judge

    def predict(self, instances: Sequence[Instance]) -> list[Prediction]:
        """Return predictions in the form of the API's answers, for numbers as JSON has them: doubles or integers.

        Parameters
        ----------
        instances : sequence of dict
            Feature values by name; None where missing.

        Returns
        -------
        list of dict
            One for each instance.

        Raises
        ------
        Exception
            Whatever the model raises for one of the rows.
        """
        model = self._methods.model
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            rows = self._methods.reading(lambda: self.rows(instances))
            answers = np.asarray(model.predict(rows()))
            several = isinstance(getattr(model, "classes_", None), list)
            if self.task == "regression" or several:
                self._learn_targets(answers.size // len(instances))
            if several:
                return forms.several(model, rows, self.targets, answers)
            if self.task == "regression":
                return self._values(answers)
            if self.task == "anomaly":
                return forms.detected(model, rows, answers.tolist())
            return forms.labelled(model, rows, self.classes, answers.tolist())

    def _learn_targets(self, width: int) -> None:
        """Name the targets at the first prediction: of a regressor it alone says how many there are."""
        if not self._knows_targets:
            self.targets = targets_of(self._model, self._target_names, width)
            self._knows_targets = True

    def answers(self, instances: Sequence[Instance]) -> list[Answered]:
        """Return a prediction for each row, or why there is none: one bad row costs no other its answer.

        A row has the answer that it has among other rows; a few steps of scikit-learn raise for one row alone.

        Parameters
        ----------
        instances : sequence of dict
            Feature values by name; None where missing.
        """
        return list(self._answers(instances))

    def answers_all(self, instances: Sequence[Instance]) -> bool:
        """Tell whether each row has an answer; after the first that has none, no other is asked.

        Parameters
        ----------
        instances : sequence of dict
            Feature values by name; None where missing.
        """
        return not any(isinstance(answer, Silence) for answer in self._answers(instances))

    def _answers(self, instances: Sequence[Instance]) -> Iterator[Answered]:
        try:
            together = [_finite(each) for each in self.predict(instances)] if instances else []
        except (MemoryError, ExportError):
            raise
        except Exception as error:  # noqa: BLE001 - estimators of many authors raise whatever they chose
            together = []
            if len(instances) == 1:
                together = [self._in_company(instances[0]) or Silence(first_line(error), raises=True)]
        if together or not instances:
            yield from together
            return
        size = max(1, min(_CHUNK, len(instances) // 2))
        for start in range(0, len(instances), size):
            yield from self._answers(instances[start : start + size])

    def raises(self, instances: Sequence[Instance]) -> bool:
        """Tell whether the model raises for one of the rows: what it takes together is not asked row by row.

        Parameters
        ----------
        instances : sequence of dict
            Feature values by name; None where missing.
        """
        try:
            self.predict(instances)
        except (MemoryError, ExportError):
            raise
        except Exception:  # noqa: BLE001 - as in ``answers``
            alone = (answer for instance in instances for answer in self.answers([instance]))
            return any(isinstance(answer, Silence) and answer.raises for answer in alone)
        return False

    def _in_company(self, instance: Instance) -> Answered | None:
        """Return the answer to a row beside itself: some steps, such as SparsePCA, lose a dimension of a lone row."""
        try:
            return _finite(self.predict([instance, instance])[0])
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - as in ``answers``
            return None

    def versions(self) -> str:
        """Return a sentence where the model was saved by another scikit-learn than the installed one; else nothing."""
        saved = sorted({v for step in nested_steps(self._model) if (v := vars(step).get("_sklearn_version"))})
        if not saved or saved == [sklearn.__version__]:
            return ""
        return (
            f"It was saved by scikit-learn {', '.join(saved)}, and {sklearn.__version__} is installed: export it where "
            "the first is, or fit it again. "
        )

    def _values(self, answers: NDArray[np.generic]) -> list[Prediction]:
        if not self.targets:
            return [{"value": float(value)} for value in answers.reshape(-1)]
        names = [target.name for target in self.targets]
        return [{"values": dict(zip(names, row, strict=True))} for row in answers.astype(np.float64).tolist()]

    def rows(self, instances: Sequence[Instance]) -> pd.DataFrame | pd.Series | NDArray[np.generic]:
        """Return instances in the form that the model was fitted on: a table, texts or an array."""
        frame = self._frame(instances)
        if self._reads_one_text:
            return frame.iloc[:, 0]
        return frame if self._by_name else np.array(frame)

    def _frame(self, instances: Sequence[Instance]) -> pd.DataFrame:
        columns = {
            feature.name: self._series(feature, [instance[feature.name] for instance in instances])
            for feature in self._features
        }
        # A column each: of one block pandas gives an array that steps such as IterativeImputer cannot write to.
        return pd.DataFrame(columns, copy=False)

    def _series(self, feature: Feature, values: list[Json]) -> pd.Series:
        dtype, mark = self._types[feature.name], self._marks[feature.name]
        if dtype.kind in "iub" and not _fits(values, dtype.kind):
            # NumPy's integers and booleans hold neither gaps nor fractions; pandas reads such a column as floats.
            return pd.Series([float(value) if isinstance(value, (int, float)) else np.nan for value in values])
        marked = [mark if value is None else value for value in values]
        if isinstance(dtype, pd.CategoricalDtype):
            new = [value for value in dict.fromkeys(values) if value is not None and value not in dtype.categories]
            dtype = pd.CategoricalDtype([*dtype.categories, *new])
        return pd.Series(marked, dtype=dtype)


def _of_requests(dtype: Dtype) -> Dtype:
    """Return the type of a column of requests: numbers of JSON are not rounded to the type of the data."""
    if isinstance(dtype, (pd.CategoricalDtype, pd.ArrowDtype, pd.SparseDtype)) or dtype.kind not in "fiu":
        return dtype
    wide = "float64" if dtype.kind == "f" else "int64"
    return np.dtype(wide) if isinstance(dtype, np.dtype) else pd.api.types.pandas_dtype(wide.title())


def _fits(values: list[Json], kind: str) -> bool:
    if kind == "b":
        return all(isinstance(value, bool) for value in values)
    return all(isinstance(value, int) and INT64.min <= value <= INT64.max for value in values)


def _finite(answer: Prediction) -> Prediction | Silence:
    total = sum(forms.each_number(answer))
    # NaN or infinity minus itself is not zero.
    return answer if total - total == 0 else Silence("it gives NaN or infinity, which JSON does not know", raises=False)


def _missing_mark(column: pd.Series, known: object) -> object:
    missing = column[column.isna()]
    return missing.iloc[0] if len(missing) else known
