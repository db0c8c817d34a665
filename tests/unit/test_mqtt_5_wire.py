"""When the wire of MQTT 5 reads at once and when it rests."""

import asyncio
from collections.abc import Callable

import mqtt5
import pytest

from engine.sources import unacknowledged
from engine.sources.inbox import Inbox
from engine.sources.mqtt_5_wire import LOAD_S, REST_S, Mqtt5Wire
from engine.sources.source import Delivery
from engine.sources.unacknowledged import Unacknowledged

PING = mqtt5.PingRespPacket().write()
MESSAGE = mqtt5.PublishPacket("t", b"{}").write()


class Timer:
    """What can be called off."""

    def __init__(self, clockwork: "Clockwork") -> None:
        self._clockwork = clockwork

    def cancel(self) -> None:
        self._clockwork.timer = None


class Clockwork(asyncio.Transport):
    """A transport and a clock that a test turns by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 100.0
        self.reading = True
        self.timer: tuple[float, Callable[[], None]] | None = None

    def time(self) -> float:
        return self.now_s

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Timer:
        assert self.timer is None
        self.timer = (self.now_s + delay_s, call)
        return Timer(self)

    def is_reading(self) -> bool:
        return self.reading

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return False

    def run_timer(self, late_s: float = 0.0) -> None:
        assert self.timer is not None
        (self.now_s, call), self.timer = self.timer, None
        self.now_s += late_s
        call()


@pytest.fixture
def clockwork() -> Clockwork:
    """A transport and clock at rest."""
    return Clockwork()


@pytest.fixture
async def inbox() -> Inbox:
    """Where deliveries wait."""
    return Inbox()


@pytest.fixture
async def wire(inbox: Inbox, clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch) -> Mqtt5Wire:
    """A wire on that transport and clock."""
    made = Mqtt5Wire(Unacknowledged(inbox, 100), lambda: 0, lambda _packet: None)
    monkeypatch.setattr(made, "_loop", clockwork)
    made.connection_made(clockwork)
    return made


def arrive(wire: Mqtt5Wire, packet: bytes = MESSAGE) -> None:
    """Let a packet arrive."""
    wire.get_buffer(-1)[: len(packet)] = packet
    wire.buffer_updated(len(packet))


async def test_idle_reading_never_rests(wire: Mqtt5Wire, clockwork: Clockwork) -> None:
    """Packets further apart than the bound are each read as they come."""
    for _ in range(5):
        arrive(wire)
        assert clockwork.reading
        clockwork.now_s += LOAD_S * 1.01
    assert clockwork.timer is None


async def test_under_load_each_read_is_followed_by_a_rest_of_the_stated_length(
    wire: Mqtt5Wire, clockwork: Clockwork
) -> None:
    """What comes soon after a read, or after a rest, makes reading rest for `REST_S`."""
    arrive(wire)
    clockwork.now_s += LOAD_S * 0.99
    for _ in range(5):
        arrive(wire)
        assert not clockwork.reading
        assert clockwork.timer is not None
        assert clockwork.timer[0] - clockwork.now_s == pytest.approx(REST_S)
        clockwork.run_timer(late_s=0.001)
        assert clockwork.reading
        clockwork.now_s += LOAD_S * 0.99


async def test_the_rests_end_with_the_load(wire: Mqtt5Wire, clockwork: Clockwork) -> None:
    """When nothing comes soon after a rest, the next packet is read without one."""
    arrive(wire)
    arrive(wire)
    clockwork.run_timer()
    clockwork.now_s += LOAD_S * 1.01
    arrive(wire)
    assert clockwork.reading
    assert clockwork.timer is None


async def test_a_rest_ends_as_soon_as_somebody_waits(
    wire: Mqtt5Wire, inbox: Inbox, clockwork: Clockwork
) -> None:
    """What has come meanwhile is read when it can be taken, and not only when the rest is over."""
    arrive(wire)
    arrive(wire)
    assert (clockwork.reading, clockwork.timer is None) == (False, False)
    inbox.take()
    waiting = asyncio.create_task(inbox.next())
    await asyncio.sleep(0)
    assert (clockwork.reading, clockwork.timer) == (True, None)
    arrive(wire)
    assert len(await waiting) == 1


async def test_reading_does_not_rest_while_somebody_waits_for_nothing(
    wire: Mqtt5Wire, clockwork: Clockwork
) -> None:
    """An answer of the broker's under way to a message does not make that one wait."""
    arrive(wire)
    arrive(wire, PING)
    assert clockwork.reading


async def test_reading_rests_while_too_many_bytes_wait(
    wire: Mqtt5Wire, inbox: Inbox, clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the bound it begins again only when what waits was taken; silence is no fault then."""
    monkeypatch.setattr(unacknowledged, "MOST_WAITING_BYTES", 10)
    inbox.put([Delivery("t", b"x" * 11, 0, 1)])
    arrive(wire)
    for _ in range(3):
        assert not clockwork.reading
        wire.heard()
        assert wire.heard()
        clockwork.run_timer()
    inbox.take()
    clockwork.run_timer()
    assert clockwork.reading
    assert not wire.heard()


def test_the_bounds_are_those_of_the_documentation() -> None:
    """docs/mqtt.md states four milliseconds and one."""
    assert (REST_S, LOAD_S) == (0.004, 0.001)
