from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from infra.prices import table as prices
from infra.prices.table import COLUMNS, ESTIMATED, PriceError, parse

WRONG_ROW = (
    "p.csv, line 2: the row of key_month is wrong; expected numbers in usd, per and free, and dates such as "
    "2026-10-08 in read and dated"
)
HEADER = ",".join(COLUMNS)
ROW = "key_month,eu-central-1,1.00,1,keys,0,2026-10-08,2025-08-28,https://aws.amazon.com/kms/pricing/"


def test_each_row_says_where_and_when_it_was_read_for_its_region() -> None:
    assert {"eu-central-1", "us-east-1"} <= set(prices.regions())
    for region in prices.regions():
        listed = prices.price_list(region)
        for price in listed.prices.values():
            assert price.source.startswith("https://")
            # A page of a repository can change; one commit of it cannot.
            assert "github.com" not in price.source or re.search(r"/blob/[0-9a-f]{40}/", price.source)
            assert price.dated is None or date(2025, 1, 1) <= price.dated <= price.read
        assert listed.dated[0] <= listed.dated[1] <= listed.read[1]


def test_the_items_of_the_dashboard_have_a_price_in_each_region() -> None:
    for region in prices.regions():
        assert prices.price_list(region).prices.keys() >= set(ESTIMATED)


def test_an_item_without_a_price_is_named() -> None:
    listed = prices.price_list("us-east-1")

    with pytest.raises(PriceError, match=r"table.csv has no price of firehose_gb in us-east-1; add its row, with"):
        listed["firehose_gb"]


def test_every_price_is_used_by_some_code() -> None:
    root = Path(prices.__file__).parents[2]
    sources = [path for package in ("infra", "operate") for path in (root / package).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    items = {item for region in prices.regions() for item in prices.price_list(region).prices}

    assert not [item for item in items if not re.search(rf'"{re.sub("arm64$|x86_64$", "", item)}["{{]', code)]


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
        ([HEADER, ROW.replace("2025-08-28", "August")], WRONG_ROW),
    ],
    ids=["header", "number", "date", "twice", "source"],
)
def test_a_malformed_file_is_said_with_its_place(lines: list[str], message: str) -> None:
    with pytest.raises(PriceError) as caught:
        parse(lines, "p.csv")

    assert str(caught.value) == message
