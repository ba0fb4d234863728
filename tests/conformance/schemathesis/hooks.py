"""A serializer for JSON Lines, which Schemathesis has none for: the schema of such a body is a text."""

import json

import schemathesis


@schemathesis.serializer("application/jsonlines")
def json_lines(_context: schemathesis.SerializationContext, value: object) -> bytes:
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="replace")
