"""Notices of the monitor: a custom notification for Slack, text for e-mail.

References
----------
.. [1] https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
.. [2] https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.monitor.aws_client import AwsClient

SNS_VERSION: Final = "2010-03-31"
_MAX_SUBJECT: Final = 100
# The longest that a channel shows; longer ones would be refused and lost [1]_.
_MAX_TITLE: Final = 250
_MAX_DESCRIPTION: Final = 8000


class Notice:
    """A message to the topic.

    Parameters
    ----------
    title : str
        One line.
    lines : sequence of str
        What has happened, one item a line.
    next_steps : sequence of str
        What to do.
    """

    __slots__ = ("lines", "next_steps", "title")

    def __init__(self, title: str, lines: Sequence[str], next_steps: Sequence[str]) -> None:
        self.title = title
        self.lines = tuple(lines)
        self.next_steps = tuple(next_steps)

    def slack(self) -> str:
        """Return the document that Amazon Q Developer in chat applications posts to a channel [1]_."""
        content: dict[str, str | list[str]] = {
            "textType": "client-markdown",
            "title": _cut(self.title, _MAX_TITLE),
            "description": _cut("\n".join(f"• {line}" for line in self.lines), _MAX_DESCRIPTION),
        }
        if self.next_steps:
            content["nextSteps"] = list(self.next_steps)
        return json.dumps({"version": "1.0", "source": "custom", "content": content}, ensure_ascii=False)

    def text(self) -> str:
        """Return the message as an e-mail."""
        parts = [self.title, "", *(f"- {line}" for line in self.lines)]
        return "\n".join([*parts, "", *self.next_steps])


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def publish(client: AwsClient, topic: str, notice: Notice) -> None:
    """Send a notice to the subscribers of a topic.

    Parameters
    ----------
    client : AwsClient
        Calls SNS.
    topic : str
        Its ARN.
    notice : Notice
        The message.

    Raises
    ------
    AwsError
        SNS refuses it, or does not answer.
    """
    # The channel is subscribed by HTTPS.
    by_protocol = {"default": notice.text(), "https": notice.slack()}
    client.query_call(
        "sns",
        {
            "Action": "Publish",
            "Version": SNS_VERSION,
            "TopicArn": topic,
            "Subject": "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in notice.title)[
                :_MAX_SUBJECT
            ],
            "MessageStructure": "json",
            "Message": json.dumps(by_protocol, ensure_ascii=False),
        },
    )
