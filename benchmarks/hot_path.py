"""Does the hot path judge real recordings as the fold of each position does?

    python -m benchmarks.hot_path PINGS.csv.gz PLACES.geojson

Every recorded position goes through the engine's own transactions twice, in the same batches: once
as the engine takes them, quiet ones by operations on arrays, and once with every lane closed, so
that each is folded. Compared are what is stored of each position (key, verdict, lateness), the
states of all wearers at the end, and the episodes.
"""

import argparse
import csv
import gzip
import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.recordings import Recorded, deliveries, stored
from engine.caseload import Caseload
from engine.ruling import Ruling
from engine.sources.source import Delivery
from engine.store import Store, migrate, open_store

BATCH = 200
_EVER = -(10**18)


class Played(NamedTuple):
    """What one way of judging came to."""

    positions: list[Any]
    """Of each activation: key, verdict and lateness of what is stored, by key."""
    states: dict[int, Any]
    episodes: list[str]
    quiet: int
    cpu_s: float

    @property
    def stored(self) -> int:
        """How many positions are stored."""
        return sum(len(some) for some in self.positions)


def play(recorded: Recorded, sent: Sequence[Delivery], url: str, *, folded: bool) -> Played:
    """Take a recording's messages in batches into a new store, all folded or as the engine does."""
    migrate(url)
    with closing(open_store(url)) as store:
        with store.write() as transaction:
            recorded.enrol(transaction.registry)
        caseload, quiet = Caseload(), 0
        with store.read() as transaction:
            caseload.load(transaction)
        began = time.process_time()
        for first in range(0, len(sent), BATCH):
            if folded:
                for activation_id in caseload:
                    caseload.lanes.close(activation_id)
            quiet += _take(store, caseload, sent[first : first + BATCH])
        cpu_s = time.process_time() - began
        with store.read() as transaction:
            positions = [
                [(p.key, p.quarantine, p.late) for p in transaction.positions.since(each, _EVER)]
                for each in caseload
            ]
        states = {each: caseload.case(each).docket.state for each in caseload}
    return Played(positions, states, stored(url), quiet, cpu_s)


def _take(store: Store, caseload: Caseload, batch: Sequence[Delivery]) -> int:
    """Judge and store a batch; return how many of its positions were quiet."""
    with store.write() as transaction:
        ruling = Ruling(caseload, transaction, batch[-1].received_at)
        ruling.take(batch)
    ruled = ruling.ruled
    caseload.keep(ruled.quiet, ruled.cases.values())
    return 0 if ruled.quiet is None else len(ruled.quiet.positions)


def received(published: Sequence[Any]) -> list[Delivery]:
    """Return messages in the order of their batches; each batch comes at its newest's time."""
    found = []
    for first in range(0, len(published), BATCH):
        part = published[first : first + BATCH]
        at = max(each.at for each in part)
        found += [Delivery(each.topic, each.payload, at, None) for each in part]
    return found


def main() -> None:
    """Play both ways and compare; leave with 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pings", type=Path)
    parser.add_argument("places", type=Path)
    said = parser.parse_args()
    rows = list(csv.DictReader(gzip.decompress(said.pings.read_bytes()).decode().splitlines()))
    people = tuple(sorted({row["person"] for row in rows}))
    recorded = Recorded(people, json.loads(said.places.read_bytes()))
    sent = received(deliveries(rows))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hot = play(recorded, sent, f"sqlite:///{folder / 'hot.db'}", folded=False)
        plain = play(recorded, sent, f"sqlite:///{folder / 'folded.db'}", folded=True)
    same = [getattr(hot, each) == getattr(plain, each) for each in hot._fields[:3]]
    table = Table("judged", "positions", "of them quiet", "states", "episodes", "CPU s")
    for label, each in (("hot path", hot), ("each folded", plain)):
        counts = (each.stored, each.quiet, len(each.states), len(each.episodes))
        table.add_row(label, *(f"{number:,}" for number in counts), f"{each.cpu_s:.1f}")
    table.add_row("identical", str(same[0]), "–", str(same[1]), str(same[2]), "–")
    Console().print(table)
    raise SystemExit(not all(same) or not hot.quiet or bool(plain.quiet))


if __name__ == "__main__":
    main()
