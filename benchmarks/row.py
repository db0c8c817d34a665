"""A row is one question a user asks: our figure, a rival's from the same run, and their ratio.

The unit says which way is better: a rate (`…/s`) the more, everything else (time, bytes) the less.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich import box
from rich.table import Table


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table and of `bench.json`."""

    id: str
    question: str
    value: float
    unit: str
    rival: str
    rival_value: float

    @property
    def ratio(self) -> float:
        """Ours divided by the rival's."""
        return self.value / self.rival_value

    @property
    def verdict(self) -> str:
        """The ratio in words."""
        if self.rival.startswith("of "):
            return f"{self.ratio:.0%}"
        rate = self.unit.endswith("/s")
        times = self.ratio if rate else 1 / self.ratio
        better, worse = ("smaller", "larger") if "bytes" in self.unit else ("faster", "slower")
        return f"{times:.3g}× {better}" if times >= 1 else f"{1 / times:.3g}× {worse}"

    def as_json(self) -> dict[str, Any]:
        """Return what `bench.json` holds of it."""
        return {**msgspec.structs.asdict(self), "ratio": self.ratio}


def table_of(rows: Sequence[Row], title: str) -> Table:
    """Return the rows as a person reads them."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    table.add_column("question", ratio=3)
    for name in ("ours", "rival's"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("ours is", no_wrap=True)
    table.add_column("the rival", ratio=2)
    for row in rows:
        figures = figure(row.value), figure(row.rival_value)
        table.add_row(row.question, *figures, row.unit, row.verdict, row.rival)
    return table


def write(rows: Sequence[Row], path: Path) -> None:
    """Write `bench.json`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.encode([row.as_json() for row in rows])
    path.write_bytes(msgspec.json.format(encoded, indent=2) + b"\n")


def figure(value: float) -> str:
    """Return a number with three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
