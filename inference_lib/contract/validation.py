"""Validates instances against the contract: reports all problems with their places, and never a value.

Each feature has a fast check that works on its whole column with C builtins (``min``, ``sum``,
``set``). Only a column that fails it is checked value by value, so that valid batches cost little and
invalid ones get exact messages. See docs/decisions/0004-validation-by-column.md for what was measured.
"""

from __future__ import annotations

from operator import itemgetter

from inference_lib.contract.columns import ABSENT, ColumnCheck, Quality
from inference_lib.contract.document import IGNORE
from inference_lib.environment import DEFAULT_MAX_TEXT_LENGTH
from inference_lib.errors import MAX_REPORTED, FieldProblem, InvalidRequest, MalformedRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from inference_lib.contract.columns import _Absent
    from inference_lib.contract.document import Contract, Json

_MAX_NAME = 64
"""Longest part of a caller's member name that is repeated in a path."""

_JSON_TYPES = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
}


class Validated:
    """Instances that satisfy the contract.

    Parameters
    ----------
    columns : dict of str to list
        For each feature its values, one for each instance; None where missing.
    rows : int
        Number of instances.
    quality : Quality
        What was missing, unknown or out of range.
    """

    __slots__ = ("columns", "quality", "rows")

    def __init__(self, columns: dict[str, list[Json]], rows: int, quality: Quality) -> None:
        self.columns = columns
        self.rows = rows
        self.quality = quality


class Places:
    """How a protocol names the places of its requests.

    Parameters
    ----------
    root : str
        Where the instances are.
    row : callable
        Place of an instance, by its index.
    feature : callable
        Place of a feature of an instance, by index and name.
    """

    __slots__ = ("feature", "root", "row")

    def __init__(self, root: str, row: Callable[[int], str], feature: Callable[[int, str], str]) -> None:
        self.root = root
        self.row = row
        self.feature = feature


class Validator:
    """Checks instances against a contract, compiled once.

    Parameters
    ----------
    contract : Contract
        The features.
    max_instances : int
        Most instances in one request.
    max_text_length : int
        Most characters of a free text.
    """

    def __init__(self, contract: Contract, max_instances: int, max_text_length: int = DEFAULT_MAX_TEXT_LENGTH) -> None:
        tensors = {name: tensor for tensor in contract.inputs for name in tensor.features}
        self._checks = [
            ColumnCheck(feature, tensors[feature.name].element_type, max_text_length, tensors[feature.name].limit)
            for feature in contract.features
        ]
        self._known = frozenset(feature.name for feature in contract.features)
        self._max_instances = max_instances
        self._ignores_unknown = contract.unknown_features == IGNORE

    def validate(self, instances: Json, quality: Quality, places: Places | None = None) -> Validated:
        """Check the instances of one request.

        Parameters
        ----------
        instances : object
            The decoded ``instances`` member.
        quality : Quality
            Counted into, for refused requests too.
        places : Places, optional
            By default ``INSTANCES``.

        Raises
        ------
        InvalidRequest
            With all problems of all instances, in the order of the instances.
        """
        places = places or INSTANCES
        rows = self._rows(instances, places)
        found: list[tuple[int, int, FieldProblem]] = []
        columns: dict[str, list[Json]] = {}
        absent = 0
        only = rows[0] if len(rows) == 1 else None
        for order, check in enumerate(self._checks):
            column = _column(rows, check.name) if only is None else [only.get(check.name, ABSENT)]
            if only is not None and check.is_plain(column[0]):
                columns[check.name] = column  # type: ignore[assignment] # no ABSENT is plain
                continue
            values, left_out = check.fast(column, quality)
            if values is None:
                values, problems = check.slow(column, quality)
                found += [(row, order, FieldProblem(places.feature(row, check.name), text)) for row, text in problems]
                left_out = column.count(ABSENT)
            columns[check.name] = values
            absent += left_out
        if not self._ignores_unknown and sum(map(len, rows)) + absent != len(rows) * len(self._checks):
            found += self._unknown(rows, places)
        if found:
            raise _invalid([problem for _, _, problem in sorted(found, key=lambda each: each[:2])], len(rows))
        return Validated(columns, len(rows), quality)

    def _rows(self, instances: Json, places: Places) -> list[dict[str, Json]]:
        if not isinstance(instances, list):
            raise _invalid([FieldProblem(places.root, f"expected a list of objects, got {json_type(instances)}")], 0)
        if not instances:
            raise _invalid([FieldProblem(places.root, "expected at least 1 instance, got 0")], 0)
        check_count(len(instances), self._max_instances, places.root)
        rows = [row for row in instances if isinstance(row, dict)]
        if len(rows) != len(instances):
            wrong = ((index, row) for index, row in enumerate(instances) if not isinstance(row, dict))
            raise _invalid(
                [FieldProblem(places.row(i), f"expected an object, got {json_type(row)}") for i, row in wrong], 0
            )
        return rows

    def _unknown(self, rows: Sequence[Mapping[str, Json]], places: Places) -> Iterable[tuple[int, int, FieldProblem]]:
        texts: dict[tuple[str, frozenset[str]], str] = {}
        for index, row in enumerate(rows):
            absent = self._known.difference(row)
            for name in row:
                if name in self._known:
                    continue
                # A feature that is there too was not misspelt.
                if (name, absent) not in texts:
                    texts[name, absent] = f"unknown feature{suggestion(name, sorted(absent))}"
                yield index, len(self._checks), FieldProblem(places.feature(index, name), texts[name, absent])


def check_count(count: int, most: int, place: str) -> None:
    """Refuse too many instances; before an object is made of each, which may take a hundred times the body's memory.

    Raises
    ------
    InvalidRequest
        There are more than ``most``.
    """
    if count > most:
        raise _invalid([FieldProblem(place, f"expected at most {most} instances, got {count}")], 0)


def _column(rows: list[dict[str, Json]], name: str) -> list[Json | _Absent]:
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name, ABSENT) for row in rows]


def member(place: str, name: str) -> str:
    """Return the path of a member, such as ``instances[0].age``; other names are in brackets."""
    short = name[:_MAX_NAME]
    return f"{place}.{short}" if short.isidentifier() else f'{place}["{short}"]'


def rows_of(root: str) -> Places:
    """Return the places of a list of objects."""
    return Places(root, lambda row: f"{root}[{row}]", lambda row, name: member(f"{root}[{row}]", name))


INSTANCES = rows_of("instances")


def json_type(value: Json) -> str:
    """Return JSON's name for the type of a value, for messages."""
    return _JSON_TYPES.get(type(value), "another type")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'NAME'?`` for the nearest known name, or nothing when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - costs 3 ms, and only a bad request needs it

    near = get_close_matches(name[:_MAX_NAME], list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def object_of(document: Json, needed: str, what: str) -> dict[str, Json]:
    """Return a body that is an object.

    Parameters
    ----------
    document : object
        The decoded body.
    needed : str
        The member that the object must have; it is only named in the message.
    what : str
        What the body should be, such as ``a request``.

    Raises
    ------
    MalformedRequest
        It is not an object.
    """
    if isinstance(document, dict):
        return document
    detail = f"expected an object with the member '{needed}', got {json_type(document)}"
    raise MalformedRequest(f"The body is not {what}: {detail}.", [FieldProblem("$", detail)])


def unknown_members(given: Iterable[str], known: Sequence[str], place: str, kind: str = "member") -> list[FieldProblem]:
    """Return a problem for each name of an object that is not among the known ones."""
    return [
        FieldProblem(member(place, name), f"unknown {kind}{suggestion(name, known)}")
        for name in given
        if name not in known
    ]


def _invalid(problems: list[FieldProblem], rows: int) -> InvalidRequest:
    total = len(problems)
    shown = f"the first {MAX_REPORTED} of {total} problems follow" if total > MAX_REPORTED else ""
    count = shown or f"{total} problem{'s' if total > 1 else ''}"
    where = f" in {rows} instance{'s' if rows > 1 else ''}" if rows else ""
    first = f"{problems[0].path}: {problems[0].message}"
    return InvalidRequest(f"The request violates the model's contract: {count}{where}. First: {first}", problems)
