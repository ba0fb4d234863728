"""The reader of ``table.csv``: the list price of each item that a stack uses, by region, with source and dates.

Each row was read at its source, for its region: a page of AWS, or a published copy of AWS's price list, by commit. An
item without such a source has no row, and an estimate names it instead of guessing. To add a region, add a row for each
item. Prices are those of the first volume tier.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = Path(__file__).with_name("table.csv")
COLUMNS = ("item", "region", "usd", "per", "unit", "free", "read", "dated", "source")

DEFAULT_REGION = "eu-central-1"
"""Region whose prices the dashboard uses when the file lacks one for the stack's own region."""

ESTIMATED = ("lambda_gb_second_arm64", "lambda_gb_second_x86_64", "lambda_request", "rest_request")
"""Items from which the dashboard and the saved queries estimate."""


class PriceError(Exception):
    """The price file is malformed or lacks a price."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """One row of the file.

    Parameters
    ----------
    usd : float, USD
        List price of one.
    unit : str
        The unit of the price.
    free : float
        Units in the permanent free tier, by month and account.
    read : date
        When the price was read.
    dated : date or None
        When the source was published; None if it does not say.
    source : str
        Where it was read.
    """

    usd: float
    unit: str
    free: float
    read: date
    dated: date | None
    source: str


@dataclass(frozen=True)
class PriceList:
    """The prices of one region.

    Parameters
    ----------
    region : str
        Such as ``eu-central-1``.
    prices : dict of str to Price
        By item.
    """

    region: str
    prices: Mapping[str, Price]

    def __getitem__(self, item: str) -> Price:
        if item not in self.prices:
            raise PriceError(
                f"infra/prices/{FILE.name} has no price of {item} in {self.region}; add its row, with source and dates"
            )
        return self.prices[item]

    def __contains__(self, item: str) -> bool:
        return item in self.prices

    @property
    def read(self) -> tuple[date, date]:
        """Dates of the oldest and the newest price."""
        dates = sorted(price.read for price in self.prices.values())
        return dates[0], dates[-1]

    @property
    def dated(self) -> tuple[date, date]:
        """Dates of the oldest and the newest source; the date of reading for a source without one."""
        dates = sorted(price.dated or price.read for price in self.prices.values())
        return dates[0], dates[-1]


def parse(lines: Iterable[str], name: str) -> dict[str, PriceList]:
    """Return the price list of each region.

    Parameters
    ----------
    lines : iterable of str
        The file, with its header.
    name : str
        Name of the file in messages.

    Raises
    ------
    PriceError
        A row is malformed, or an item occurs twice.
    """
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise PriceError(f"{name}: the header is wrong; expected {','.join(COLUMNS)}")
    regions: dict[str, dict[str, Price]] = {}
    for row in reader:
        place = f"{name}, line {reader.line_num}"
        prices = regions.setdefault(row["region"], {})
        if row["item"] in prices:
            raise PriceError(f"{place}: {row['item']} of {row['region']} occurs twice; keep the newer row")
        prices[row["item"]] = _price(row, place)
    return {region: PriceList(region, prices) for region, prices in regions.items()}


def _price(row: Mapping[str, str], place: str) -> Price:
    try:
        return Price(
            usd=float(row["usd"]) / float(row["per"]),
            unit=row["unit"],
            free=float(row["free"]),
            read=date.fromisoformat(row["read"]),
            dated=date.fromisoformat(row["dated"]) if row["dated"] else None,
            source=row["source"],
        )
    except (ValueError, TypeError, ZeroDivisionError) as error:
        raise PriceError(
            f"{place}: the row of {row['item']} is wrong; expected numbers in usd, per and free, and dates such as "
            "2026-10-08 in read and dated"
        ) from error


@cache
def _file() -> dict[str, PriceList]:
    return parse(FILE.read_text(encoding="utf-8").splitlines(), f"infra/prices/{FILE.name}")


def regions() -> tuple[str, ...]:
    """Return the regions of the file."""
    return tuple(sorted(_file()))


def price_list(region: str) -> PriceList:
    """Return the prices of a region.

    Raises
    ------
    PriceError
        The file has no prices of the region, or is malformed.
    """
    if region not in _file():
        raise PriceError(
            f"infra/prices/{FILE.name} has no prices of {region!r}; expected {' or '.join(regions())}. "
            "Add its rows, with source and date, or name one of these with --region"
        )
    return _file()[region]


def for_estimates(region: str) -> PriceList:
    """Return the prices of a region, or of the default region: a missing row must not stop a deployment."""
    own = _file().get(region)
    return own if own and own.prices.keys() >= set(ESTIMATED) else _file()[DEFAULT_REGION]
