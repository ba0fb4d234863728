"""The query language of CloudWatch Logs Insights.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import LarkError, UnexpectedInput

from local_stack.errors import ExpressionError

Node = Tree[Token]

_GRAMMAR = r"""
query: command ("|" command)*
?command: fields | display | filter | stats | sort | limit | dedup | parse | source
source: _SOURCE STRING ("," STRING)*
fields: _FIELDS column ("," column)*
display: _DISPLAY name ("," name)*
filter: _FILTER expression
stats: _STATS columns (_BY columns)?
columns: column ("," column)*
sort: _SORT order ("," order)*
limit: _LIMIT NUMBER
dedup: _DEDUP name ("," name)*
parse: _PARSE name (pattern | STRING _AS name ("," name)*)
pattern: REGEX
order: expression (DIRECTION)?
column: expression (_AS name)?

?expression: any
?any: all (_OR all)*
?all: inverse (_AND inverse)*
?inverse: _NOT inverse -> negation | comparison
?comparison: sum
    | sum COMPARISON sum -> compare
    | sum _LIKE (STRING | REGEX) -> like
    | sum _NOT _LIKE (STRING | REGEX) -> unlike
    | sum _MATCHES REGEX -> like
    | sum _IN "[" sum ("," sum)* "]" -> within
    | sum _NOT _IN "[" sum ("," sum)* "]" -> without
?sum: product (ADD product)*
?product: power (MULTIPLY power)*
?power: unary ("^" unary)?
?unary: "-" unary -> negative | atom
?atom: NUMBER -> number
    | STRING -> string
    | DURATION -> duration
    | name "(" (argument ("," argument)*)? ")" -> call
    | name -> field
    | "(" expression ")"
?argument: STAR -> star | expression
name: NAME | QUOTED

_SOURCE.2: /source\b/i
_FIELDS.2: /fields\b/i
_DISPLAY.2: /display\b/i
_FILTER.2: /filter\b/i
_STATS.2: /stats\b/i
_SORT.2: /sort\b/i
_LIMIT.2: /limit\b/i
_DEDUP.2: /dedup\b/i
_PARSE.2: /parse\b/i
_BY.2: /by\b/i
_AS.2: /as\b/i
_OR.2: /or\b/i
_AND.2: /and\b/i
_NOT.2: /not\b/i
_IN.2: /in\b/i
_LIKE.2: /like\b/i
DIRECTION.2: /(asc|desc)\b/i
_MATCHES: "=~"
COMPARISON: "!=" | "<=" | ">=" | "=" | "<" | ">"
ADD: "+" | "-"
MULTIPLY: "*" | "/" | "%"
STAR: "*"
REGEX.3: /\/(?:[^\/\\\n]|\\.)+\//
DURATION.3: /\d+(ms|s|m|h|d|w)\b/
NUMBER: /\d+(\.\d+)?([eE][+-]?\d+)?/
STRING: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/
QUOTED: /`[^`]+`/
NAME: /[A-Za-z_@][\w@]*(\.[\w@]+)*/
%ignore /\s+/
%ignore /#[^\n]*/
"""


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, start="query", parser="lalr", lexer="contextual")


def parse_query(text: str) -> list[Node]:
    """Return the commands of a query, in order.

    Raises
    ------
    ExpressionError
        It is not a query, or not supported here; the message names the place.
    """
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        place = f"line {error.line}, column {error.column}" if error.line > 0 else "its end"
        raise ExpressionError(f"the query is malformed at {place}: {_near(text, error)!r}") from error
    except LarkError as error:
        raise ExpressionError(f"the query is malformed: {error}") from error
    return [child for child in tree.children if isinstance(child, Tree)]


def _near(text: str, error: UnexpectedInput) -> str:
    lines = text.splitlines()
    if not 0 < error.line <= len(lines):
        return text[-30:]
    return lines[error.line - 1][max(error.column - 1, 0) :][:30]
