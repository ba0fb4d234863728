from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.publish.pages import quote, quoted

if TYPE_CHECKING:
    from pathlib import Path

_PAGE = """# Title
<!-- cost -->
old \\1
<!-- /cost -->
<!-- other -->
kept
<!-- /other -->
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(_PAGE, encoding="utf-8")
    return path


def test_a_text_replaces_what_the_page_quotes_under_its_name_and_nothing_else(page: Path) -> None:
    quote(page, "cost", "new \\1 text\n")

    assert quoted(page, "cost") == "new \\1 text\n"
    assert page.read_text(encoding="utf-8") == _PAGE.replace("old \\1", "new \\1 text")


def test_a_page_without_the_comments_is_refused_and_left_as_it_is(page: Path) -> None:
    with pytest.raises(LookupError, match=r"<!-- price --> and <!-- /price --> once, found them 0 times"):
        quote(page, "price", "new")

    assert page.read_text(encoding="utf-8") == _PAGE
