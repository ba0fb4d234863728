"""Datapoints out of log lines."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.monitoring.database import open_database
from local_stack.monitoring.metrics.ingestion import Ingestion
from local_stack.monitoring.metrics.store import MetricStore, SeriesName

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

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
