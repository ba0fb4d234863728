"""Emoji of notifications need no font."""

from __future__ import annotations

from console.dashboard.marks import plain, with_dots


def test_each_emoji_becomes_a_dot_in_its_colour_and_other_signs_stay() -> None:
    drawn = with_dots("🔴 ALARM → OK · ✅ • ⚠️ ❔ äß中")

    assert [color for color in ("#d62728", "#2e9e5b", "#d99a00", "#7c8594") if drawn.count(color) == 1] == [
        "#d62728", "#2e9e5b", "#d99a00", "#7c8594",
    ]  # fmt: skip
    assert "ALARM → OK · " in drawn
    assert "• " in drawn
    assert drawn.endswith("äß中")
    assert not set("🔴✅⚠️❔") & set(drawn)


def test_a_text_with_signs_of_markdown_is_shown_as_it_is() -> None:
    assert plain("a_b *c* - [d](e) :red[f] $x$ äß") == r"a\_b \*c\* \- \[d\]\(e\) \:red\[f\] \$x\$ äß"
