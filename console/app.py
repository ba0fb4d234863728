"""The Streamlit application: ``make console``."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path

import streamlit as st

from console.connection import session

_HERE = Path(__file__).parent
_ICON = str(_HERE / "assets" / "icon.svg")
# Smaller margins than Streamlit's default leave room for a dashboard of 24 columns.
_STYLE = """<style>
[data-testid="stMainBlockContainer"] {padding: 3.5rem clamp(1rem, 3vw, 3rem) 2rem; max-width: 1760px}
[data-testid="stMetricValue"] {font-size: 1.75rem}
</style>"""
_PAGES = (
    ("predict", "Predict", ":material/online_prediction:"),
    ("monitoring", "Monitoring", ":material/monitoring:"),
    ("alarms", "Alarms", ":material/notifications:"),
    ("drift", "Drift", ":material/ssid_chart:"),
    ("model", "Model", ":material/deployed_code:"),
    ("versions", "Versions", ":material/history:"),
)


def main() -> None:
    """Draw the selected page."""
    st.set_page_config(page_title="Inference console", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    st.logo(str(_HERE / "assets" / "logo.svg"), icon_image=_ICON, size="large")
    pages = [
        st.Page(_HERE / "views" / f"{name}.py", title=title, icon=icon, url_path=name, default=name == "predict")
        for name, title, icon in _PAGES
    ]
    page = st.navigation(pages)
    session.choose()
    page.run()
    _import_graphs()


@st.cache_resource(show_spinner=False)
def _import_graphs() -> None:
    """Import what the other pages import, once the first one is sent: earlier it would delay that page."""
    threading.Thread(target=lambda: list(map(importlib.import_module, ("pandas", "altair"))), daemon=True).start()


main()
