"""The predictions of many rows, kept as columns: a dict for each row costs as much as the model.

The function imports this module with its first large request only.
"""

from __future__ import annotations

import json
from itertools import chain, repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    from inference_lib.contract.document import Json

    Prediction: TypeAlias = dict[str, Json]
    Class: TypeAlias = str | int | bool
    Texts: TypeAlias = Callable[[list[float]], list[bytes]]
    Rows = Sequence[Prediction]
else:
    Rows = object


class Table(Rows):
    """A sequence of predictions, each of which is a dict only where one is needed.

    Attributes
    ----------
    probabilities : list of float
        Of the predicted class, by row; empty for values.
    """

    __slots__ = ("probabilities",)

    def __init__(self, probabilities: list[float]) -> None:
        self.probabilities = probabilities

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self.some(range(len(self))))

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401 - a sequence is also asked for slices
        return self.some([row])[0]

    def some(self, rows: Iterable[int]) -> list[Prediction]:
        """Return the predictions of some rows, each as a dict."""
        raise NotImplementedError

    def labels(self) -> dict[str, int]:
        """Return how often each class was predicted, by the text of the class."""
        return {}

    def watched(self, rows: Sequence[int]) -> tuple[Sequence[float], list[str]]:
        """Return of some rows the number that is watched, a value or the probability of the label, and the class.

        Of values there are no classes.
        """
        raise NotImplementedError

    def margin(self, rows: Sequence[int]) -> float | None:
        """Return the smallest difference between the two greatest probabilities of some rows; None for values."""
        raise NotImplementedError

    def column(self, name: str) -> list[Json]:
        """Return the values of one member of the predictions, row by row."""
        raise NotImplementedError

    def as_json(self, texts: Texts) -> bytes:
        """Return the list of predictions as JSON.

        Parameters
        ----------
        texts : callable
            Writes each of a list of numbers as JSON.
        """
        raise NotImplementedError


class Values(Table):
    """``{"value": number}``.

    Parameters
    ----------
    values : list of float
        By row.
    """

    __slots__ = ("_values",)

    def __init__(self, values: list[float]) -> None:
        super().__init__([])
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def some(self, rows: Iterable[int]) -> list[Prediction]:
        """Return the predictions of some rows, each as a dict."""
        return [{"value": self._values[row]} for row in rows]

    def watched(self, rows: Sequence[int]) -> tuple[Sequence[float], list[str]]:
        """Return the values of some rows, and no classes."""
        return [self._values[row] for row in rows], []

    def margin(self, rows: Sequence[int]) -> None:
        """Return None: a value has no margin."""

    def column(self, name: str) -> list[Json]:  # noqa: ARG002 - there is one
        """Return the values."""
        return [*self._values]

    def as_json(self, texts: Texts) -> bytes:
        """Return the list of predictions as JSON."""
        return b'[{"value":' + b'},{"value":'.join(texts(self._values)) + b"}]"


class Labelled(Table):
    """``{"label": class, "probability": number, "probabilities": {class: number}}``.

    Parameters
    ----------
    classes : sequence
        The classes.
    keys : sequence of str
        Their names in JSON.
    by_class : list of list of float
        Probabilities of each class, by row.
    places : list of int, optional
        Position of the predicted class, by row; by default that of the greatest probability.
    """

    __slots__ = ("_by_class", "_classes", "_keys", "_places")

    def __init__(
        self, classes: Sequence[Class], keys: Sequence[str], by_class: list[list[float]], places: list[int] | None
    ) -> None:
        if places is None:
            probabilities = list(map(max, *by_class)) if len(by_class) > 1 else [*by_class[0]]
            rows = zip(*by_class, strict=True)
            places = [row.index(greatest) for row, greatest in zip(rows, probabilities, strict=True)]
        else:
            probabilities = [by_class[place][row] for row, place in enumerate(places)]
        super().__init__(probabilities)
        self._classes = classes
        self._keys = keys
        self._by_class = by_class
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def some(self, rows: Iterable[int]) -> list[Prediction]:
        """Return the predictions of some rows, each as a dict."""
        chosen = [*rows]
        numbers = zip(*[[column[row] for row in chosen] for column in self._by_class], strict=True)
        return [
            {
                "label": self._classes[self._places[row]],
                "probability": self.probabilities[row],
                "probabilities": dict(zip(self._keys, of_row, strict=True)),
            }
            for row, of_row in zip(chosen, numbers, strict=True)
        ]

    def watched(self, rows: Sequence[int]) -> tuple[Sequence[float], list[str]]:
        """Return the probabilities of the labels of some rows, and the names of these classes."""
        return [self.probabilities[row] for row in rows], [self._keys[self._places[row]] for row in rows]

    def margin(self, rows: Sequence[int]) -> float:
        """Return the smallest difference between the two greatest probabilities of some rows."""
        by_class = [[column[row] for row in rows] for column in self._by_class]
        if len(by_class) == 1:
            return min(by_class[0])
        differences: list[float] = [first - second for *_, second, first in map(sorted, zip(*by_class, strict=True))]
        return min(differences)

    def labels(self) -> dict[str, int]:
        """Return how often each class was predicted, by the text of the class, in the order of the rows."""
        found = dict.fromkeys(self._places)
        return {str(self._classes[place]): self._places.count(place) for place in found}

    def column(self, name: str) -> list[Json]:
        """Return the values of one member of the predictions, row by row."""
        if name == "label":
            return [self._classes[place] for place in self._places]
        if name == "probability":
            return [*self.probabilities]
        return list(chain.from_iterable(zip(*self._by_class, strict=True)))

    def as_json(self, texts: Texts) -> bytes:
        """Return the list of predictions as JSON, put together from the texts of whole columns."""
        starts = [b',{"label":%b,"probability":' % json.dumps(label).encode() for label in self._classes]
        columns = [[starts[place] for place in self._places], texts(self.probabilities)]
        between = b',"probabilities":{'
        for key, numbers in zip(self._keys, self._by_class, strict=True):
            columns += [repeat(between + json.dumps(key).encode() + b":"), texts(numbers)]  # type: ignore[list-item] # bytes too
            between = b","
        pieces = chain.from_iterable(zip(*columns, repeat(b"}}"), strict=False))
        return b"[" + b"".join(pieces)[1:] + b"]"
