"""What does it cost that time passes, for a quarter of a million wearers at once?

At 19:00 every curfew opens, one wearer in twenty is out, and every device is expected to have been
heard. What has to be looked at is known beforehand, so a look compares two columns with the time.
The rivals do what would be done without that: judge everyone, pop every deadline from a heap.
"""

import heapq
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from benchmarks.alone import ToldClock
from benchmarks.crowd import EVENING, MORNING, OUT_SHARE, Member, enrolled, supervised
from benchmarks.row import Row
from benchmarks.timing import Effort, seconds
from engine.case import Case
from engine.caseload import Caseload
from engine.core.docket import Docket, History, judge, open_docket
from engine.core.fold import Fold
from engine.service import Service
from engine.sources.memory import MemorySource
from engine.store import migrate, open_store
from zones.instant import MINUTE, SECOND, Instant

NOTHING = History(lambda _at: None, lambda _at: (), lambda _at: ())
SAMPLE = 1_000
"""Most dockets that the rival judges; its time is scaled up."""


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    count = effort.pick(500, 250_000)
    return [*_looks(count), *_stored(effort.pick(20, 12_500))]


def _looks(count: int) -> list[Row]:
    caseload, rival_s = _crowd(count)
    due = [caseload.due(EVENING) for _ in range(3)]
    if any(due):
        raise AssertionError(f"{len(due[0])} wearers are due at 19:00, and nothing is to be shown")
    flip_s = median(seconds(lambda: caseload.due(EVENING)) for _ in range(9))
    since = EVENING - 30 * SECOND
    now = since + 5 * MINUTE
    if len(caseload.call_ins_missed(now, since)) != count:
        raise AssertionError("not all have missed the call-in that all were due to make")
    look_s = median(seconds(lambda: caseload.call_ins_missed(now - 1, since)) for _ in range(9))
    slice_s = median(seconds(lambda: caseload.call_ins_missed(now, since, 1_000)) for _ in range(9))
    heap = [(now, number) for number in range(count)]
    heap_s = seconds(lambda: [heapq.heappop(heap) for _ in range(count)])
    return [
        Row(
            id=f"timers-flip-{count}",
            question=f"19:00, the curfews of {count:,} wearers open, 5 % are out: what is to do?",
            value=flip_s * 1e3,
            unit="ms",
            rival=f"judging each anew ({min(SAMPLE, count // 4):,} judged, scaled)",
            rival_value=rival_s * count * 1e3,
        ),
        Row(
            id=f"timers-deadlines-{count}",
            question=f"Are any of {count:,} call-ins missed? None is",
            value=look_s * 1e3,
            unit="ms",
            rival="popping them from a heap",
            rival_value=heap_s * 1e3,
        ),
        Row(
            id=f"timers-deadlines-all-{count}",
            question=f"All {count:,} call-ins are missed at once: the first 1,000 to tell?",
            value=slice_s * 1e3,
            unit="ms",
            rival="popping them from a heap",
            rival_value=heap_s * 1e3,
        ),
    ]


def _crowd(count: int) -> tuple[Caseload, float]:
    """Return a caseload at 18:59:30, and seconds to judge one at 19:00."""
    caseload = Caseload()
    sample: list[tuple[Fold, Docket]] = []
    for member, supervision in supervised(count):
        fold = caseload.fold(supervision)
        at = EVENING - 30 * SECOND
        report = member.position(at, out=member.number % OUT_SHARE == 0)
        judged = judge(open_docket(supervision), fold, [report], at, NOTHING)
        docket = Docket(supervision=supervision, state=judged.state, due=judged.due)
        caseload.put([Case(docket=docket, newest=report.key)])
        if len(sample) < min(SAMPLE, count // 4):
            sample.append((fold, docket))
    took = seconds(lambda: [judge(each, fold, (), EVENING, NOTHING) for fold, each in sample])
    return caseload, took / len(sample)


def _stored(count: int) -> list[Row]:
    """Return what is to be written when many are out at the end."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'crowd.db'}"
        migrate(url)
        with closing(open_store(url)) as store:
            crowd = [Member(number) for number in range(count)]
            with store.write() as transaction:
                enrolled(transaction.registry, crowd)
            clock = ToldClock(MORNING - 2 * MINUTE)
            service = Service(store, MemorySource(clock.now), clock)
            service._load()
            take_s = seconds(lambda: _out(service, clock, crowd))
            clock.time = MORNING
            slices = _until_done(service._tick)
            if service._caseload.due(MORNING):
                raise AssertionError("somebody is still due after the tick")
    return [
        Row(
            id=f"timers-end-{count}",
            question=f"07:00, {count:,} absences end: all episodes and alerts committed?",
            value=sum(slices) * 1e3,
            unit="ms",
            rival="taking two positions from each",
            rival_value=take_s * 1e3,
        ),
        Row(
            id=f"timers-end-longest-{count}",
            question="… of that: the longest time no batch could be taken",
            value=max(slices) * 1e3,
            unit="ms",
            rival="of all together",
            rival_value=sum(slices) * 1e3,
        ),
    ]


def _out(service: Service, clock: ToldClock, crowd: list[Member]) -> None:
    for seq, before in enumerate((90 * SECOND, 30 * SECOND), 1):
        at: Instant = MORNING - before
        clock.time = at + SECOND
        for first in range(0, len(crowd), 1_000):
            part = crowd[first : first + 1_000]
            service._take([each.delivery(at, out=True, seq=seq) for each in part])


def _until_done(tick: Callable[[], bool]) -> list[float]:
    """Return how long each tick took, until nothing is left to do."""
    took: list[float] = []
    more = True
    while more:
        began = time.perf_counter()
        more = tick()
        took.append(time.perf_counter() - began)
    return took
