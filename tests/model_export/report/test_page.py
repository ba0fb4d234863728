"""report.html."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

from model_export import export

if TYPE_CHECKING:
    from pathlib import Path

    from model_export import Exported

VOID = {"meta", "br", "img", "input", "link", "hr", "rect"}


class Balance(HTMLParser):
    """Finds tags that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in VOID or tag == "rect":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _page(exported: Exported) -> str:
    return (exported.path / "report.html").read_text(encoding="utf-8")


def test_the_page_is_well_formed_and_self_contained(sleep: Exported, cancer: Exported) -> None:
    for exported in (sleep, cancer):
        page = _page(exported)
        balance = Balance()
        balance.feed(page)
        assert balance.open == []
        assert not re.search(r"https?:|src=|<script|@import|url\(", page), "it names no other host and needs no file"
        assert "prefers-color-scheme: dark" in page


def test_the_page_tells_features_proof_metrics_and_the_next_step(sleep: Exported) -> None:
    page = _page(sleep)
    for feature in sleep.contract.features:
        assert f'<span class="name">{feature.name}</span><small>{feature.description}</small>' in page
    for group in sleep.parity.groups:
        assert f"<td>{group}</td>" in page
    for text in (
        sleep.contract.version,
        "0 to 24<small>observed 3.3 to 10.8</small>",
        f"{sleep.contract.metrics['accuracy']:.4g}",
        f"proven on {sleep.parity.rows:,} rows",
        "python -m local_stack --bundle bundles/sleep_advice",
    ):
        assert text in page, text


def test_names_and_texts_are_escaped(tmp_path: Path) -> None:
    table = pd.DataFrame({"<b>a</b> & co": np.arange(60.0)})
    model = LinearRegression().fit(table, table.iloc[:, 0])
    page = _page(export(model, table, name="escaped", out=tmp_path, description="5 < 6 & 7"))
    assert "<b>a</b>" not in page
    assert "&lt;b&gt;a&lt;/b&gt; &amp; co" in page
    assert "5 &lt; 6 &amp; 7" in page
    assert "No labels were given." in page
    assert "Distribution of the value" in page
