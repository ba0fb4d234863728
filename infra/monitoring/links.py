"""Links into the AWS console: dashboard, alarms, traces and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from infra.naming import Names


class ConsoleLinks:
    """Addresses of one stack.

    Parameters
    ----------
    names : Names
        Names and the region.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        region = names.region
        self._cloudwatch = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#"

    @property
    def dashboard(self) -> str:
        """The dashboard."""
        return f"{self._cloudwatch}dashboards/dashboard/{self._names.of('model')}"

    @property
    def alarms(self) -> str:
        """The alarms of the stack, and no others."""
        return f"{self._cloudwatch}alarmsV2:?~(search~'{self._names.alarm('')})"

    @property
    def traces(self) -> str:
        """The trace map of AWS X-Ray."""
        return f"{self._cloudwatch}xray:service-map/map"

    def logs(self, query: str) -> str:
        """Return Logs Insights with a query in its editor, over the function's log of the last hour."""
        span = "end~0~start~-3600~timeType~'RELATIVE~unit~'seconds"
        detail = f"~({span}~editorString~'{_tilde(query)}~source~(~'{_tilde(self._names.log_group)}))"
        return f"{self._cloudwatch}logsV2:logs-insights?queryDetail={detail}"


def _tilde(text: str) -> str:
    """Return a text in the encoding of the console's addresses: percent signs become asterisks."""
    return quote(text, safe="").replace("%", "*").replace("~", "**7e")
