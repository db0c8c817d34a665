"""What the demo shows: a line a step while it starts, then a live table on standard error."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from simulators.demo import Tally

SHAPES: Final = {"critical": "■", "serious": "▲", "advisory": "●", "system": "◆"}
STYLES: Final = {"critical": "bold red", "serious": "yellow", "advisory": "cyan", "system": "blue"}
ROWS: Final = 14


class Screen:
    """A terminal; with `quiet` only the steps are said."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._live: Live | None = None

    def say(self, words: str) -> None:
        """Say one line."""
        self._console.print(words, soft_wrap=True)

    def open(self) -> None:
        """Begin the live table, where there is a terminal to draw on."""
        if not self._quiet and self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False)
            self._live.start()

    def show(self, tally: "Tally", clock: str) -> None:
        """Draw what there is."""
        if self._live is not None:
            self._live.update(Group(_counts(tally, clock), _alerts(tally)), refresh=True)

    def close(self) -> None:
        """End the live table; its last state stays on the terminal."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def _counts(tally: "Tally", clock: str) -> Table:
    table = Table(box=None, padding=(0, 2), show_header=True, header_style="dim")
    for name in ("simulated time (UTC)", "published", "stored", "rejected", "episodes", "alerts"):
        table.add_column(name, justify="right")
    numbers = (tally.published, tally.positions, tally.rejected, tally.episodes, tally.alerts)
    table.add_row(clock, *(f"{number:,}" for number in numbers))
    return table


def _what(alert: Mapping[str, object]) -> str:
    kind = str(alert.get("kind", "")).replace("_", " ")
    return kind if alert.get("confirmed") else f"{kind}, brief"


def _alerts(tally: "Tally") -> Table:
    table = Table(title="Latest alerts", title_justify="left", expand=True)
    for name in ("", "raised (UTC)", "about", "what", "where", "count", "state"):
        table.add_column(name, no_wrap=True)
    for alert in tally.newest[:ROWS]:
        severity = str(alert.get("severity", ""))
        mark = Text(f"{SHAPES.get(severity, '?')} {severity}", style=STYLES.get(severity, ""))
        standing = f"{alert.get('state')}{', restored' if alert.get('restored') else ''}"
        table.add_row(
            mark,
            str(alert.get("raised_at", ""))[11:19],
            str(alert.get("wearer_id") or alert.get("subject") or ""),
            _what(alert),
            str(alert.get("zone_id") or "–"),
            str(alert.get("count", "")),
            standing,
        )
    return table
