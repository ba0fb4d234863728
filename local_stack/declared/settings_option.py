"""The option ``--set KEY=VALUE``: another value of a setting than the stack's file has."""

from __future__ import annotations

import argparse


def add_settings_option(parser: argparse.ArgumentParser, example: str) -> None:
    """Add the option to a command; ``settings`` then holds pairs of a full key and a value."""
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        type=_setting,
        metavar="KEY=VALUE",
        help=f"another value of a setting, such as {example}; may be given several times",
    )


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError("expected KEY=VALUE, such as probabilityThreshold=0.6")
    return (key if ":" in key else f"inference:{key}", value)
