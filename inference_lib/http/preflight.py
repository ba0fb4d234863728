"""Preflight requests, which browsers send before a request from a page of another origin."""

from __future__ import annotations

from inference_lib.http.requests import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def preflight(methods: Iterable[str]) -> Response:
    """Return the answer to a preflight request.

    Parameters
    ----------
    methods : iterable of str
        That the route takes.

    References
    ----------
    .. [1] https://fetch.spec.whatwg.org/#cors-preflight-fetch
    """
    headers = {
        "access-control-allow-methods": ", ".join((*methods, "OPTIONS")),
        "access-control-allow-headers": "content-type, content-encoding, x-api-key, x-correlation-id",
        "access-control-max-age": "7200",
    }
    return Response(204, "", headers=headers)
