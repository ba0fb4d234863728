"""Queries that count the bins: every variable once, and never more combinations than an answer has rows."""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from inference_lib.bundle.profile import INDEXES, Profile, Variable
from inference_lib.monitor.drift.counts import bin_queries, counts_of
from inference_lib.monitor.log_insights import MAX_ROWS

_SIZES = st.lists(st.integers(1, 62), min_size=1, max_size=40)


def _profile(sizes: list[int]) -> Profile:
    return Profile(
        1,
        tuple(
            Variable(f"v{at}", is_prediction=False, counts=dict.fromkeys(INDEXES[:size], 1.0))
            for at, size in enumerate(sizes)
        ),
    )


@given(_SIZES)
def test_every_variable_is_counted_by_one_query_without_losing_rows(sizes: list[int]) -> None:
    queries = bin_queries(_profile(sizes), "v1")
    covered = [at for query in queries for at in range(query.first, query.first + query.width)]
    assert covered == list(range(len(sizes)))
    for query in queries:
        assert prod(sizes[query.first : query.first + query.width]) <= MAX_ROWS


@given(st.lists(st.tuples(*[st.sampled_from("012-")] * 5).map("".join), min_size=1, max_size=60))
def test_counts_are_those_of_the_records(records: list[str]) -> None:
    queries = bin_queries(_profile([3] * 5), "v1")
    answers = []
    for query in queries:
        parts = Counter(record[query.first : query.first + query.width] for record in records)
        answers.append([{"part": part, "instances": str(number)} for part, number in parts.items()])
    expected = [dict(Counter(record[at] for record in records)) for at in range(5)]
    assert counts_of(queries, answers, 5) == expected


def test_a_query_holds_no_more_combinations_than_an_answer_has_rows() -> None:
    # Each variable has two bins beyond those of the profile.
    assert MAX_ROWS == 10_000
    assert [query.width for query in bin_queries(_profile([8, 8, 8, 8]), "v1")] == [4]
    assert [query.width for query in bin_queries(_profile([8, 8, 8, 9]), "v1")] == [3, 1]
    assert [query.first for query in bin_queries(_profile([8, 8, 8, 9]), "v1")] == [0, 3]


def test_a_query_reads_the_bins_of_one_version_alone() -> None:
    first, second = bin_queries(_profile([1] * 6), "v1")
    assert first.text == (
        'filter ispresent(bins) and model_version = "v1" and strlen(bins) = 6'
        " | fields substr(bins, 0, 4) as part | stats count(*) as instances by part"
    )
    assert "substr(bins, 4, 2)" in second.text


def test_four_variables_at_most_stand_together() -> None:
    assert [query.width for query in bin_queries(_profile([1] * 9), "v1")] == [4, 4, 1]
    assert len(list(product("01", repeat=4))) <= MAX_ROWS
