"""Signs in texts: emoji as coloured dots, for machines without an emoji font, and text that is no Markdown."""

from __future__ import annotations

import re

_COLORS = {"🔴": "#d62728", "🚨": "#d62728", "❌": "#d62728", "✅": "#2e9e5b", "🟢": "#2e9e5b", "⚠": "#d99a00"}
_OTHER = "#7c8594"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-|~$:!])")
# Pictographs, dingbats and symbols, with the selector that asks for their colourful form.
_EMOJI = re.compile("([\U0001f300-\U0001faff\u2600-\u27bf])\ufe0f?")
_SHAPE = "display:inline-block;width:.7em;height:.7em;border-radius:50%"


def with_dots(html: str) -> str:
    """Return HTML with each emoji as a dot in its colour.

    Parameters
    ----------
    html : str
        Escaped text.
    """
    return _EMOJI.sub(lambda found: _dot(_COLORS.get(found[1], _OTHER)), html)


def _dot(color: str) -> str:
    return f'<span aria-hidden="true" style="{_SHAPE};background:{color}"></span>'


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is, whatever signs it contains."""
    return _MARKDOWN.sub(r"\\\1", text)
