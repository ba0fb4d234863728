"""The API described: OpenAPI document, documentation page, and metadata."""
