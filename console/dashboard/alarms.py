"""Draws alarms and notifications."""

from __future__ import annotations

import re
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Literal

import streamlit as st

from console.dashboard.marks import with_dots
from console.monitoring.answers import short_names
from console.monitoring.interface import ALARM, INSUFFICIENT_DATA, OK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from console.monitoring.interface import Alarm, Notification, State

BadgeColor = Literal["red", "green", "gray"]

WORDS: dict[State, str] = {ALARM: "In alarm", OK: "OK", INSUFFICIENT_DATA: "Insufficient data"}
COLORS: dict[State, BadgeColor] = {ALARM: "red", OK: "green", INSUFFICIENT_DATA: "gray"}
ICONS: dict[State, str] = {
    ALARM: ":material/notifications_active:",
    OK: ":material/check_circle:",
    INSUFFICIENT_DATA: ":material/help:",
}
_BARS = {"danger": "#d62728", "good": "#2e9e5b", "warning": "#d99a00"}
_LINK = re.compile(r"&lt;(https://[^|\s]+)\|(.+?)&gt;")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def strip(alarms: Sequence[Alarm]) -> None:
    """Draw the state of each alarm as a badge."""
    if not alarms:
        st.caption("None of the alarms exists. Are they deployed?")
        return
    names = short_names([alarm.name for alarm in alarms])
    with st.container(horizontal=True, gap="small"):
        for alarm in alarms:
            color, icon = COLORS[alarm.state], ICONS[alarm.state]
            reason = f"{WORDS[alarm.state]}. {alarm.reason}"
            st.badge(names[alarm.name], icon=icon, color=color, help=reason)


def ago(time: datetime | None, now: datetime) -> str:
    """Return how long ago an alarm entered its state, in words."""
    if time is None:
        return "no data yet"
    past = now - time
    if past < _MINUTE:
        return "just now"
    if past < _HOUR:
        return f"{past // _MINUTE} min ago"
    return f"{past // _HOUR} h ago" if past < _DAY else f"{past // _DAY} d ago"


def moment(time: datetime) -> str:
    """Return a time in words, to the second."""
    return f"{time:%d %b %Y %H:%M:%S} UTC"


def _links(escaped: str) -> str:
    """Return an escaped text with the links of Slack's Markdown, ``<https://address|label>``."""
    return _LINK.sub(r'<a href="\1" target="_blank" rel="noopener" style="color:#3f7ae0">\2</a>', escaped)


def slack_message(notification: Notification) -> str:
    """Return a notification as Slack shows it, as HTML with its texts escaped."""
    fields = "".join(
        f'<div style="min-width:0;overflow-wrap:anywhere"><div style="font-weight:700">{escape(name)}</div>'
        f'<div style="white-space:pre-line">{_links(escape(value))}</div></div>'
        for name, value in notification.fields
    )
    title, text = with_dots(escape(notification.title)), _links(with_dots(escape(notification.text)))
    bar = _BARS.get(notification.color, _BARS["warning"])
    return (
        '<div style="display:flex;gap:10px;font-size:0.9rem;line-height:1.45">'
        '<div style="flex:none;width:36px;height:36px;border-radius:8px;background:#5b3fd6;color:#fff;'
        'display:grid;place-items:center;font-weight:700">Q</div>'
        '<div style="min-width:0;flex:1">'
        '<div><span style="font-weight:700">Amazon Q</span> '
        '<span style="font-size:0.68rem;padding:0 4px;border-radius:3px;background:rgba(127,137,150,.25)">APP</span> '
        f'<span style="opacity:.65;font-size:0.8rem">{escape(moment(notification.time))}</span></div>'
        f'<div style="display:flex;gap:10px;margin-top:4px"><div style="flex:none;width:4px;border-radius:4px;'
        f'background:{bar}"></div><div style="min-width:0;flex:1">'
        f'<div style="font-weight:700;overflow-wrap:anywhere">{title}</div>'
        f'<div style="margin:2px 0 8px;overflow-wrap:anywhere;white-space:pre-line">{text}</div>'
        f'<div style="display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px">{fields}</div>'
        "</div></div></div></div>"
    )
