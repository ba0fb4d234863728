"""Alarms, their notifications, and a test of an alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from console.connection import session
from console.dashboard.alarms import COLORS, ICONS, WORDS, ago, moment, slack_message
from console.monitoring.answers import short_names
from console.monitoring.interface import ALARM, STATES
from console.monitoring.messages import states_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from console.monitoring.interface import Alarm, Monitoring, Notification, StateChange

_REFRESH_LOCAL_S = 5
_REFRESH_AWS_S = 60
_MOST_MESSAGES = 20
_TRIAL_REASON = "Trial from the console"
_LOCAL_TRIAL = (
    "The state lasts until the next evaluation, as with SetAlarmState in AWS. Composite alarms follow, and their "
    "messages appear under Notifications. Nothing leaves this machine."
)
_AWS_TRIAL = (
    "This calls SetAlarmState: the state lasts until the next evaluation, and **all subscribers receive real "
    "notifications**: a composite alarm follows, and SNS sends e-mails and a Slack message."
)


def main() -> None:
    """Draw the page."""
    monitoring = session.monitoring()
    alarms = monitoring.alarms()
    title, trial = st.columns([4, 1], vertical_alignment="bottom")
    title.header("Alarms and notifications", anchor=False)
    if alarms:
        with trial.popover("Try an alarm", icon=":material/science:", width="stretch"):
            _trial(monitoring, alarms)
    every = _REFRESH_AWS_S if monitoring.is_billed else _REFRESH_LOCAL_S
    st.fragment(_now, run_every=every)()


def _now() -> None:
    with session.errors_shown():
        monitoring = session.monitoring()
        stack = monitoring.about()
        alarms = monitoring.alarms()
        if not alarms:
            st.info(f"The {stack.place} has no alarms. Deploy the declared alarms: pulumi up.")
            return
        st.caption(f"{stack.place[0].upper()}{stack.place[1:]} · {moment(stack.now)}")
        _counts(alarms)
        left, right = st.columns([1, 1], gap="large")
        with left:
            st.subheader("Alarms", anchor=False)
            _alarms(alarms, stack.now)
        with right:
            st.subheader("Notifications", anchor=False)
            _notifications(monitoring.notifications(), shows_receivers=monitoring.shows_receivers)
        st.subheader("History", anchor=False)
        _history(monitoring.history(), alarms)


def _counts(alarms: Sequence[Alarm]) -> None:
    with st.container(horizontal=True):
        for state in STATES:
            count = sum(alarm.state == state for alarm in alarms)
            st.metric(WORDS[state], count, border=True, icon=ICONS[state])


def _alarms(alarms: Sequence[Alarm], now: datetime) -> None:
    names = short_names([alarm.name for alarm in alarms])
    for alarm in sorted(alarms, key=lambda alarm: (STATES.index(alarm.state), not alarm.is_composite)):
        color, icon = COLORS[alarm.state], ICONS[alarm.state]
        kind = " · composite" if alarm.is_composite else ""
        label = f":{color}-badge[{icon} {WORDS[alarm.state]}] **{names[alarm.name]}**{kind} · {ago(alarm.since, now)}"
        with st.expander(label, expanded=alarm.state == ALARM, key=f"{alarm.name}-{alarm.state}"):
            st.markdown(alarm.description)
            rule = "Fires when one of these fires" if alarm.is_composite else "Fires"
            st.caption(f"**{rule}:** {_rule(alarm, names)}")
            since = f"since {moment(alarm.since)}" if alarm.since else "(no data yet)"
            st.caption(f"**{WORDS[alarm.state]} {since}:** {alarm.reason or 'no reason given'}")


def _rule(alarm: Alarm, names: dict[str, str]) -> str:
    if not alarm.is_composite:
        return alarm.condition
    rule = alarm.condition
    for name, short in names.items():
        rule = rule.replace(f'ALARM("{name}")', short)
    return rule.replace(" OR ", ", ")


def _notifications(sent: Sequence[Notification], *, shows_receivers: bool) -> None:
    if not sent:
        st.info(
            "No notifications yet. When an alarm that notifies fires or ends, its Slack message appears here. "
            "**Try an alarm** makes one fire.",
            icon=":material/lightbulb:",
        )
        return
    if not shows_receivers:
        st.caption("Reconstructed from the history of the alarms; AWS keeps no copy of messages.")
    with st.container(height=640, border=True):
        for each in sent[:_MOST_MESSAGES]:
            st.html(slack_message(each))
            if shows_receivers:
                receivers = ", ".join(each.receivers)
                st.caption(f"Topic `{each.topic}` · " + (f"sent to {receivers}" if receivers else "no subscribers"))
            else:
                st.caption(f"Topic `{each.topic}`")


def _history(changes: Sequence[StateChange], alarms: Sequence[Alarm]) -> None:
    if not changes:
        st.caption("No alarm has changed its state yet.")
        return
    names = short_names([alarm.name for alarm in alarms])
    table = pd.DataFrame(
        {
            "time (UTC)": [change.time for change in changes],
            "alarm": [names.get(change.alarm, change.alarm) for change in changes],
            "change": [" → ".join(states_of(change.summary)) for change in changes],
        }
    )
    time = st.column_config.DatetimeColumn(format="DD MMM HH:mm:ss", timezone="UTC")
    st.dataframe(table, hide_index=True, width="stretch", column_config={"time (UTC)": time})


def _trial(monitoring: Monitoring, alarms: Sequence[Alarm]) -> None:
    names = short_names([alarm.name for alarm in alarms])
    singles = [alarm.name for alarm in alarms if not alarm.is_composite] or [alarm.name for alarm in alarms]
    with st.form("trial", border=False):
        name = st.selectbox("Alarm", singles, format_func=names.__getitem__, key="trial_alarm")
        state = st.segmented_control(
            "State", STATES, default=ALARM, format_func=WORDS.__getitem__, required=True, key="trial_state"
        )
        reason = st.text_input("Reason", _TRIAL_REASON, key="trial_reason")
        st.caption(_AWS_TRIAL if monitoring.is_billed else _LOCAL_TRIAL)
        if st.form_submit_button("Set the state", type="primary"):
            monitoring.set_alarm_state(name, state, reason or _TRIAL_REASON)
            st.toast(f"{names[name]}: {WORDS[state]}", icon=ICONS[state])


if __name__ == "__main__":
    with session.errors_shown():
        main()
