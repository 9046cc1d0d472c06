"""How alerts and addresses look on a terminal. Every text from a feed is cleaned before it is printed."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from monitor.core.alert import Alert
from monitor.core.escape import one_line

_SEVERITY_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "bold blue",
}
_CHANGE_STYLES = {"opened": "bold", "updated": "cyan", "corrected": "magenta", "closed": "dim"}
_INDENT = " " * 10


def print_alert(console: Console, alert: Alert) -> None:
    """Print one revision in a few lines: when, how grave, which rule, what happened, who says so."""
    data = alert.data
    head = Text()
    head.append(f"{alert.time:%H:%M:%S}  ", "dim")
    head.append(data.severity.upper(), _SEVERITY_STYLES[data.severity])
    head.append(f"  {one_line(data.rule_title, 80)}", "bold")
    head.append(f"  {data.change.kind}", _CHANGE_STYLES[data.change.kind])
    if data.shadow:
        head.append("  (on trial: not sent)", "dim")
    console.print(head, soft_wrap=True)
    console.print(Text(_INDENT + one_line(data.summary, 300)), soft_wrap=True)
    if data.change.kind != "opened":
        console.print(Text(_INDENT + one_line(data.change.text, 300), _CHANGE_STYLES[data.change.kind]), soft_wrap=True)
    if data.change.kind in ("opened", "corrected") and data.quote not in {"", data.headline}:
        console.print(Text(f"{_INDENT}“{one_line(data.quote, 240)}”", "italic"), soft_wrap=True)
    if data.change.kind == "opened" and data.story.articles:
        console.print(Text(_INDENT + one_line(data.story.articles[0].url, 200), "dim"), soft_wrap=True)


def addresses_line(url: str) -> str:
    """Where a person finds what."""
    return f"Live page {url}/  ·  metrics {url}/metrics  ·  API {url}/api/alerts"
