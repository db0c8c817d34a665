"""`make bench`: one table of questions, each figure beside its rival's; `QUICK=1` for a quick look.

QUICK=1 python -m benchmarks [FAMILY …]
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from rich.console import Console

from benchmarks.questions import (
    alone,
    decoding,
    end_to_end,
    history,
    latency,
    replaying,
    storm,
    timers,
    zones,
)
from benchmarks.row import Row, table_of, write
from benchmarks.timing import Effort

OUT = Path(__file__).parent / "out" / "bench.json"
WIDTH = 150
"""Characters a line, where no terminal says otherwise."""

_CONSOLE = Console() if sys.stdout.isatty() else Console(width=WIDTH)

FAMILIES: dict[str, Callable[[Effort], list[Row]]] = {
    "zones": zones.rows,
    "decoding": decoding.rows,
    "alone": alone.rows,
    "stages": alone.stage_rows,
    "postgresql": alone.postgresql_rows,
    "mosquitto": end_to_end.mosquitto_rows,
    "embedded": end_to_end.embedded_rows,
    "latency": latency.rows,
    "storm": storm.rows,
    "history": history.rows,
    "replay": replaying.rows,
    "timers": timers.rows,
}


def main() -> None:
    """Measure, print the table, write `bench.json`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "family", nargs="*", choices=[*FAMILIES, []], metavar="FAMILY", help="all unless named"
    )
    named = parser.parse_args().family or list(FAMILIES)
    effort = Effort(quick=os.environ.get("QUICK", "0") not in ("", "0"))
    rows: list[Row] = []
    began = time.monotonic()
    try:
        with _CONSOLE.status("measuring") as status:
            for name in named:
                status.update(f"measuring: {name}")
                rows += FAMILIES[name](effort)
    finally:
        _show(rows, effort, time.monotonic() - began)


def _show(rows: list[Row], effort: Effort, took_s: float) -> None:
    """Print and keep what was found, also if the rest failed or was broken off."""
    busy = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    how = "quick" if effort.quick else "thorough"
    cores = os.cpu_count()
    title = f"Ringfence, {how}, {took_s:.0f} s, {cores} cores, load average {busy} of the machine"
    _CONSOLE.print(table_of(rows, title))
    write(rows, OUT)
    _CONSOLE.print(f"also in {OUT}")


if __name__ == "__main__":
    main()
