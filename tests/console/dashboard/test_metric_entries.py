from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dashboard.metric_entries import REST_SAME, SAME, expand, lines_of, queries_of
from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5).filter(
    lambda word: word not in {SAME, REST_SAME}
)
_METRICS = st.integers(1, 4).flatmap(lambda pairs: st.lists(_WORDS, min_size=2 * pairs, max_size=2 * pairs))


def _metric(*entries: list[Any], **properties: object) -> list[dict[str, Any]]:
    return queries_of(lines_of({"metrics": list(entries), **properties}))


def _plain(query: dict[str, Any]) -> list[str]:
    metric = query["MetricStat"]["Metric"]
    pairs = [word for each in metric["Dimensions"] for word in (each["Name"], each["Value"])]
    return [metric["Namespace"], metric["MetricName"], *pairs]


def test_an_entry_becomes_a_query_with_the_widgets_statistic_and_period() -> None:
    entry = ["AWS/Lambda", "Errors", "FunctionName", "f"]
    assert _metric(entry, stat="p99", period=60) == [
        {
            "Id": "m1",
            "ReturnData": True,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": "Errors",
                    "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
                },
                "Period": 60,
                "Stat": "p99",
            },
        }
    ]


def test_without_a_word_the_statistic_is_the_average_of_five_minutes() -> None:
    (query,) = _metric(["N", "M"])
    assert (query["MetricStat"]["Stat"], query["MetricStat"]["Period"]) == ("Average", 300)


def test_options_of_an_entry_win_over_the_widgets_and_are_not_inherited() -> None:
    first, second = _metric(
        ["N", "M", {"stat": "Sum", "period": 60, "label": "all", "id": "total"}], [SAME, "L"], stat="Maximum"
    )
    assert (first["Id"], first["Label"], first["MetricStat"]["Stat"], first["MetricStat"]["Period"]) == (
        "total",
        "all",
        "Sum",
        60,
    )
    assert (second["Id"], second["MetricStat"]["Stat"], second["MetricStat"]["Period"]) == ("m1", "Maximum", 300)
    assert "Label" not in second


def test_a_chosen_period_is_that_of_every_line() -> None:
    lines = lines_of({"metrics": [["N", "M", {"period": 60}], [{"expression": "m1 * 2"}]], "period": 300}, 3600)
    assert [line.period_s for line in lines] == [3600, 3600]
    assert lines[1].query["Period"] == 3600


def test_expressions_and_hidden_lines_are_queried_with_their_ids() -> None:
    lines = lines_of(
        {
            "metrics": [
                [{"expression": "FILL(b, 0)", "label": "cost", "id": "e0"}],
                ["N", "M", {"id": "b", "visible": False, "yAxis": "right", "color": "#123456"}],
            ]
        }
    )
    assert lines[0].query == {
        "Id": "e0", "ReturnData": True, "Label": "cost", "Expression": "FILL(b, 0)", "Period": 300,
    }  # fmt: skip
    assert (lines[1].id, lines[1].is_visible, lines[1].axis, lines[1].color) == ("b", False, "right", "#123456")


def test_an_expression_does_not_interrupt_what_the_dots_repeat() -> None:
    queries = _metric(["N", "M", "D", "1"], [{"expression": "m1"}], [REST_SAME, "2"])
    assert _plain(queries[2]) == ["N", "M", "D", "2"]


def test_ids_that_are_made_up_are_none_that_is_declared() -> None:
    lines = lines_of({"metrics": [["N", "M"], ["N", "L", {"id": "m1"}], ["N", "K"]]})
    assert [line.id for line in lines] == ["m2", "m1", "m3"]


def test_where_nothing_is_visible_nothing_is_queried() -> None:
    assert _metric(["N", "M", {"visible": False}]) == []


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([SAME, SAME, SAME, "j"], ["N", "M", "D", "j"]),
        ([REST_SAME, "j"], ["N", "M", "D", "j"]),
        ([REST_SAME, "E", "j"], ["N", "M", "E", "j"]),
        ([REST_SAME], ["N", "M", "D", "i"]),
        ([SAME, "L", REST_SAME], ["N", "L", "D", "i"]),
        ([SAME, "L", SAME, SAME], ["N", "L", "D", "i"]),
        (["O", "L"], ["O", "L"]),
    ],
)
def test_shorthand_as_cloudwatch_reads_it(items: list[str], expected: list[str]) -> None:
    assert expand(items, ["N", "M", "D", "i"]) == expected


def _shortened(full: Sequence[str], before: Sequence[str], dots: Sequence[bool]) -> list[str]:
    same = [index < len(before) and before[index] == item for index, item in enumerate(full)]
    return [SAME if is_same and dot else item for item, is_same, dot in zip(full, same, dots, strict=True)]


@given(st.data(), _METRICS, _METRICS)
def test_what_is_shortened_is_read_as_what_it_was(data: st.DataObject, before: list[str], own: list[str]) -> None:
    keep = data.draw(st.integers(0, min(len(before), len(own))))
    full = [*before[:keep], *own[keep:]]
    dots = data.draw(st.lists(st.booleans(), min_size=len(full), max_size=len(full)))
    assert expand(_shortened(full, before, dots), before) == full
    if len(full) == len(before):
        assert expand([REST_SAME, *full[keep:]], before) == full


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ([[]], "metrics[0] of a widget: expected a list that is not empty."),
        ([["N", "M"], "N"], "metrics[1] of a widget: expected a list that is not empty."),
        ([[SAME, "M"]], 'metrics[0] of a widget: "." has no item above it to repeat.'),
        (
            [["N", "M", "D"]],
            "metrics[0] of a widget: expected a namespace, a metric's name and pairs of dimension and value.",
        ),
        (
            [["N", "M", {"id": "1"}]],
            "metrics[0] of a widget: expected an id of letters, digits and _ that begins with a-z.",
        ),
    ],
)
def test_what_is_no_entry_is_named(metrics: list[Any], message: str) -> None:
    with pytest.raises(MonitoringError) as caught:
        lines_of({"metrics": metrics})
    assert str(caught.value) == message
