"""Notices of the monitor: a custom notification for Slack, text for e-mail.

References
----------
.. [1] https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
.. [2] https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import Json

SNS_VERSION: Final = "2010-03-31"
DASHBOARD: Final = "Dashboard at that time"
"""Label of the link to the dashboard."""

_MAX_SUBJECT: Final = 100
# The longest that a channel shows; longer ones would be refused and lost [1]_.
_MAX_TITLE: Final = 250
_MAX_DESCRIPTION: Final = 8000


class Link(NamedTuple):
    """Where to look.

    Parameters
    ----------
    label, address : str
        The text, and a URL or the path of a file.
    """

    label: str
    address: str

    @property
    def slack(self) -> str:
        """The link as Slack's Markdown has it; a path, which is no address, stays text."""
        return f"<{self.address}|{self.label}>" if self.address.startswith("https://") else self.text

    @property
    def text(self) -> str:
        """The link as plain text."""
        return f"{self.label}: {self.address}"


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
    mark : str
        Emoji before the title in the channel.
    section : str
        Section of the runbook that it is about; empty for none.
    links : sequence of Link
        Where to look, after the steps.
    keywords : sequence of str
        Tags of the message in the channel.
    metadata : mapping
        ``threadId``, ``summary`` and so on [1]_; messages with one id form a thread if the channel is set to threads.
    """

    __slots__ = ("keywords", "lines", "links", "mark", "metadata", "next_steps", "section", "title")

    def __init__(  # noqa: PLR0913 - the parts of a message
        self,
        title: str,
        lines: Sequence[str],
        next_steps: Sequence[str],
        *,
        mark: str = "",
        section: str = "",
        links: Sequence[Link] = (),
        keywords: Sequence[str] = (),
        metadata: Mapping[str, Json] | None = None,
    ) -> None:
        self.title = title
        self.lines = tuple(lines)
        self.next_steps = tuple(next_steps)
        self.mark = mark
        self.section = section
        self.links = tuple(links)
        self.keywords = tuple(keywords)
        self.metadata = dict(metadata or {})

    def placed(self, stack: str, dashboard: str, runbook: str) -> Notice:
        """Return the message with the name of the stack, and links to its dashboard and the section of the runbook.

        Parameters
        ----------
        stack, dashboard : str
            Name of the stack, and address of its dashboard; empty when unknown.
        runbook : str
            Address of the runbook.
        """
        links = [Link(DASHBOARD, dashboard)] if dashboard else []
        if self.section:
            links.append(Link(f"Runbook: {self.section}", f"{runbook}#{self.section}"))
        return Notice(
            f"{stack}: {self.title}" if stack else self.title,
            self.lines,
            self.next_steps,
            links=[*self.links, *links],
            keywords=[*self.keywords, *([stack] if stack else [])],
        )

    def slack(self) -> str:
        """Return the document that Amazon Q Developer in chat applications posts to a channel [1]_."""
        content: dict[str, Json] = {
            "textType": "client-markdown",
            "title": _cut(f"{self.mark} {self.title}".strip(), _MAX_TITLE),
            "description": _cut("\n".join(f"• {line}" for line in self.lines), _MAX_DESCRIPTION),
        }
        steps = [*self.next_steps, *(link.slack for link in self.links)]
        parts: dict[str, Json] = {"nextSteps": [*steps], "keywords": [*self.keywords]}
        content |= {name: part for name, part in parts.items() if part}
        document: dict[str, Json] = {"version": "1.0", "source": "custom", "content": content}
        if self.metadata:
            document["metadata"] = self.metadata
        return json.dumps(document, ensure_ascii=False)

    def text(self) -> str:
        """Return the message as an e-mail."""
        parts = [self.title, "", *(f"- {line}" for line in self.lines)]
        return "\n".join([*parts, "", *self.next_steps, *(link.text for link in self.links)])


def dashboard_at(address: str, start: float, end: float) -> str:
    """Return the address of a dashboard that shows a span.

    Parameters
    ----------
    address : str
        Of the dashboard; empty when unknown.
    start, end : float, seconds since the epoch
        The span.
    """
    return f"{address}?start={_iso(start)}&end={_iso(end)}" if address else ""


def _iso(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


class QueryClient(Protocol):
    """Calls the services of AWS that take forms."""

    def query_call(self, service: str, members: Mapping[str, str]) -> str:
        """Call an operation, and return its answer."""
        ...


def publish(client: QueryClient, topic: str, notice: Notice) -> None:
    """Send a notice to the subscribers of a topic.

    Parameters
    ----------
    client : QueryClient
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
