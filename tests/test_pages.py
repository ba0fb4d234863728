"""The pages are found and read: links and anchors, the index, whom a page is for, and the terms of the field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_DOCS = _ROOT / "docs"
_README = _ROOT / "README.md"
_PAGES = sorted(page for page in _DOCS.rglob("*.md") if page.name != "README.md")
_FINDINGS = _ROOT / "findings"
_DOCUMENTS = [
    *_ROOT.glob("*.md"),
    *_PAGES,
    _DOCS / "README.md",
    _FINDINGS / "README.md",
    *_ROOT.glob("examples/*/*.md"),
]
_GENERATED = {
    "capacity.md",
    "costs.md",
    "estimators.md",
    "kept.md",
    "licences.md",
    "permissions.md",
    "settings.md",
}
"""Pages that commands write; tests of those commands hold them."""
_WRITTEN = [page for page in _DOCUMENTS if page.name not in {*_GENERATED, "CHANGELOG.md"}]
_AVOIDED = re.compile(
    r"\b(?:told|reckon\w*|mend(?:s|ed)?|whoever|stands (?:in|for)|(?:go|goes|went|gone) off|is asked|in the place of|"
    r"by setting|by the clock|beside|said once|turned out)\b",
    re.IGNORECASE,
)
"""What a reader of technical English stumbles over."""
_MAX_LINES = 160
"""Of the README, which is read from its beginning to its end."""


def test_links_inside_the_documents_lead_somewhere() -> None:
    broken = [
        f"{document.relative_to(_ROOT)}: {target}{anchor}"
        for document in _DOCUMENTS
        for target, anchor in re.findall(r"\]\((?!https?://)([^)#]*)(#[^)]*)?\)", document.read_text(encoding="utf-8"))
        if not _leads_somewhere(document, target, anchor)
    ]
    assert broken == []


def _leads_somewhere(document: Path, target: str, anchor: str) -> bool:
    linked = document.parent / target if target else document
    return linked.exists() and (not anchor or anchor in _anchors(linked.read_text(encoding="utf-8")))


def _anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_files_that_the_documents_name_are_there() -> None:
    folders = "|".join(sorted(path.name for path in _ROOT.iterdir() if (path / "__init__.py").is_file()))
    missing = [
        f"{document.relative_to(_ROOT)}: {name}"
        for document in _DOCUMENTS
        for name in re.findall(rf"`((?:{folders})/[\w/]+\.(?:py|sh))`", document.read_text(encoding="utf-8"))
        if not (_ROOT / name).is_file()
    ]
    assert missing == []


def test_the_readme_fits_on_few_screens() -> None:
    assert len(_README.read_text(encoding="utf-8").splitlines()) <= _MAX_LINES


@pytest.mark.parametrize(
    "page",
    [page for page in _WRITTEN if page.parent.name != "decisions" and page != _README],
    ids=lambda page: str(page.relative_to(_ROOT)),
)
def test_a_page_begins_with_whom_it_is_for(page: Path) -> None:
    title, _, first, *_ = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith("# ")
    assert first.startswith("For ")


@pytest.mark.parametrize("page", _WRITTEN, ids=lambda page: str(page.relative_to(_ROOT)))
def test_a_page_uses_the_terms_of_the_field(page: Path) -> None:
    text = re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->|```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert _AVOIDED.findall(text) == []


def test_the_index_lists_every_page_by_reader_and_by_kind() -> None:
    index = (_DOCS / "README.md").read_text(encoding="utf-8")
    parts = re.split(r"^## By (?:reader|kind)$", index, flags=re.MULTILINE)[1:]
    pages = {page.name for page in _PAGES if page.parent == _DOCS}

    for part in parts:
        assert pages <= set(re.findall(r"\]\(([a-z-]+\.md)\)", part))
    kinds = re.findall(r"^- \[.*?\]\(([a-z-]+\.md)\)", parts[1], re.MULTILINE)
    assert len(kinds) == len(set(kinds)), "a page is of one kind"


def test_the_page_of_findings_lists_every_script() -> None:
    listed = re.findall(r"^\| `(.+\.sh)`", (_FINDINGS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == sorted(path.name for path in _FINDINGS.iterdir() if path.name != "README.md")


@pytest.mark.parametrize("script", sorted(_FINDINGS.glob("*.sh")), ids=lambda script: script.stem)
def test_a_finding_states_versions_guess_and_output(script: Path) -> None:
    header = script.read_text(encoding="utf-8").split("\nset -euo pipefail\n")[0]
    parts = ("# Versions: ", "# Guess: ", "# Seen: ", "# Output")
    assert [part for part in parts if f"\n{part}" not in header] == []
    assert header.endswith("#   as stated")
