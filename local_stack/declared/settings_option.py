"""The option ``--set KEY=VALUE``: overrides a setting of the stack's file."""

from __future__ import annotations

import argparse


def add_settings_option(parser: argparse.ArgumentParser, example: str) -> None:
    """Add the option to a command; ``settings`` is a list of pairs of a full key and a value."""
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        type=_setting,
        metavar="KEY=VALUE",
        help=f"override a setting, such as {example}; repeatable",
    )


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError("expected KEY=VALUE, such as probabilityThreshold=0.6")
    return (key if ":" in key else f"inference:{key}", value)
