"""The function as callers reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pulumi import Output


class LiveFunction(NamedTuple):
    """The alias of the function that requests go to.

    Parameters
    ----------
    function_name, alias_name : Output of str
        Its names.
    invoke_arn : Output of str
        ARN with which the gateway invokes it.
    arn : Output of str
        ARN of the alias.
    """

    function_name: Output[str]
    alias_name: Output[str]
    invoke_arn: Output[str]
    arn: Output[str]


class Deployed(NamedTuple):
    """The last deployment of the function.

    Parameters
    ----------
    at : Output of str
        When AWS Lambda changed the function, such as ``2026-11-28T18:20:00.000+0000``.
    version : Output of str
        The version that it published.
    """

    at: Output[str]
    version: Output[str]
