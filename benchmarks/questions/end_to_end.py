"""From the vendors' publish to judged and stored: how many positions a second, over which broker?

A whole country, QoS 1, single positions; a message is acknowledged when the transaction that holds
its effects is on the disk. Everyone has been heard before. Each consumer has a broker of its own;
they take turns, three minutes of the country published as fast as the broker takes them, then one
that waited in the broker (see `consumers`). A position of the engine counts when it is committed, a
message of the sink when it has been acknowledged.
"""

import asyncio
import tempfile
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.consumers import drained, engine, naive, published, sink
from benchmarks.country import FLIP, Country
from benchmarks.country_life import Lives, Sent
from benchmarks.country_store import country_store
from benchmarks.mosquitto import broker, mosquitto_program
from benchmarks.row import Row
from benchmarks.timing import Effort
from zones.instant import MINUTE

MEBIBYTE = 2**20
_MINUTES = 3
_NAIVE_SHARE = 40
"""The naive stack takes one message in so many, or it would take all day."""
_NOW = FLIP + 4 * MINUTE
"""What the engine's clock shows: nothing reported is in its future, or too old to count."""
_SINK = "a sink behind the same kind of broker: acknowledges, parses and stores nothing"
_NAIVE = "the naive stack: aiomqtt, json, one R-tree, a commit a position; judges nothing else"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one broker."""

    rate: float
    sink_rate: float
    drained: float
    sink_drained: float
    start_s: float
    memory_bytes: int
    naive_rate: float = 0.0
    naive_start_s: float = 0.0
    naive_bytes: int = 0


def mosquitto_rows(effort: Effort) -> list[Row]:
    """Return the rows over mosquitto, and what they tell of start and memory beside."""
    if mosquitto_program() is None:
        print("left out: mosquitto is not on the PATH")
        return []
    country = Country(effort.pick(8_000, 254_700), effort.pick(2_000, 10_000))
    run = asyncio.run(_raced("mosquitto", country, effort.pick(1, 3), with_naive=True))
    asked = f"{country.wearers:,} wearers over mosquitto: positions judged and stored?"
    return [
        _row("end_to_end_vs_sink", asked, "positions/s", _SINK, run.rate, run.sink_rate),
        _row("end_to_end_vs_naive", "The same?", "positions/s", _NAIVE, run.rate, run.naive_rate),
        _row(
            "drained_vs_sink",
            "The same of what waited in the broker, which only has to deliver it?",
            "positions/s",
            _SINK,
            run.drained,
            run.sink_drained,
        ),
        _row(
            "start_s",
            f"From start to ready with {country.wearers:,} wearers?",
            "s",
            "the naive stack, which only reads its zones",
            run.start_s,
            run.naive_start_s,
        ),
        _row(
            "memory_mb",
            f"Memory of the engine's process with {country.wearers:,} wearers heard?",
            "MB (bytes)",
            "the naive stack, which only knows zones",
            run.memory_bytes / 1e6,
            run.naive_bytes / 1e6,
        ),
    ]


def embedded_rows(effort: Effort) -> list[Row]:
    """Return the row over the embedded broker."""
    country = Country(effort.pick(500, 10_000), effort.pick(500, 10_000))
    run = asyncio.run(_raced("embedded", country, 1, with_naive=False))
    asked = f"{country.wearers:,} wearers over the embedded broker, synced before each PUBACK?"
    return [_row("embedded_vs_sink", asked, "positions/s", _SINK, run.rate, run.sink_rate)]


async def _raced(name: str, country: Country, turns: int, *, with_naive: bool) -> Run:
    lives, rates, sink_rates = Lives(country, FLIP), [], []
    parts = [range(1, 1 + _MINUTES)[each::turns] for each in range(turns)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        store = country_store(country, folder / "engine.db")
        async with (
            broker(name, folder / "ours") as ours,
            broker(name, folder / "theirs") as theirs,
            engine(ours, store, folder, _NOW) as judging,
            sink(theirs, folder) as sunk,
        ):
            for consumer, filled in ((judging, ours), (sunk, theirs)):
                await drained(consumer, filled, lives.minute(0), country.wearers)
            judging.begin()
            for part in parts:
                sent = [each for minute in part for each in lives.minute(minute)]
                rates.append(len(sent) / await published(judging, ours, sent, len(sent)))
                sink_rates.append(len(sent) / await published(sunk, theirs, sent, len(sent)))
            last = lives.minute(1 + _MINUTES)
            run = Run(
                rate=median(rates),
                sink_rate=median(sink_rates),
                drained=len(last) / await drained(judging, ours, last, len(last)),
                sink_drained=len(last) / await drained(sunk, theirs, last, len(last)),
                start_s=judging.ready_s,
                memory_bytes=judging.memory_bytes,
            )
        return await _beside_naive(run, country, folder, sent) if with_naive else run


async def _beside_naive(run: Run, country: Country, folder: Path, sent: list[Sent]) -> Run:
    part = sent[:: max(1, len(sent) // max(1_000, len(sent) // _NAIVE_SHARE))]
    async with (
        broker("mosquitto", folder / "naive") as third,
        naive(third, country, folder) as stack,
    ):
        rate = len(part) / await published(stack, third, part, len(part))
        return msgspec.structs.replace(
            run,
            naive_rate=rate,
            naive_start_s=stack.ready_s,
            naive_bytes=stack.memory_bytes,
        )


def _row(name: str, question: str, unit: str, rival: str, value: float, rival_value: float) -> Row:
    return Row(
        id=name, question=question, value=value, unit=unit, rival=rival, rival_value=rival_value
    )
