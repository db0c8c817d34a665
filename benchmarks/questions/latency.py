"""How long from the publish that breaks a condition to the committed alert, and to a browser?

The rate of a whole country, 4,245 positions a second, over mosquitto, published on a schedule that
waits for nobody: a time counts from when the message was due, so whatever stands still makes
everything that was due meanwhile late. Twenty times a second somebody is heard for the second time
in a zone to keep out of, which confirms it and raises an alert. The rival is a subscriber behind
an equal broker that is sent the same and parses nothing.
"""

import asyncio
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.alerts_seen import Seen, committed, shown
from benchmarks.consumers import Consumer, drained, engine
from benchmarks.country import FLIP, Country
from benchmarks.country_life import ON_THE_WAY, Lives, Sent, seq_of
from benchmarks.country_store import country_store
from benchmarks.mosquitto import broker, mosquitto_program
from benchmarks.postman import Due, scheduled
from benchmarks.row import Row
from benchmarks.timing import Effort, percentile
from engine.clock import SystemClock
from engine.sources.mqtt import MqttSource
from engine.store import Store, open_store
from zones.instant import SECOND, Instant

RATE_PER_S: Final = 4_245
ALERTS_PER_S: Final = 20
HEAD_START_S: Final = 1.0
_NOW: Final = FLIP + 180 * SECOND
_SETTLE_S: Final = 5.0
_RIVAL: Final = "the same through an equal broker to a subscriber that parses nothing"


class Found(NamedTuple):
    """What the run came to, in seconds."""

    committed_s: list[float]
    shown_s: list[float]
    cpu_share: float
    published_late_s: float
    missing: int


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    if mosquitto_program() is None:
        print("left out: mosquitto is not on the PATH")
        return []
    country = Country(effort.pick(4_000, 254_700), effort.pick(2_000, 10_000))
    found, rival_s = asyncio.run(_measured(country, effort.pick(3, 60), effort.pick(1, 10)))
    asked = f"At {RATE_PER_S:,} positions/s, {country.wearers:,} wearers"
    return [
        _row(
            "latency_p50_ms",
            f"{asked}: publish → alert committed, p50?",
            found.committed_s,
            0.5,
            rival_s,
        ),
        _row("latency_p99_ms", "The same, p99?", found.committed_s, 0.99, rival_s),
        _row(
            "sse_p99_ms",
            "Publish → alert at a client of the live feed, p99?",
            found.shown_s,
            0.99,
            rival_s,
        ),
        Row(
            id="cpu_share_at_4245",
            question="Processor time the engine takes meanwhile?",
            value=found.cpu_share,
            unit="cores",
            rival="of one core",
            rival_value=1.0,
        ),
    ]


async def _measured(
    country: Country, seconds: int, rival_seconds: int
) -> tuple[Found, list[float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = country_store(country, folder / "engine.db")
        lives, visitors = Lives(country, FLIP), visitors_of(country, seconds * ALERTS_PER_S)
        messages, due = schedule(lives, visitors, range(visitors[0]), seconds, _NOW, seq_of(2))
        async with (
            broker("mosquitto", folder / "ours") as ours,
            engine(ours, url, folder, _NOW) as judging,
        ):
            for sent in (lives.minute(0), with_visits(lives, visitors, 1)):
                await drained(judging, ours, sent, len(sent))
            with closing(open_store(url)) as store:
                found = await run(judging, store, ours.vendor_url, messages, due)
        async with broker("mosquitto", folder / "theirs") as theirs:
            rival_s = await _received(theirs.vendor_url, messages[: RATE_PER_S * rival_seconds])
    return found, rival_s


def visitors_of(country: Country, count: int) -> list[int]:
    """Return wearers who are at home, of those that are heard last in a round.

    Raises:
        ValueError: the country has too few.
    """
    home = [n for n in range(country.wearers) if not country.works[n] and not country.commutes[n]]
    if len(home) < 2 * count:
        raise ValueError(f"{country.wearers} wearers are too few for {count} visitors")
    return home[-count:]


def with_visits(lives: Lives, visitors: list[int], minute: int) -> list[Sent]:
    """Return a minute in which visitors are in a zone to keep out of for the first time."""
    sent = lives.minute(minute)
    for number in visitors:
        at = sent[number].received_at - ON_THE_WAY
        sent[number] = lives.visit(number, at, seq_of(minute))
    return sent


def schedule(
    lives: Lives, visitors: list[int], among: range, seconds: int, origin: Instant, seq: int
) -> tuple[list[Due], dict[str, float]]:
    """Return messages and when they are due, and by visitor when his was.

    Who is no visitor is one of those `among`; they count on from `seq`. The engine's clock shows
    `origin` a head start before the schedule begins.
    """
    country, messages, due = lives.country, [], {}
    others = [n for n in among if not country.commutes[n]]
    places = lives.places(1)[0].tolist()
    every, left = RATE_PER_S // ALERTS_PER_S, list(visitors)
    for number in range(RATE_PER_S * seconds):
        after_s = number / RATE_PER_S
        at = origin + round((HEAD_START_S + after_s) * SECOND)
        if number % every == every - 1 and left:
            who = left.pop()
            due[country.wearer_id(who)] = after_s
            sent = lives.visit(who, at, seq)
        else:
            who = others[number % len(others)]
            sent = lives.report(who, at, seq + number // len(others), *places[who])
        messages.append((after_s, (sent.topic, sent.payload)))
    return messages, due


async def run(
    judging: Consumer,
    store: Store,
    url: str,
    messages: list[Due],
    due: dict[str, float],
) -> Found:
    """Let the schedule happen, and note when its alerts are seen."""
    async with scheduled(url, messages) as postman, shown(judging.url) as told:
        with committed(store) as stored:
            judging.begin()
            start, cpu_s = time.monotonic() + HEAD_START_S, judging.cpu_s
            await postman.go(start)
            late_s = await postman.done()
            cpu_s, took_s = judging.cpu_s - cpu_s, time.monotonic() - start + HEAD_START_S
            await _until_seen(due, stored, told)
    return Found(
        _after(start, due, stored),
        _after(start, due, told),
        cpu_s / took_s,
        late_s,
        len(due.keys() - stored.keys()),
    )


async def _until_seen(due: dict[str, float], stored: Seen, told: Seen) -> None:
    end = time.monotonic() + _SETTLE_S
    while time.monotonic() < end and not due.keys() <= stored.keys() & told.keys():
        await asyncio.sleep(0.05)


def _after(start: float, due: dict[str, float], seen: Seen) -> list[float]:
    """Return the seconds from due to seen; what never was seen took all the time there was."""
    now = time.monotonic()
    return [seen.get(who, now) - start - after_s for who, after_s in due.items()]


async def _received(url: str, messages: list[Due]) -> list[float]:
    """Return the seconds from due to received of a subscriber in this process."""
    arrived: list[float] = []
    async with scheduled(url, messages) as postman, MqttSource(url, SystemClock().now) as source:
        while not source.connected:
            await asyncio.sleep(0.01)
        start = time.monotonic() + HEAD_START_S
        await postman.go(start)
        async with asyncio.timeout(120):
            while len(arrived) < len(messages):
                batch = await source.next_batch()
                arrived += [time.monotonic()] * len(batch)
                await source.acknowledge(batch)
    return [at - start - after_s for at, (after_s, _) in zip(arrived, messages, strict=False)]


def _row(name: str, question: str, ours_s: list[float], share: float, rival_s: list[float]) -> Row:
    return Row(
        id=name,
        question=question,
        value=percentile(ours_s, share) * 1e3,
        unit="ms",
        rival=_RIVAL,
        rival_value=percentile(rival_s, share) * 1e3,
    )
