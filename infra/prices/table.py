"""The reader of ``prices.csv``: the list price of each item that a stack uses, by region, with source and date.

To add a region, add a row for each item. Prices are those of the first volume tier. For us-east-1, the prices of the
APIs and the logs were read; the rows that ``copied`` returns hold the prices of eu-central-1, with the date on which
those were read. The rows of Data Firehose and S3 were written from memory on their date, without access to the price
list. The rows of shared storage and the console (EFS, Fargate, load balancers, addresses, endpoints, secrets) could not
be read on the named pages: they come from published copies of AWS's price list, except reads from EFS and its backups,
which were written from memory.
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
COLUMNS = ("item", "region", "usd", "per", "unit", "free", "read", "source")

DEFAULT_REGION = "eu-central-1"
"""Region whose prices the dashboard uses when the file has none for the stack's own region."""


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
    source : str
        Where it was read.
    """

    usd: float
    unit: str
    free: float
    read: date
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
        return self.prices[item]

    @property
    def read(self) -> tuple[date, date]:
        """Dates of the oldest and the newest price."""
        dates = sorted(price.read for price in self.prices.values())
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
        A row is malformed, an item occurs twice, or a region lacks an item that another has.
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
    items = {item for prices in regions.values() for item in prices}
    for region, prices in regions.items():
        if missing := sorted(items - prices.keys()):
            raise PriceError(f"{name}: {region} lacks {', '.join(missing)}; add a row for each")
    return {region: PriceList(region, prices) for region, prices in regions.items()}


def _price(row: Mapping[str, str], place: str) -> Price:
    try:
        return Price(
            usd=float(row["usd"]) / float(row["per"]),
            unit=row["unit"],
            free=float(row["free"]),
            read=date.fromisoformat(row["read"]),
            source=row["source"],
        )
    except (ValueError, TypeError, ZeroDivisionError) as error:
        raise PriceError(
            f"{place}: the row of {row['item']} is wrong; expected numbers in usd, per and free, and a date such as "
            "2026-10-08 in read"
        ) from error


@cache
def _file() -> dict[str, PriceList]:
    return parse(FILE.read_text(encoding="utf-8").splitlines(), f"infra/prices/{FILE.name}")


def regions() -> tuple[str, ...]:
    """Return the regions of the file."""
    return tuple(sorted(_file()))


def copied(region: str) -> tuple[str, ...]:
    """Return the items of a region whose rows are copies of the default region, with the same date.

    A row with the region's newest date was read or written for the region, even if the price is the same.
    """
    own, default = _file()[region], _file()[DEFAULT_REGION]
    if own is default:
        return ()
    newest = own.read[1]
    return tuple(item for item, price in own.prices.items() if price == default[item] and price.read < newest)


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
    return _file().get(region, _file()[DEFAULT_REGION])
