"""The page of what is kept is made from the declared resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_stack.declared.evaluation import PROJECT_DIRECTORY, declare
from local_stack.declared.kept import OPTIONS, REASONS, STACK, kept_page, protected

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_is_up_to_date_whatever_the_model(bundle: Path) -> None:
    written = (PROJECT_DIRECTORY / "docs" / "kept.md").read_text(encoding="utf-8")

    assert written == kept_page(bundle), "make it again: python -m local_stack.declared.kept > docs/kept.md"


def test_no_reason_is_given_for_what_is_not_kept(bundle: Path) -> None:
    kept = protected(declare(STACK, OPTIONS, bundle=bundle).resources)

    assert {each.type.partition(":")[2] for each in kept} == REASONS.keys()
