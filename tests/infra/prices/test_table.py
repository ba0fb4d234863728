from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from infra.prices import table as prices
from infra.prices.table import COLUMNS, PriceError, parse

WRONG_ROW = (
    "p.csv, line 2: the row of key_month is wrong; expected numbers in usd, per and free, and a date such as "
    "2026-10-08 in read"
)
HEADER = ",".join(COLUMNS)
ROW = "key_month,eu-central-1,1.00,1,keys,0,2026-10-08,https://aws.amazon.com/kms/pricing/"


def test_both_regions_have_every_item_with_source_and_date() -> None:
    assert {"eu-central-1", "us-east-1"} <= set(prices.regions())
    for region in prices.regions():
        listed = prices.price_list(region).prices
        assert all(price.source.startswith("https://aws.amazon.com/") for price in listed.values())
        assert all(date(2026, 1, 1) <= price.read for price in listed.values())


def test_every_price_is_used_by_some_code() -> None:
    root = Path(prices.__file__).parents[2]
    sources = [path for package in ("infra", "operate") for path in (root / package).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    items = prices.price_list(prices.DEFAULT_REGION).prices

    assert not [item for item in items if not re.search(rf'"{re.sub("arm64$|x86_64$", "", item)}["{{]', code)]


def test_rows_that_were_copied_from_another_region_are_told_from_those_that_were_read() -> None:
    copied = set(prices.copied("us-east-1"))

    assert {"lambda_request", "metric_month", "kms_key_month", "trace"} <= copied
    assert not copied & {"rest_request", "logs_gb", "efs_gb_month", "fargate_gb_hour_arm64", "secret_month"}
    assert prices.copied(prices.DEFAULT_REGION) == ()


def test_a_price_is_that_of_one() -> None:
    assert prices.price_list("eu-central-1")["rest_request"].usd == pytest.approx(3.70 / 1_000_000)
    assert prices.price_list("us-east-1")["rest_request"].usd == pytest.approx(3.50 / 1_000_000)


def test_an_unknown_region_is_one_sentence_with_the_way_out() -> None:
    with pytest.raises(PriceError) as caught:
        prices.price_list("mars-1")

    assert str(caught.value) == (
        "infra/prices/table.csv has no prices of 'mars-1'; expected eu-central-1 or us-east-1. Add its rows, with "
        "source and date, or name one of these with --region"
    )


def test_an_estimate_of_an_unknown_region_is_made_with_the_default_one() -> None:
    assert prices.for_estimates("mars-1").region == prices.DEFAULT_REGION
    assert prices.for_estimates("us-east-1").region == "us-east-1"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["item,usd"], f"p.csv: the header is wrong; expected {HEADER}"),
        (
            [HEADER, ROW.replace("1.00", "one")],
            WRONG_ROW,
        ),
        (
            [HEADER, ROW.replace("2026-10-08", "October")],
            WRONG_ROW,
        ),
        ([HEADER, ROW, ROW], "p.csv, line 3: key_month of eu-central-1 occurs twice; keep the newer row"),
        (
            [HEADER, ROW, ROW.replace("eu-central-1", "eu-west-1").replace("key_month", "trace")],
            "p.csv: eu-central-1 lacks trace; add a row for each",
        ),
    ],
    ids=["header", "number", "date", "twice", "missing"],
)
def test_a_malformed_file_is_said_with_its_place(lines: list[str], message: str) -> None:
    with pytest.raises(PriceError) as caught:
        parse(lines, "p.csv")

    assert str(caught.value) == message
