"""Faults disturb delivery as their names say, and change nothing else."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import faults
from simulators.device import (
    MAX_POSITIONS,
    Event,
    Message,
    Sending,
    deliver,
    report,
    topic,
    wire,
)
from simulators.fix import Fix
from zones.instant import HOUR, MINUTE, SECOND, parse, render

START = parse("2026-03-10T21:00:00Z")


def _sendings(count: int = 60, seed: int = 1) -> list[Sending]:
    due = [START + k * MINUTE for k in range(count)]
    fixes = [Fix(at, -23.5, -46.6 + k * 1e-5, 10.0, "gnss") for k, at in enumerate(due)]
    return report("D1", due, fixes, np.random.default_rng(seed))


def _messages(sendings: list[Sending]) -> Counter[Message]:
    return Counter(message for sending in sendings for message in sending.messages)


def _sorted(sendings: list[Sending]) -> bool:
    times = [sending.at for sending in sendings]
    return times == sorted(times)


@given(seed=st.integers(0, 10_000), window=st.integers(1, 12), chance=st.floats(0, 1))
def test_delay_and_reorder_keep_every_message_once(seed: int, window: int, chance: float) -> None:
    """Whatever the order of arrival, the messages are the same, and none arrives early."""
    rng, sent = np.random.default_rng(seed), _sendings(30)
    made = {message: sending.at for sending in sent for message in sending.messages}
    for changed in (faults.delay(sent, chance, rng), faults.reorder(sent, window, rng)):
        assert _messages(changed) == _messages(sent)
        assert _sorted(changed)
        assert all(sending.at >= made[sending.messages[0]] for sending in changed)


@given(seed=st.integers(0, 10_000), chance=st.floats(0, 1))
def test_duplicates_add_only_copies(seed: int, chance: float) -> None:
    """Every message arrives once or twice, its copy not before it."""
    sent = _sendings(30)
    doubled = faults.duplicate(sent, chance, np.random.default_rng(seed))
    counts = _messages(doubled)
    assert set(counts) == set(_messages(sent))
    assert set(counts.values()) <= {1, 2}
    assert _sorted(doubled)
    first: dict[Message, int] = {}
    for sending in doubled:
        first.setdefault(sending.messages[0], sending.at)
    assert [first[s.messages[0]] for s in sent] == [s.at for s in sent]


@given(
    first=st.integers(0, 70), length=st.integers(0, 70), batch=st.integers(1, MAX_POSITIONS + 500)
)
def test_offline_uploads_everything_in_arrays(first: int, length: int, batch: int) -> None:
    """Nothing arrives while offline, and everything does afterwards, in arrays within the limit."""
    sent = _sendings()
    start, end = START + first * MINUTE, START + (first + length) * MINUTE
    changed = faults.offline(sent, start, end, batch)
    assert _messages(changed) == _messages(sent)
    assert not any(start <= sending.at < end for sending in changed)
    assert max(len(sending.messages) for sending in changed) <= batch
    assert _sorted(changed)


def test_no_array_is_larger_than_the_contract_allows() -> None:
    """Asked for larger arrays, an upload still keeps to 1,000 positions each."""
    changed = faults.offline(_sendings(1_500), START, START + 2_000 * MINUTE, 5_000)
    assert [len(sending.messages) for sending in changed] == [1_000, 500]


def test_reordering_really_reorders() -> None:
    """Shuffled in sixes, some message arrives before an older one."""
    changed = faults.reorder(_sendings(), 6, np.random.default_rng(2))
    numbers = [sending.messages[0].seq for sending in changed]
    assert numbers != sorted(numbers)


def test_dropping_loses_about_its_share() -> None:
    """With a chance of 0.3 about 0.3 of the messages are lost, and the rest is untouched."""
    sent = _sendings(2_000)
    kept = faults.drop(sent, 0.3, np.random.default_rng(1))
    assert len(kept) / len(sent) == pytest.approx(0.7, abs=0.05)
    assert set(_messages(kept)) < set(_messages(sent))


def test_silence_is_for_ever() -> None:
    """What was due in the silence never comes."""
    changed = faults.silence(_sendings(), START + 10 * MINUTE, START + 20 * MINUTE)
    numbers = [sending.messages[0].seq for sending in changed]
    assert numbers == [*range(1, 11), *range(21, 61)]


def test_lost_positions_leave_the_call_ins() -> None:
    """The messages still come, numbered as before, without positions for the time given."""
    sent = _sendings()
    changed = faults.lose_positions(sent, START + 10 * MINUTE, START + 20 * MINUTE)
    assert [s.at for s in changed] == [s.at for s in sent]
    empty = [s.messages[0].seq for s in changed if not s.messages[0].positions]
    assert empty == list(range(11, 21))


def test_a_skewed_clock_moves_every_time_the_device_writes() -> None:
    """Fix times, event times and `sent_at` move together; arrival and places do not."""
    event = Event("strap_tamper", "start", START + 15 * MINUTE)
    sent = faults.raise_event(_sendings(), event)
    start, end = START + 10 * MINUTE, START + 20 * MINUTE
    changed = faults.skew_clock(sent, start, end, -HOUR)
    for before, after in zip(sent, changed, strict=True):
        shift = -HOUR if start <= before.at < end else 0
        (was,), (now,) = before.messages, after.messages
        assert after.at == before.at
        assert now.sent_at == was.sent_at + shift
        assert [f.fix_time for f in now.positions] == [f.fix_time + shift for f in was.positions]
        assert [e.time for e in now.events] == [e.time + shift for e in was.events]
        assert [(f.lat, f.lon) for f in now.positions] == [(f.lat, f.lon) for f in was.positions]


def test_a_flat_battery_falls_warns_and_dies() -> None:
    """The charge never rises, the three alarms come in order once each, then nothing comes."""
    low, critical, dead = (START + k * MINUTE for k in (10, 20, 30))
    changed = faults.flat_battery(_sendings(), low, critical, dead)
    levels = [sending.messages[0].battery_pct for sending in changed]
    assert all(a >= b for a, b in pairwise(levels) if a and b)
    told = [(e.type, e.time) for s in changed for e in s.messages[0].events]
    assert told == [("battery_low", low), ("battery_critical", critical), ("battery_dead", dead)]
    assert dead <= changed[-1].at < dead + MINUTE + 3 * SECOND
    assert levels[-1] == 1


def test_a_cut_strap_is_told_once_and_not_ended() -> None:
    """One event, in the first message made at or after the cut."""
    cut = START + 7 * MINUTE + 5 * SECOND
    changed = faults.cut_strap(_sendings(), cut)
    told = [(s.messages[0].seq, s.messages[0].events) for s in changed if s.messages[0].events]
    assert told == [(9, (Event("strap_tamper", "start", cut),))]


def test_messages_follow_the_wire_contract() -> None:
    """Field names, units and times are the contract's; what is unknown is left out."""
    fix = Fix(START, -23.5, -46.6, 12.5, "gnss", satellites=8, hdop=1.1, speed_mps=1.2)
    event = Event("case_tamper", "end", START)
    message = Message("D1", 7, START + SECOND, (fix,), (event,), 55.0, True)
    assert wire(message) == {
        "device": "D1",
        "seq": 7,
        "sent_at": "2026-03-10T21:00:01Z",
        "positions": [
            {
                "time": render(START),
                "lat": -23.5,
                "lon": -46.6,
                "accuracy_m": 12.5,
                "mechanism": "gnss",
                "hdop": 1.1,
                "satellites": 8,
                "speed_mps": 1.2,
            }
        ],
        "events": [{"type": "case_tamper", "state": "end", "time": render(START)}],
        "battery_pct": 55.0,
        "charging": True,
    }
    bare = Message("D1", 8, START, (replace(fix, accuracy_m=None, hdop=None, satellites=None),))
    assert set(wire(bare)) == {"device", "seq", "sent_at", "positions"}
    assert "accuracy_m" not in wire(bare)["positions"][0]


def test_a_single_message_is_an_object_and_several_are_an_array() -> None:
    """Deliveries come in order of arrival on the device's topic."""
    one, two, three = _sendings(3)
    array = Sending(one.at - SECOND, (one.messages[0], two.messages[0]))
    first, second = deliver([three, array], "vendor")
    assert [len(msgspec.json.decode(first.payload)), first.at] == [2, one.at - SECOND]
    assert msgspec.json.decode(second.payload)["seq"] == 3
    assert first.topic == second.topic == topic("vendor", "D1")
    assert first.topic == "ringfence/v1/vendor/D1/telemetry"


def test_messages_are_numbered_and_the_battery_falls() -> None:
    """A device counts without gaps and loses 1.5 % an hour."""
    sent = _sendings(600)
    messages = [sending.messages[0] for sending in sent]
    assert [message.seq for message in messages] == list(range(1, 601))
    assert messages[0].battery_pct == 90
    assert messages[-1].battery_pct == pytest.approx(90 - 15, abs=1)


def test_a_call_in_without_a_fix_has_no_position() -> None:
    """The message is sent all the same."""
    (sending,) = report("D1", [START], [], np.random.default_rng(1))
    assert sending.messages[0].positions == ()


def test_impossible_sendings_are_refused() -> None:
    """Two devices in one publish, none, or too many positions are errors that say which."""
    one, two = _sendings(2)
    other = replace(two.messages[0], device="D2")
    with pytest.raises(ValueError, match=r"devices \['D1', 'D2'\]"):
        deliver([Sending(START, (one.messages[0], other))], "v")
    with pytest.raises(ValueError, match="devices"):
        deliver([Sending(START, ())], "v")
    with pytest.raises(ValueError, match="positions number 1001"):
        deliver([Sending(START, one.messages * 1_001)], "v")
