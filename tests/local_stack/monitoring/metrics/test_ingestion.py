"""Datapoints out of log lines."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.monitoring.database import open_database
from local_stack.monitoring.metrics.filter_patterns import compile_pattern
from local_stack.monitoring.metrics.ingestion import Ingestion, MetricFilter, metric_filters
from local_stack.monitoring.metrics.store import MetricStore, SeriesName

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from local_stack.declared.evaluation import Declared

_LATENCY = {"Name": "Latency", "Unit": "Milliseconds"}


def _take(store: MetricStore, *records: object) -> None:
    ingestion = Ingestion(store, ())
    for record in records:
        ingestion.take(record if isinstance(record, str) else json.dumps(record), 90)


@pytest.fixture
def store(opened: Callable[..., Connection]) -> MetricStore:
    return MetricStore(opened())


def _embedded(dimensions: list[list[str]], **members: object) -> dict[str, object]:
    directive = {"Namespace": "Shop", "Dimensions": dimensions, "Metrics": [_LATENCY]}
    return {"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}, **members}


def test_a_number_and_a_list_of_numbers_are_datapoints(store: MetricStore) -> None:
    _take(store, _embedded([["Model"]], Model="m", Latency=3), _embedded([["Model"]], Model="m", Latency=[1, 2.5]))
    (read,) = store.read(SeriesName.of("Shop", "Latency", {"Model": "m"}), 0, 120, 60).values()
    assert (read.statistic("Sum"), read.statistic("SampleCount"), read.statistic("Minimum")) == (6.5, 3, 1)


def test_each_set_of_dimensions_is_a_series_of_its_own(store: MetricStore) -> None:
    _take(store, _embedded([["Model"], ["Model", "Stage"], []], Model="m", Stage="dev", Latency=3))
    assert set(store.names()) == {
        SeriesName.of("Shop", "Latency", {"Model": "m"}),
        SeriesName.of("Shop", "Latency", {"Model": "m", "Stage": "dev"}),
        SeriesName.of("Shop", "Latency", {}),
    }


def test_a_filter_writes_a_member_or_a_number_of_each_record_that_matches(store: MetricStore) -> None:
    series = [SeriesName.of("Shop", name, {}) for name in ("Memory", "Errors")]
    filters = [
        MetricFilter(compile_pattern("{ $.type = report }"), "$.memory", series[0]),
        MetricFilter(compile_pattern("{ $.level = ERROR }"), "1", series[1]),
    ]
    ingestion = Ingestion(store, filters)
    for record in (
        {"type": "report", "memory": 70.5},
        {"type": "report", "memory": "high"},
        {"type": "report"},
        {"type": "start", "memory": 99},
        {"level": "ERROR"},
        {"level": "INFO"},
        {"level": "ERROR", "type": "report", "memory": "2"},
    ):
        ingestion.take(json.dumps(record), 90)
    read = [{at: each.statistic("Sum") for at, each in store.read(name, 0, 180, 60).items()} for name in series]
    assert read == [{60: 72.5}, {60: 2}]


def test_the_filters_are_the_declared_ones(open_dev: Declared) -> None:
    filters = metric_filters(open_dev)
    declared = open_dev.all("cloudwatch/logMetricFilter:LogMetricFilter")
    assert [each.series.metric for each in filters] == [
        each.inputs["metricTransformation"]["name"] for each in declared
    ]
    assert filters


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "{",
        "[1]",
        '{"_aws": 1}',
        '{"_aws": {"CloudWatchMetrics": [1]}}',
        json.dumps(_embedded([["Model"]], Latency=3)),
        json.dumps(_embedded([["Model"]], Model="m", Latency="fast")),
    ],
)
def test_what_breaks_the_format_is_left_out(line: str, store: MetricStore) -> None:
    _take(store, line)
    assert store.names() == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(document=st.fixed_dictionaries({"_aws": _JSON | st.fixed_dictionaries({"CloudWatchMetrics": _JSON})}))
def test_no_line_is_an_error(document: object) -> None:
    with closing(open_database(None)) as database:
        _take(MetricStore(database), document)
