"""Each limit of a value is the last one that is taken."""

from __future__ import annotations

import pytest

from infra.settings.subjects.alarms import DEFAULTS
from infra.settings.values.networks import CERTIFICATE, CERTIFICATE_EXAMPLE, DOMAIN, SUBNETS, networks
from infra.settings.values.numbers import FRACTION, NOT_NEGATIVE, POSITIVE, whole, whole_choice
from infra.settings.values.periods import Periods, fault_of
from infra.settings.values.rule import Rule, each_once, items, list_of, required, secret_of, shown, word_of
from infra.settings.values.schedule import SCHEDULE
from infra.settings.values.words import FEATURES, FLAG, choice, directory, feature_names


def _fault(rule: Rule, text: str) -> str:
    try:
        rule.read(text)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        (whole(2, 9), "2", 2),
        (whole(2, 9), " 9 ", 9),
        (whole(-3), "-3", -3),
        (whole(2), "+7", 7),
        (whole(0), "9" * 18, 10**18 - 1),
        (whole(0, 10, step=5), "10", 10),
        (POSITIVE, "1", 1),
        (NOT_NEGATIVE, "0", 0),
        (whole_choice((1, 3, 5), "AWS"), " 3 ", 3),
        (FRACTION, "0", 0.0),
        (FRACTION, "1", 1.0),
        (FRACTION, " 0.25", 0.25),
        (FLAG, "true", True),
        (FLAG, "false", False),
        (choice("a", "b"), "b", "b"),
        (directory("a folder", optional=True), " ", " "),
        (directory("a folder"), "bundles", "bundles"),
    ],
)
def test_a_value_is_taken_with_its_type(rule: Rule, text: str, value: object) -> None:
    found = rule.read(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("rule", "text", "fault"),
    [
        (whole(2, 9), "1", "1 is too small"),
        (whole(2, 9), "10", "10 is too large"),
        (whole(0), "9" * 19, f"'{'9' * 19}' is not a whole number"),
        (whole(0), "1.0", "'1.0' is not a whole number"),
        (whole(0), "", "'' is not a whole number"),
        (whole(0), "٣", "'٣' is not a whole number"),
        (whole(0, 10, step=5), "6", "6 is not a multiple of 5"),
        (POSITIVE, "0", "0 is too small"),
        (NOT_NEGATIVE, "-1", "-1 is too small"),
        (whole_choice((1, 3, 5), "AWS"), "2", "'2' is not allowed"),
        (whole_choice((1, 3, 5), "AWS"), "03", "'03' is not allowed"),
        (FRACTION, "-0.0001", "-0.0001 is too small"),
        (FRACTION, "1.0001", "1.0001 is too large"),
        (FRACTION, "nan", "'nan' is not a number"),
        (FLAG, "True", "'True' is not allowed"),
        (choice("a", "b"), "c", "'c' is not allowed"),
        (directory("a folder"), " ", "the path is empty"),
        (FEATURES, "a, b, a", "'a' is listed twice"),
        (FEATURES, '["a", 1]', "'[\"a\", 1]' is not a JSON list of names"),
        (FEATURES, "[a", "'[a' is not a JSON list of names"),
        (
            networks(ipv6=False),
            "2001:db8::/32",
            "'2001:db8::/32' is an IPv6 network, but the service has IPv4 addresses only",
        ),
    ],
)
def test_a_value_beyond_a_limit_is_refused(rule: Rule, text: str, fault: str) -> None:
    assert _fault(rule, text) == fault


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (whole(2), "2 or more"),
        (whole(2, 9), "2 to 9"),
        (whole(2, 9, source="AWS"), "2 to 9 (AWS)"),
        (whole(60, 120, source="AWS", step=60), "60 to 120 in steps of 60 (AWS)"),
        (whole_choice((1, 3, 5), "AWS"), "1, 3 or 5 (AWS)"),
        (choice("a", "b", "c"), "a, b or c"),
        (choice("a", "b", reason="why"), "a or b (why)"),
        (networks(), "IPv4 or IPv6 networks such as 203.0.113.0/24, with commas between"),
        (networks(ipv6=False), "IPv4 networks such as 203.0.113.0/24, with commas between"),
    ],
)
def test_what_is_expected_names_the_limits(rule: Rule, expected: str) -> None:
    assert rule.expected == expected


@pytest.mark.parametrize(("length", "is_cut"), [(40, False), (41, True), (400, True)])
def test_a_quoted_value_has_at_most_forty_characters(length: int, is_cut: bool) -> None:
    text = "x" * length
    assert shown(text) == (repr("x" * 39 + "…") if is_cut else repr(text))


def test_lists_are_read_without_blanks_and_empty_items() -> None:
    assert items(" a ,, b,") == ("a", "b")
    assert items("") == ()
    each_once(("a", "b"))
    assert feature_names("a, b") == ("a", "b")
    assert feature_names(' ["a, b", "c"]') == ("a, b", "c")
    assert FEATURES.read("a, b") == "a, b"


def test_words_match_as_a_whole_or_are_empty() -> None:
    word, secret = word_of("a word", "[a-z]+", "letters"), secret_of("a key", "[a-z]+", "letters")
    assert [rule.read(text) for rule in (word, secret) for text in ("abc", "")] == ["abc", ""] * 2
    assert (_fault(word, "abc1"), _fault(secret, "abc1")) == ("'abc1' is not a word", "the value is not a key")
    assert (word.is_secret, secret.is_secret) == (False, True)
    listed = list_of("a word", "[a-z]+", "letters")
    assert (listed.read("a, b"), _fault(listed, "a, b1"), _fault(listed, "a, a")) == (
        "a, b",
        "'b1' is not a word",
        "'a' is listed twice",
    )


def test_a_required_value_is_not_empty() -> None:
    rule = required(word_of("a word", "[a-z]+", "letters"))
    assert (_fault(rule, ""), _fault(rule, " "), rule.read("a"), rule.expected) == (
        "is missing",
        "is missing",
        "a",
        "letters",
    )
    assert _fault(rule, "1") == "'1' is not a word"


@pytest.mark.parametrize(
    ("periods", "fault"),
    [
        *((periods, "") for periods in DEFAULTS.values()),
        (Periods(60, 1, 1), ""),
        (Periods(59, 1, 1), "a period of 59 s is not a multiple of 60 s"),
        (Periods(0, 1, 1), "a period of 0 s is not a multiple of 60 s"),
        (Periods(90, 1, 1), "a period of 90 s is not a multiple of 60 s"),
        (Periods(60, 3, 3), ""),
        (Periods(60, 3, 4), "4 of 3 periods is impossible"),
        (Periods(60, 3, 0), "0 of 3 periods is impossible"),
        (Periods(60, 1440, 1), ""),
        (Periods(60, 1441, 1), "1441 periods of 60 s are longer than one day"),
        (Periods(3540, 24, 1), ""),
        (Periods(3540, 25, 1), "25 periods of 3540 s are longer than one day"),
        (Periods(3600, 168, 1), ""),
        (Periods(3600, 169, 1), "169 periods of 3600 s are longer than one week"),
        (Periods(7200, 84, 1), ""),
    ],
)
def test_periods_are_those_that_cloudwatch_takes(periods: Periods, fault: str) -> None:
    assert fault_of(periods) == fault


_FIELDS = ("minutes", "hours", "day of the month", "month", "day of the week", "year")


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [
        ("minutes", 0, 59),
        ("hours", 0, 23),
        ("day of the month", 1, 31),
        ("month", 1, 12),
        ("day of the week", 1, 7),
        ("year", 1970, 2199),
    ],
)
def test_each_field_of_a_cron_expression_has_its_range(field: str, lowest: int, highest: int) -> None:
    def fault(text: str) -> str:
        parts = ["0", "5", "?" if field == "day of the week" else "1", "*", "?", "*"]
        parts[_FIELDS.index(field)] = text
        return _fault(SCHEDULE, f"2 = {' '.join(parts)}")

    for text in (str(lowest), str(highest), f"{lowest}-{highest}", f"{lowest},{highest}", f"{lowest}/5", "*", "*/2"):
        assert fault(text) == ""
    for text in (str(lowest - 1), str(highest + 1), f"{lowest}-{highest + 1}", f"{highest + 1}/5", "x", f"{lowest}-"):
        assert fault(text) == f"the {field} '{text.upper()}' of the cron expression is wrong"


@pytest.mark.parametrize(
    ("cron", "is_right"),
    [
        ("0 5 ? * * *", True),
        ("0 5 * * ? *", True),
        ("0 5 ? * ? *", False),
        ("0 5 * * * *", False),
        ("? 5 * * ? *", False),
        ("0 5 * ? ? *", False),
        ("0 5 ? jan-MAR mon,FRI 2026", True),
        ("0 5 MON * ? *", False),
        ("0 5 ? MON * *", False),
    ],
)
def test_one_of_the_two_days_is_a_question_mark(cron: str, is_right: bool) -> None:
    assert (_fault(SCHEDULE, f"2 = {cron}") == "") == is_right


@pytest.mark.parametrize(
    ("count", "is_right"), [("0", True), ("99999", True), ("100000", False), ("-1", False), ("", False)]
)
def test_a_scheduled_count_has_at_most_five_digits(count: str, is_right: bool) -> None:
    assert (_fault(SCHEDULE, f"{count} = 0 5 * * ? *") == "") == is_right


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (DOMAIN, f"{'a' * 63}.example.com", f"{'a' * 64}.example.com"),
        (DOMAIN, "a.io", "a.i"),
        (DOMAIN, "a-b.io", "-a.io"),
        (SUBNETS, "subnet-0123abcd", "subnet-0123abc"),
        (SUBNETS, f"subnet-{'a' * 40}", f"subnet-{'a' * 41}"),
        (CERTIFICATE, CERTIFICATE_EXAMPLE, CERTIFICATE_EXAMPLE[:-1]),
    ],
)
def test_names_of_resources_have_their_lengths(rule: Rule, right: str, wrong: str) -> None:
    assert (_fault(rule, right), bool(_fault(rule, wrong))) == ("", True)
