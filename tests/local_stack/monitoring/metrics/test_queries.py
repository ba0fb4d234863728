"""Queries of the metrics: what is read, over which periods, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_stack.errors import ExpressionError
from local_stack.monitoring.metrics.queries import MAX_DATAPOINTS, MetricQuery, MetricReader, query_of
from local_stack.monitoring.metrics.store import MetricStore, SeriesName

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

_SERIES = SeriesName.of("Shop", "Requests", {"Stage": "dev"})
_STAT = {
    "Metric": {
        "Namespace": "Shop",
        "MetricName": "Requests",
        "Dimensions": [{"Name": "Stage", "Value": "dev"}],
    },
    "Period": 60,
    "Stat": "Sum",
}
_DAY = 86_400
_NOON = 1_800_000_000 // _DAY * _DAY + _DAY // 2


@pytest.fixture
def store(opened: Callable[..., Connection]) -> MetricStore:
    return MetricStore(opened())


def _query(id_: str = "m1", period_s: int = 60, statistic: str = "Sum") -> MetricQuery:
    return MetricQuery(id=id_, label=id_, series=_SERIES, statistic=statistic, period_s=period_s)


def _expression(id_: str, expression: str) -> MetricQuery:
    return MetricQuery(id=id_, label=id_, expression=expression, period_s=0)


def test_a_query_is_read_from_its_document() -> None:
    assert query_of({"Id": "m1", "MetricStat": _STAT}) == _query()
    assert query_of({"Id": "m1", "Label": "Requests", "ReturnData": False, "MetricStat": _STAT}) == MetricQuery(
        id="m1", label="Requests", is_returned=False, series=_SERIES, statistic="Sum", period_s=60
    )
    assert query_of({"Id": "e1", "Label": "", "Expression": "m1 * 2"}) == _expression("e1", "m1 * 2")
    assert query_of({"Id": "e1", "Expression": "m1", "Period": 300}).period_s == 300


@pytest.mark.parametrize("document", [{}, {"Id": "m1"}, {"Id": "m1", "MetricStat": {}}, {"Id": "m1", "MetricStat": 1}])
def test_a_query_that_is_none_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError, match="a query needs an Id"):
        query_of(document)


@pytest.mark.parametrize(
    ("period_s", "is_taken"), [(0, False), (59, False), (60, True), (61, False), (90, False), (120, True)]
)
def test_periods_are_whole_minutes(period_s: int, is_taken: bool) -> None:
    document = {"Id": "m1", "MetricStat": {**_STAT, "Period": period_s}}
    if is_taken:
        assert query_of(document).period_s == period_s
    else:
        with pytest.raises(ExpressionError, match="m1: expected a period that is a multiple of 60 s"):
            query_of(document)


def test_as_many_periods_as_an_answer_holds_are_read(store: MetricStore) -> None:
    span = MAX_DATAPOINTS * 60
    assert MetricReader(store, [_query()], 0, span).points("m1") == {}
    with pytest.raises(ExpressionError, match="at most 100800 periods"):
        MetricReader(store, [_query()], 0, span + 60)
    MetricReader(store, [_query(period_s=120)], 0, span + 60)


def test_an_expression_reads_the_series_that_it_names(store: MetricStore) -> None:
    for minute in range(4):
        store.put(_SERIES, _NOON + 60 * minute, minute + 1)
    queries = [
        _query("m1"),
        _query("m2", statistic="Maximum"),
        _expression("e1", "m1 + e2"),
        _expression("e2", "m2 * 10"),
        _expression("all", "SUM(METRICS())"),
        _expression("filled", "FILL(m1, 0)"),
    ]
    reader = MetricReader(store, queries, _NOON, _NOON + 300)
    assert reader.points("m1") == {_NOON + 60 * minute: minute + 1 for minute in range(4)}
    assert reader.points("e1") == {_NOON + 60 * minute: 11 * (minute + 1) for minute in range(4)}
    assert reader.points("all") == {_NOON + 60 * minute: 2 * (minute + 1) for minute in range(4)}
    assert [*reader.points("filled").items()][-1] == (_NOON + 240, 0)
    assert len(reader.points("filled")) == 5


@pytest.mark.parametrize(("origin", "starts"), [(0, [0, 300]), (_NOON + 600, [0, 300]), (_NOON + 120, [120, 420])])
def test_periods_of_an_expression_begin_at_the_origin(store: MetricStore, origin: float, starts: list[int]) -> None:
    queries = [_query("m1", period_s=300), _expression("e1", "FILL(m1, 7)")]
    reader = MetricReader(store, queries, _NOON, _NOON + 600, origin)
    assert [moment - _NOON for moment in reader.points("e1")] == starts
    assert set(reader.points("e1").values()) == {7}


def test_an_expression_over_no_series_has_the_default_period(store: MetricStore) -> None:
    reader = MetricReader(store, [_expression("e1", "5")], _NOON, _NOON + 900)
    assert reader.points("e1") == {_NOON: 5, _NOON + 300: 5, _NOON + 600: 5}


def test_what_cannot_be_read_is_refused(store: MetricStore) -> None:
    with pytest.raises(ExpressionError, match="two queries have the id 'm1'"):
        MetricReader(store, [_query(), _query()], 0, 60)
    reader = MetricReader(store, [_expression("e1", "e2"), _expression("e2", "e1")], 0, 60)
    with pytest.raises(ExpressionError, match="an expression names 'e1', which is not another query"):
        reader.points("e1")
    with pytest.raises(ExpressionError, match="'m9'"):
        reader.points("m9")
    store.put(_SERIES, 30, 1)
    with pytest.raises(ExpressionError, match="m1: there is no statistic 'Median'"):
        MetricReader(store, [_query(statistic="Median")], 0, 60).points("m1")


def _band(store: MetricStore, expression: str, end: float) -> tuple[float, float] | None:
    queries = [_query("m1"), _expression("band", expression)]
    reader = MetricReader(store, queries, end - 60, end)
    found = reader.band(queries[1])
    assert found is not None
    lower, upper = found
    return (lower[end - 60], upper[end - 60]) if lower else None


@pytest.mark.parametrize(("before", "is_known"), [(9, False), (10, True)])
def test_a_band_needs_ten_earlier_values(store: MetricStore, before: int, is_known: bool) -> None:
    for minute in range(before + 1):
        store.put(_SERIES, _NOON + 60 * minute, 100)
    end = _NOON + 60 * (before + 1)
    # A series that never changed has a deviation of one.
    assert _band(store, "ANOMALY_DETECTION_BAND(m1)", end) == ((98, 102) if is_known else None)
    assert _band(store, "ANOMALY_DETECTION_BAND(m1, 3.5)", end) == ((96.5, 103.5) if is_known else None)


def test_a_band_is_so_many_deviations_around_the_mean(store: MetricStore) -> None:
    for minute in range(10):
        store.put(_SERIES, _NOON + 60 * minute, 90 if minute % 2 else 110)
    store.put(_SERIES, _NOON + 600, 5000)
    assert _band(store, " ANOMALY_DETECTION_BAND( m1 , 2 ) ", _NOON + 660) == (80, 120)


@pytest.mark.parametrize(("days", "expected"), [(5, (-2, 2)), (4, None)])
def test_a_band_follows_the_hour_where_ten_values_are_known_of_it(
    store: MetricStore, days: int, expected: tuple[float, float] | None
) -> None:
    for day in range(1, days + 1):
        for minute in (0, 30):
            store.put(_SERIES, _NOON - day * _DAY + 60 * minute, 0)
            store.put(_SERIES, _NOON - day * _DAY + 60 * minute - 7200, 1000)
    store.put(_SERIES, _NOON, 5)
    found = _band(store, "ANOMALY_DETECTION_BAND(m1, 2)", _NOON + 60)
    assert found == (expected or (-500, 1500))


def test_a_band_knows_fourteen_days(store: MetricStore) -> None:
    for minute in range(10):
        store.put(_SERIES, _NOON - 14 * _DAY - 60 * minute, 7)
    store.put(_SERIES, _NOON, 7)
    assert _band(store, "ANOMALY_DETECTION_BAND(m1)", _NOON + 60) is None


def test_a_band_of_no_series_is_refused_and_another_expression_is_none(store: MetricStore) -> None:
    queries = [_query("m1"), _expression("e1", "m1 * 2"), _expression("band", "ANOMALY_DETECTION_BAND(e1)")]
    reader = MetricReader(store, queries, _NOON, _NOON + 60)
    assert reader.band(queries[1]) is None
    with pytest.raises(ExpressionError, match="'e1' is not a series"):
        reader.band(queries[2])
