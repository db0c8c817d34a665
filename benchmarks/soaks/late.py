"""Are the final episodes those of the run in order when 5 % of the positions come hours late?

1,000 wearers live for 30 days and report every 5 minutes: 8.5 million positions. One in twenty is
received 1 to 8 hours after it was measured, each on its own. Every wearer is judged as it comes and
once more in order; episodes and quarantines must be equal, exactly.

Environment: `WEARERS` (1000), `DAYS` (30), `INTERVAL_S` (300), `PROCESSES` (2).
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks.late import Cost, measured
from benchmarks.lives import LATE_HOURS, LATE_SHARE, lived
from benchmarks.timing import percentile

WEARERS = int(os.environ.get("WEARERS", "1000"))
DAYS = float(os.environ.get("DAYS", "30"))
INTERVAL_S = int(os.environ.get("INTERVAL_S", "300"))
PROCESSES = int(os.environ.get("PROCESSES", "2"))


def main() -> bool:
    """Run, print, and return whether every wearer's episodes are those of the run in order."""
    whole, console = Cost(), Console(width=100)
    began = time.monotonic()
    with ProcessPoolExecutor(PROCESSES) as pool, console.status("") as status:
        judged = pool.map(partial(_one, DAYS, INTERVAL_S), range(WEARERS), chunksize=4)
        for number, cost in enumerate(judged, 1):
            whole.add(cost)
            status.update(f"{number} of {WEARERS} wearers, {whole.differing} differ")
    console.print(_table(whole, time.monotonic() - began))
    well = not whole.differing and whole.late > 0
    print(f"{whole.differing} of {WEARERS} wearers differ: {'well' if well else 'NOT well'}")
    return well


def _one(days: float, interval_s: int, number: int) -> Cost:
    return measured(lived(number, days, interval_s))


def _table(cost: Cost, took_s: float) -> Table:
    first, last = LATE_HOURS
    title = (
        f"{WEARERS:,} wearers × {DAYS:g} days, a position every {INTERVAL_S} s, {LATE_SHARE:.0%} "
        f"{first:g}–{last:g} h late; {took_s / 60:.1f} min in {PROCESSES} processes"
    )
    table = Table(title=title, title_justify="left", show_header=False)
    rates = cost.positions / cost.taken_s, cost.positions / cost.in_order_s
    for name, value in (
        ("positions", f"{cost.positions:,}"),
        ("that re-folded the past", f"{cost.late:,}"),
        ("episodes at the end", f"{cost.episodes:,}"),
        ("of these once shown otherwise", f"{cost.amended:,}"),
        ("episodes retracted on the way", f"{cost.retracted:,}"),
        ("wearers that differ from the run in order", f"{cost.differing:,}"),
        ("folded again per late position, median", f"{percentile(cost.refolded, 0.5):,}"),
        ("folded again per late position, p95", f"{percentile(cost.refolded, 0.95):,}"),
        ("ms per late position, median", f"{percentile(cost.late_ms, 0.5):.2f}"),
        ("ms per late position, p95", f"{percentile(cost.late_ms, 0.95):.2f}"),
        ("positions/s a process, as they come", f"{rates[0]:,.0f}"),
        ("positions/s a process, in order", f"{rates[1]:,.0f}"),
    ):
        table.add_row(name, value)
    return table
