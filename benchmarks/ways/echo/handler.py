"""The floor of the platform: awslambdaric and a handler that does nothing."""


def handler(_event: dict[str, object], _context: object) -> dict[str, object]:
    """Answer without looking."""
    return {"statusCode": 200, "body": "ok"}
