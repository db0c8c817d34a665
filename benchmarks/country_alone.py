"""The engine alone on a country: no broker, no network, its own loop in a process of its own.

    python -m benchmarks.country_alone STORE-URL PLAN      (PLAN is JSON; the findings are printed)

A source hands over prepared messages, 1,000 at a time, and the service does with them what it does
in life: store, journal and judge, commit to the disk, tick. What is measured is the processor time
of the whole process, all threads together, so what is done behind the commits counts as well. It is
the steady state: everyone's first position and the start are not in it. Beside each phase the same
payloads are decoded with msgspec into the structs of the wire and nothing else.
"""

import asyncio
import gc
import json
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

import msgspec
import structlog

from benchmarks.alone import ToldClock
from benchmarks.country import FLIP, OWN, Country
from benchmarks.country_life import Lives, Sent, deliveries
from engine.core.wire import Message
from engine.service import Service
from engine.sources.source import DEFAULT_MAX_BATCH, Delivery
from engine.store import open_store
from zones.instant import MINUTE

READY: Final = "ready"
_MOMENT_S: Final = 0.002
UPLOAD: Final = 60
"""Positions in a message of a device that was out of reach."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be measured."""

    wearers: int
    shared: int
    own: int = OWN
    minutes: int
    """Of single positions from everyone."""
    uploads: int = 0
    """Wearers who are not heard meanwhile and upload the hour before at once."""
    flip: bool = False
    """Begin before 19:00 and let it strike."""
    rest_s: float = 0.0
    """Seconds it goes on for when all is measured, for a profile; an hour of lives at most."""

    @classmethod
    def of(
        cls,
        country: Country,
        *,
        minutes: int,
        uploads: int = 0,
        flip: bool = False,
        rest_s: float = 0.0,
    ) -> Self:
        """Return a plan for a country."""
        return cls(
            wearers=country.wearers,
            shared=country.shared,
            own=country.own,
            minutes=minutes,
            uploads=uploads,
            flip=flip,
            rest_s=rest_s,
        )

    @property
    def country(self) -> Country:
        """Whose devices report."""
        return Country(self.wearers, self.shared, self.own)


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """What one phase came to, in seconds; of processor time unless they are named otherwise."""

    name: str
    positions: int
    cpu_s: float
    wall_s: float
    decode_s: float
    payload_bytes: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the process says at its end."""

    load_s: float
    flip_s: float
    """All ticks from 19:00 until nothing was left to do."""
    alerts: int
    phases: list[Phase]
    stored_bytes: int = 0
    """By which the database grew from the first phase to the end; 0 if it is no file of ours."""

    @property
    def bytes_per_position(self) -> float:
        """What a position takes, everything that was stored of it and because of it."""
        return self.stored_bytes / sum(each.positions for each in self.phases)

    @property
    def payload_bytes(self) -> float:
        """What a position takes as it comes, in a message of its own where it came in one."""
        phases = self.phases
        return sum(each.payload_bytes for each in phases) / sum(each.positions for each in phases)

    def per_second(self, name: str) -> float:
        """Return positions a second by the clock on the wall, the median of equal phases."""
        return median(each.positions / each.wall_s for each in self.named(name))

    def us(self, name: str) -> float:
        """Return the processor time of a position in microseconds, the median of equal phases."""
        return median(each.cpu_s / each.positions * 1e6 for each in self.named(name))

    def decode_us(self, name: str) -> float:
        """Return the same of decoding alone."""
        return median(each.decode_s / each.positions * 1e6 for each in self.named(name))

    def named(self, name: str) -> list[Phase]:
        """Return the phases of one kind."""
        return [each for each in self.phases if each.name == name]


class Prepared:
    """A source that has everything already; see `engine.sources.source.Source`."""

    connected = True
    reconnects = 0
    oldest = None

    def __init__(self, batches: Iterator[Sequence[Sent]], clock: ToldClock) -> None:
        self._batches = batches
        self._clock = clock
        self.in_flight = 0
        self._stopped = False

    async def __aenter__(self) -> Self:
        """Start."""
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Stop."""

    async def next_batch(self) -> Sequence[Delivery]:
        """Return the next messages; empty at the end.

        An empty part says that what was put off is to be judged first.
        """
        part = next(self._batches, None)
        while part is not None and not part:
            await asyncio.sleep(_MOMENT_S)
            part = next(self._batches, None)
        if part is None:
            return []
        self._clock.time = max(self._clock.time, part[-1].received_at)
        return deliveries(part)

    async def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Do nothing: nobody waits."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Refuse a rejection: there must be none."""
        raise AssertionError(f"rejected: {topic}: {payload!r}")

    def stop(self) -> None:
        """Do nothing: the batches end."""


class Measuring:
    """The phases, one after the other through one service."""

    def __init__(self, plan: Plan, url: str) -> None:
        self._plan = plan
        self._url = url
        self._size = 0
        self._store = open_store(url)
        self._lives = Lives(plan.country, FLIP)
        self._clock = ToldClock(FLIP - 2 * MINUTE)
        source = Prepared(self._batches(), self._clock)
        self._service = Service(self._store, source, self._clock)
        self._phases: list[Phase] = []
        self._began = self._load_s = self._flip_s = 0.0

    async def run(self) -> Found:
        """Measure everything."""
        self._began = time.perf_counter()
        await self._service.run()
        self._store.close()
        return Found(
            load_s=self._load_s,
            flip_s=self._flip_s,
            alerts=self._service.alerts,
            phases=self._phases,
            stored_bytes=_size(self._url) - self._size,
        )

    def _batches(self) -> Iterator[Sequence[Sent]]:
        """Yield everything; the service takes the next batch when the former one is committed."""
        plan, lives = self._plan, self._lives
        self._load_s = time.perf_counter() - self._began
        most, rest = range(plan.wearers - plan.uploads), range(plan.wearers)[-plan.uploads :]
        yield from _parts(lives.minute(-1 - UPLOAD, rest) if plan.uploads else ())
        yield from _parts(lives.minute(-1, most))
        self._size = _size(self._url)
        if plan.uploads:
            yield from self._phase("batched", lives.uploads(-UPLOAD, UPLOAD, rest))
        if plan.flip:
            self._clock.time = FLIP
            self._flip_s = sum(_ticks(self._service))
        yield from self._phase("after the flip", lives.minute(0, most))
        for number in range(1, plan.minutes + 1):
            yield from self._phase("single", lives.minute(number, most))
        if plan.rest_s:
            yield from self._rest(plan.minutes + 1, most)

    def _phase(self, name: str, sent: Sequence[Sent]) -> Iterator[Sequence[Sent]]:
        decode_s = _decoding_s([each.payload for each in sent])
        gc.collect()
        before, cpu_s, wall_s = self._service.positions, time.process_time(), time.perf_counter()
        yield from _parts(sent)
        while self._service.health().deferred:
            yield ()
        phase = Phase(
            name=name,
            positions=self._service.positions - before,
            cpu_s=time.process_time() - cpu_s,
            wall_s=time.perf_counter() - wall_s,
            decode_s=decode_s,
            payload_bytes=sum(len(each.payload) for each in sent),
        )
        self._phases.append(phase)

    def _rest(self, first: int, who: range) -> Iterator[Sequence[Sent]]:
        each_s = min(each.wall_s for each in self._phases if each.name == "single")
        minutes = range(first, first + min(60, 1 + int(self._plan.rest_s / each_s)))
        prepared = [self._lives.minute(each, who) for each in minutes]
        print(READY, flush=True)
        for sent in prepared:
            yield from _parts(sent)


def _size(url: str) -> int:
    """Return the size of a database in a file, its log moved into it; 0 of any other."""
    path = Path(url.removeprefix("sqlite:///"))
    if not path.is_file():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def _ticks(service: Service) -> Iterator[float]:
    """Yield how long each tick takes, until nothing is left to do."""
    more = True
    while more:
        began = time.perf_counter()
        more = service._tick()
        yield time.perf_counter() - began


def _parts(sent: Sequence[Sent]) -> Iterator[Sequence[Sent]]:
    for first in range(0, len(sent), DEFAULT_MAX_BATCH):
        yield sent[first : first + DEFAULT_MAX_BATCH]


def _decoding_s(payloads: Sequence[bytes]) -> float:
    """Return the processor time of decoding payloads, the best of five."""
    decode = msgspec.json.Decoder(Message).decode
    took = []
    for _ in range(5):
        began = time.process_time()
        for payload in payloads:
            decode(payload)
        took.append(time.process_time() - began)
    return min(took)


async def measured(
    url: str, plan: Plan, at_rest: Callable[[int], Awaitable[None]] | None = None
) -> Found:
    """Measure in a process of its own; `at_rest` is told its id when only the rest is left."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.country_alone", url),
        msgspec.json.encode(plan).decode(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    if at_rest is not None and await process.stdout.readline():
        await at_rest(process.pid)
    said = await process.stdout.read()
    if await process.wait():
        raise RuntimeError("the engine alone failed: see above")
    return msgspec.json.decode(said, type=Found)


def main() -> None:
    """Be the process that `measured` starts."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    plan = msgspec.json.decode(sys.argv[2], type=Plan)
    found: Any = msgspec.to_builtins(asyncio.run(Measuring(plan, sys.argv[1]).run()))
    print(json.dumps(found), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
