"""Does every scenario raise exactly its expected alerts at the speed of life? It takes an hour.

Broker, engine, store and clock are the real ones; nothing runs faster than it would.
"""

import asyncio
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from simulators.premiere import premiere
from simulators.scenarios import DEFAULT_START


def main() -> bool:
    """Run, print, and return whether every scenario is as expected."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ringfence.db'}"
        wrong = asyncio.run(premiere(DEFAULT_START, 1.0, url, folder / "state"))
    table = Table("scenario", "wrong", title="Every scenario at the speed of life")
    for scenario, mistakes in sorted(wrong.items()):
        table.add_row(scenario, "; ".join(mistakes) or "nothing")
    Console(width=120).print(table)
    return not any(wrong.values())
