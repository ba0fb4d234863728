"""moto's server, with an answer to the one operation that keeps schedules of Application Auto Scaling out of it."""

from __future__ import annotations

import sys

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.server import main


def _no_tags(_self: object) -> str:
    """Answer ListTagsForResource, which the provider asks after each registration."""
    return '{"Tags": {}}'


if __name__ == "__main__":
    ApplicationAutoScalingResponse.list_tags_for_resource = _no_tags  # type: ignore[attr-defined] # moto has none
    main(sys.argv[1:])
