"""Questions to a log, in the language of Logs Insights."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.monitoring import queries
from local_stack.errors import ExpressionError
from local_stack.machine.clock import iso
from local_stack.monitoring.insights.log_file import lines_since
from local_stack.monitoring.insights.query import run_query
from local_stack.monitoring.insights.records import Record, document_of, time_of

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

_MORNING = datetime(2026, 11, 20, 7, tzinfo=UTC).timestamp()


def _line(second: float, **members: object) -> str:
    return json.dumps({"timestamp": iso(_MORNING + second), **members})


def _report(second: float, **metrics: float) -> str:
    record = {"requestId": f"r{second:g}", "metrics": {"memorySizeMB": 512, **metrics}, "status": "success"}
    return json.dumps({"time": iso(_MORNING + second), "type": "platform.report", "record": record})


def _answered(second: float, **members: object) -> str:
    return _line(second, **{"level": "INFO", "message": "request answered", "model_version": "v1", **members})


LOG = [
    _answered(0, total_ms=5, status=200, labels={"short": 2, "very short": 1}),
    _report(0, billedDurationMs=100, maxMemoryUsedMB=50, initDurationMs=70.5),
    _answered(60, total_ms=1.25, status=400, level="WARNING", refusal="2 faults", model_version="v2"),
    _report(60, billedDurationMs=10, maxMemoryUsedMB=128),
    _answered(4000, total_ms=3, status=200, labels={"short": 1}),
    _line(4000, level="ERROR", message="failed", exception={"name": "ValueError"}, function_request_id="r4000"),
    "START RequestId: not JSON",
]


def _rows(query: str, log: list[str] = LOG) -> list[dict[str, str]]:
    table = run_query(query, log, _MORNING - 60, _MORNING + 86_400)
    return [{cell["field"]: cell["value"] for cell in row} for row in table.results()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            queries.ERRORS,
            [{"@timestamp": "2026-11-20 08:06:40.000", "request_id": "r4000", "error": "failed"}],
        ),
        (
            queries.REFUSED,
            [{"@timestamp": "2026-11-20 07:01:00.000", "status": "400", "refusal": "2 faults"}],
        ),
        (
            queries.BY_VERSION,
            [
                {"model_version": "v1", "requests": "2", "failed": "0", "p50_ms": "3", "p99_ms": "5"},
                {"model_version": "v2", "requests": "1", "failed": "0", "p50_ms": "1.25", "p99_ms": "1.25"},
            ],
        ),
        (queries.COLD_STARTS, [{"bin(5m)": "2026-11-20 07:00:00.000", "cold_starts": "1", "p95_ms": "70.5"}]),
        (queries.MEMORY, [{"bin(1h)": "2026-11-20 07:00:00.000", "percent": "25"}]),
        (
            queries.class_shares(["short", "very short"]),
            [
                {"bin(1h)": "2026-11-20 08:00:00.000", "short": "1"},
                {"bin(1h)": "2026-11-20 07:00:00.000", "short": "2", "very short": "1"},
            ],
        ),
        (queries.LOW_PROBABILITY, []),
    ],
    ids=lambda value: value.name if isinstance(value, queries.Query) else "",
)
def test_the_declared_queries(query: queries.Query, expected: list[dict[str, str]]) -> None:
    assert _rows(f"SOURCE '/aws/lambda/inference-dev-predict' | {query.text}") == expected


def test_the_slowest_come_first() -> None:
    assert [row["total_ms"] for row in _rows(queries.SLOWEST.text)] == ["5", "3", "1.25"]


def test_one_request_is_found_by_its_id_in_any_field() -> None:
    (row,) = _rows(queries.ONE_REQUEST.text.replace("REQUEST-ID", "r60"))
    assert json.loads(row["@message"])["record"]["requestId"] == "r60"


def test_every_declared_query_and_every_table_of_the_dashboard_is_understood(open_dev: Declared) -> None:
    texts = [each.inputs["queryString"] for each in open_dev.all("cloudwatch/queryDefinition:QueryDefinition")]
    body = json.loads(open_dev.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    texts += [each["properties"]["query"] for each in body["widgets"] if each["type"] == "log"]
    assert len(texts) > 8
    for text in texts:
        _rows(text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fields total_ms * 2 + 1 as more | filter total_ms > 1 and total_ms <= 3 | display more", ["3.5", "7"]),
        ("filter status in [200, 201] | stats count(*)", ["2"]),
        ("filter status not in [200] and ispresent(status) | stats count(*)", ["1"]),
        ("filter status in ['200', 'x', level] and ispresent(status) | stats count(*)", ["2"]),
        ("filter status in ['201', toupper('x'), 100 * 2] | stats count(*)", ["2"]),
        ("filter model_version in ['V2', 'v2'] | stats count(*)", ["1"]),
        ("filter model_version not in ['v1', 'v2'] and ispresent(model_version) | stats count(*)", ["0"]),
        ("filter not (status = 200) and status like /^4/ | display status", ["400"]),
        ("filter @message like 'RequestId' | stats count(*) as lines", ["1"]),
        ("filter message = 'failed' | display exception.name", ["ValueError"]),
        ("filter ispresent(total_ms) | sort total_ms asc | limit 1 | display total_ms", ["1.25"]),
        ("filter ispresent(total_ms) | dedup status | stats count(*)", ["2"]),
        ("parse refusal '* faults' as number | filter number = 2 | display number", ["2"]),
        ("parse refusal /(?<number>\\d+) f/ | filter ispresent(number) | stats sum(number)", ["2"]),
        ("stats max(total_ms) - min(total_ms) as spread", ["3.75"]),
        ("stats count_distinct(model_version), latest(model_version)", ["2", "v1"]),
        ("stats avg(total_ms) * 100 / 3", ["102.7778"]),
        (
            "filter ispresent(refusal) | fields toupper(concat(level, '-', strlen(refusal))) as a | display a",
            ["WARNING-8"],
        ),
        ("stats pct(total_ms, 50), stddev(status)", ["3", "94.2809"]),
        ("filter total_ms = 5 # a comment\n| display total_ms", ["5"]),
        ("filter asset = 1 or limits = 2 | stats count(*)", ["0"]),
        ("stats sum(nothing)", []),
        ("stats count(refusal), count(nothing)", ["1", "0"]),
        ("filter status = '200' | stats count(*)", ["2"]),
        ("filter ispresent(total_ms) | stats count(*) by bin(1d)", ["2026-11-20 00:00:00.000", "3"]),
        ("filter ispresent(total_ms) | stats count(*) by bin(1w)", ["2026-11-19 00:00:00.000", "3"]),
        ("filter total_ms = 5 | fields (0 - total_ms) ^ 0.5 as root, total_ms ^ 2 as a | display root, a", ["25"]),
        (
            "filter ispresent(refusal) | fields substr(refusal, 2) as a, substr(refusal, 2, 3) as b | display a, b",
            ["faults", "fau"],
        ),
    ],
)
def test_the_language(query: str, expected: list[str]) -> None:
    assert [value for row in _rows(query) for value in row.values()] == expected


def test_a_name_may_contain_dots_itself() -> None:
    record = Record("", {"a.": {"b": 1}, "c.d": {"e": [2, {"f": 3}]}, "g.h": 4}, 0.0, "log")
    assert [record.get(path) for path in ("a..b", "c.d.e.0", "c.d.e.1.f", "g.h", "c.e")] == [1, 2, 3, 4, None]


def test_the_time_of_a_line_is_its_own() -> None:
    assert time_of({"_aws": {"Timestamp": 1500}, "timestamp": "2026-11-20T07:00:00.000Z"}) == 1.5
    assert time_of({"timestamp": "1970-01-01T00:00:02.500Z"}) == time_of({"time": "1970-01-01T00:00:02.500Z"}) == 2.5
    assert time_of({"_aws": {}}) is time_of({"message": "no time"}) is None


@pytest.mark.parametrize("line", ["START RequestId: a", "{broken", "[1]", "{" * 100_000, ""])
def test_a_line_that_is_no_object_has_no_fields_and_is_still_a_line(line: str) -> None:
    assert document_of(line) == {}
    table = run_query("fields @message, level", [LOG[0], line], _MORNING, _MORNING)
    assert [[cell["value"] for cell in row] for row in table.results()] == [[LOG[0], "INFO"], [line]]


def test_only_the_requested_span_is_read() -> None:
    table = run_query("stats count(*) as lines", LOG, _MORNING + 1, _MORNING + 3600)
    assert table.results() == [[{"field": "lines", "value": "2"}]]
    assert (table.scanned, table.matched) == (len(LOG), 2)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "malformed at line 1, column 1"),
        ("nonsense", "malformed at line 1, column 1"),
        ("fields a |", "malformed"),
        ("filter a = ", "malformed"),
        ("filter sqrt(a) = 1", "the function sqrt is not supported here"),
        ("filter count(*) > 1", "the function count is not supported here, or not in this position"),
        ("filter a like /(/", "is not a regular expression"),
        ("stats sum()", "needs a field"),
        ("stats pct(a, 101)", "expected a percentage"),
        ("stats count(*) by bin(5)", "expected a duration"),
        ("parse a '* *' as b", "2 asterisks and 1 names"),
    ],
)
def test_the_error_of_a_malformed_query_names_the_place(query: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message.replace("(", r"\(")):
        _rows(query)


_WORDS = [
    "fields",
    "filter",
    "stats",
    "sort",
    "|",
    "a",
    "@timestamp",
    "count(*)",
    "by",
    "bin(1h)",
    "=",
    "1",
    "'x'",
    "(",
    ")",
]


@given(query=st.one_of(st.text(max_size=40), st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join)))
def test_any_text_is_a_table_or_the_one_error(query: str) -> None:
    with contextlib.suppress(ExpressionError):
        _rows(query)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab.c"), inner, max_size=3),
    max_leaves=6,
)


@given(documents=st.lists(_JSON, max_size=4))
def test_no_line_is_an_error(documents: list[Any]) -> None:
    lines = [json.dumps(document) for document in documents]
    rows = _rows("fields a, a.b, b.0 | filter a > 1 or b like 'x' or not ispresent(a.c) | sort a desc | limit 3", lines)
    assert len(rows) <= 3


def test_a_long_log_is_read_from_the_span_on(tmp_path: Path) -> None:
    log = tmp_path / "function.jsonl"
    log.write_text("".join(_answered(second, padding="x" * 900) + "\n" for second in range(5_000)))
    read = list(lines_since(log, _MORNING + 4_000))
    whole = run_query("stats count(*)", lines_since(log, 0), _MORNING + 4_000, _MORNING + 9_000)
    part = run_query("stats count(*)", read, _MORNING + 4_000, _MORNING + 9_000)
    assert part.results() == whole.results() == [[{"field": "count(*)", "value": "1000"}]]
    assert len(read) < 3_000
