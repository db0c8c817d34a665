"""When everyone comes back at once with an hour's backlog, how late are the alerts of now?

Nine in ten wearers were out of reach for an hour and upload it, 60 positions a message, as fast as
the broker takes them. Meanwhile the others are heard 4,245 times a second over the same broker, and
twenty times a second one of them in a zone to keep out of. A time counts from when the message was
due. The rival is the same schedule before the storm, behind the same broker.
"""

import asyncio
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.backlog import MINUTES, uploading
from benchmarks.consumers import Consumer, drained, engine
from benchmarks.country import FLIP, Country
from benchmarks.country_life import Lives, seq_of
from benchmarks.country_store import country_store
from benchmarks.mosquitto import broker, mosquitto_program
from benchmarks.questions.latency import (
    ALERTS_PER_S,
    RATE_PER_S,
    Found,
    run,
    schedule,
    visitors_of,
    with_visits,
)
from benchmarks.row import Row
from benchmarks.timing import Effort, percentile
from engine.store import open_store
from zones.instant import SECOND

_NOW: Final = FLIP + 60 * SECOND
_CALM_S: Final = 2
_PATIENCE_S: Final = 900.0
_POLL_S: Final = 0.1


class Storm(NamedTuple):
    """What came of it."""

    calm: Found
    live: Found
    positions: int
    uploaded_s: float
    """In which the broker had taken the backlog."""
    drained_s: float


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    if mosquitto_program() is None:
        print("left out: mosquitto is not on the PATH")
        return []
    country = Country(effort.pick(4_000, 254_700), effort.pick(2_000, 10_000))
    storm = asyncio.run(_measured(country, effort.pick(2, 30)))
    asked = f"{storm.positions:,} positions of an hour's backlog, in {storm.uploaded_s:.0f} s"
    return [
        Row(
            id="storm_p99_s",
            question=f"{asked}: publish → alert of now, p99?",
            value=percentile(storm.live.committed_s, 0.99),
            unit="s",
            rival="the same before the storm",
            rival_value=percentile(storm.calm.committed_s, 0.99),
        ),
        Row(
            id="storm_drained",
            question="How fast is the backlog taken meanwhile?",
            value=storm.positions / storm.drained_s,
            unit="positions/s",
            rival="as fast as such positions come in life",
            rival_value=RATE_PER_S,
        ),
    ]


async def _measured(country: Country, seconds: int) -> Storm:
    lives, connected = Lives(country, FLIP), range(country.wearers)[-country.wearers // 10 :]
    away = range(connected.start)
    visitors = visitors_of(country, (seconds + _CALM_S) * ALERTS_PER_S)
    first, later = visitors[: _CALM_S * ALERTS_PER_S], visitors[_CALM_S * ALERTS_PER_S :]
    heard = with_visits(lives, visitors, -1)[connected.start :]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = country_store(country, folder / "engine.db")
        async with (
            broker("mosquitto", folder / "broker") as ours,
            engine(ours, url, folder, _NOW) as judging,
            uploading(ours.vendor_url, country, FLIP, away) as upload,
        ):
            for sent in (lives.minute(-1 - MINUTES, away), heard):
                await drained(judging, ours, sent, len(sent))
            with closing(open_store(url)) as store:
                among = range(connected.start, visitors[0])
                calm_s = _NOW + 10 * SECOND
                calm = await run(
                    judging,
                    store,
                    ours.vendor_url,
                    *schedule(lives, first, among, _CALM_S, _NOW, seq_of(0)),
                )
                seq = seq_of(1 + _CALM_S * RATE_PER_S // len(among))
                before = await judging.taken()
                await upload.begin()
                began = time.monotonic()
                live = await run(
                    judging,
                    store,
                    ours.vendor_url,
                    *schedule(lives, later, among, seconds, calm_s, seq),
                )
                positions = len(away) * MINUTES
                await _until(judging, before + positions + seconds * RATE_PER_S)
                drained_s = time.monotonic() - began
                uploaded_s = await upload.done_s()
    return Storm(calm, live, positions, uploaded_s, drained_s)


async def _until(judging: Consumer, goal: int) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while await judging.taken() < goal:
            await asyncio.sleep(_POLL_S)
