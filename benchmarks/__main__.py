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

from benchmarks.load import Load, city_load
from benchmarks.questions import (
    alone,
    decoding,
    end_to_end,
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

Family = Callable[[Effort, Load], list[Row]]
FAMILIES: dict[str, Family] = {
    "zones": lambda effort, _load: zones.rows(effort),
    "decoding": decoding.rows,
    "alone": lambda effort, _load: alone.rows(effort),
    "postgresql": lambda effort, _load: alone.postgresql_rows(effort),
    "mosquitto": lambda effort, _load: end_to_end.mosquitto_rows(effort),
    "embedded": lambda effort, _load: end_to_end.embedded_rows(effort),
    "latency": lambda effort, _load: latency.rows(effort),
    "storm": lambda effort, _load: storm.rows(effort),
    "replay": lambda effort, _load: replaying.rows(effort),
    "timers": lambda effort, _load: timers.rows(effort),
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
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    rows: list[Row] = []
    began = time.monotonic()
    with console.status("making the load") as status:
        load = city_load(decoding.MESSAGES)
        for name in named:
            status.update(f"measuring: {name}")
            rows += FAMILIES[name](effort, load)
    took = time.monotonic() - began
    busy = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    how = "quick" if effort.quick else "thorough"
    cores = os.cpu_count()
    title = f"Ringfence, {how}, {took:.0f} s, {cores} cores, load average {busy} of the machine"
    console.print(table_of(rows, title))
    write(rows, OUT)
    console.print(f"also in {OUT}")


if __name__ == "__main__":
    main()
