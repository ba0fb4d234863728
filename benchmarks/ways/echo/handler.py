"""The lower bound of the platform: awslambdaric and a handler that does nothing."""


def handler(_event: dict[str, object], _context: object) -> dict[str, object]:
    """Return a constant answer."""
    return {"statusCode": 200, "body": "ok"}
