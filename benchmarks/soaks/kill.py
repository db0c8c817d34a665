"""Killed at random moments, does the engine end where an undisturbed one does?

20,000 positions arrive while the engine is killed (`kill -9`) at 20 random moments; then the same
with the broker killed in the middle. On SQLite and on PostgreSQL.

As it must be: every position stored once; episodes and alerts those of an undisturbed run.

Environment: `RATE` messages a second (200), `COUNT` messages (20000).
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from engine.clock import SystemClock
from simulators.cast import cast
from simulators.postgres_server import postgres_server
from simulators.trial import Fault, Result, kill_engine, restart_broker, trial, undisturbed
from zones.instant import DAY

RATE_PER_S = float(os.environ.get("RATE", "200"))
COUNT = int(os.environ.get("COUNT", "20000"))
WEARERS = 100
SETTLE_S = 600.0
FAULTS: dict[str, Sequence[Fault]] = {
    "engine killed 20 times": (kill_engine,) * 20,
    "broker killed mid-run": (restart_broker,),
    "both, in turn": (kill_engine, restart_broker) * 3,
}


def main() -> bool:
    """Run, print, and return whether all is as it must be."""
    start = SystemClock().now() // DAY * DAY - DAY
    acting = cast(start, (), WEARERS, seed=11, days=1)
    deliveries = list(islice(acting.deliveries(), COUNT))
    table = Table(title=f"{COUNT} messages at {RATE_PER_S:.0f}/s while parts are killed")
    for name in (
        "store",
        "what",
        "stored",
        "distinct",
        "episodes",
        "alerts",
        "as undisturbed",
        "s",
    ):
        table.add_column(name)
    well = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        expected = undisturbed(acting, deliveries, folder)
        _add(table, "SQLite", "nothing", expected, "the reference", 0.0)
        server = stack.enter_context(postgres_server())
        for number, (what, faults) in enumerate(FAULTS.items()):
            urls = {
                "SQLite": f"sqlite:///{folder / f'{number}.db'}",
                "PostgreSQL": _database(server, f"soak_{number}"),
            }
            for store, url in urls.items():
                began = time.monotonic()
                result = asyncio.run(
                    trial(
                        acting,
                        deliveries,
                        url,
                        folder / f"{store}-{number}",
                        expected_positions=expected.positions,
                        faults=faults,
                        rate_per_s=RATE_PER_S,
                        seed=number,
                        settle_s=SETTLE_S,
                    )
                )
                same = replace(result, faults=0) == expected
                well = well and same
                _add(table, store, what, result, str(same), time.monotonic() - began)
    Console(width=120).print(table)
    return well


def _database(server: str, name: str) -> str:
    """Return the URL of a new database of a server."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _add(table: Table, store: str, what: str, result: Result, same: str, took_s: float) -> None:
    table.add_row(
        *(store, what, f"{result.positions:,}", f"{result.distinct_positions:,}"),
        *(str(len(result.episodes)), str(len(result.alerts)), same, f"{took_s:.0f}"),
    )
