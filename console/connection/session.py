"""The connection of a session: from the environment, changed in the side bar."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from console.connection.api import Api, ApiError
from console.connection.settings import Settings, monitoring_of, place_of, settings_of
from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.connection.settings import Source
    from console.monitoring.interface import Monitoring

_STATE = "settings"
_SOURCES: dict[Source, str] = {"local": "Local stack", "aws": "AWS"}
_CONTRACT_KEPT_S = 30


def choose() -> None:
    """Draw the connection settings, and store them for the pages.

    Users cannot change a fixed connection: a user who could enter an address could make this server call it, with its
    key and from within its network.
    """
    try:
        given = settings_of(os.environ)
    except MonitoringError as error:
        st.error(str(error))
        st.stop()
    st.session_state[_STATE] = _shown_only(given) if given.is_fixed else _chosen(given)


def _shown_only(given: Settings) -> Settings:
    place = f"{given.region}" if given.source == "aws" else "this machine"
    st.sidebar.caption(f":material/cable: Stack **{given.stack}** · {place}")
    return given


def _chosen(given: Settings) -> Settings:
    with st.sidebar.expander("Connection", icon=":material/cable:", expanded=False):
        url = st.text_input("API address", given.api_url, key="api_url").strip().rstrip("/")
        key = st.text_input(
            "API key", given.api_key, type="password", key="api_key", placeholder="only if the API needs one"
        )
        source = st.segmented_control(
            "Monitoring", list(_SOURCES), default=given.source, format_func=_SOURCES.__getitem__, required=True,
            key="source",
            help="A local stack serves its monitoring at the address of the API. AWS is called with your credentials.",
        )  # fmt: skip
        stack, region, profile = given.stack, given.region, given.profile
        if source == "aws":
            named_region, named_stack = place_of(url)
            stack = st.text_input("Stack", named_stack or stack, key="stack").strip()
            region = st.text_input("Region", named_region or region, key="region").strip()
            profile = st.text_input("Profile", profile, key="profile", placeholder="default credentials").strip()
    return Settings(api_url=url, api_key=key, source=source, stack=stack, region=region, profile=profile)


def settings() -> Settings:
    """Return the settings of the session."""
    chosen: Settings = st.session_state[_STATE]
    return chosen


def api() -> Api:
    """Return the API of the session."""
    return Api(settings().api_url, settings().api_key)


def contract() -> dict[str, Any]:
    """Return the contract of the model, cached for half a minute: each call counts in the stack's metrics.

    Raises
    ------
    ApiError
        The API does not answer, or is not one of this product.
    """
    return _contract(settings().api_url, settings().api_key)


@st.cache_data(ttl=_CONTRACT_KEPT_S, show_spinner=False)
def _contract(url: str, key: str) -> dict[str, Any]:
    return Api(url, key).contract()


def monitoring() -> Monitoring:
    """Return the monitoring of the session.

    Raises
    ------
    MonitoringError
        These settings do not allow a call to AWS.
    """
    return _monitoring(settings())


@st.cache_resource(show_spinner=False, max_entries=8)
def _monitoring(chosen: Settings) -> Monitoring:
    return monitoring_of(chosen)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error as one sentence instead of the rest of the block."""
    try:
        yield
    except ApiError as error:
        st.error(str(error), icon=":material/error:")
    except MonitoringError as error:
        # A client of AWS keeps the credentials that it was created with; a new one finds those of a later log-in.
        _monitoring.clear()
        st.error(str(error), icon=":material/error:")
