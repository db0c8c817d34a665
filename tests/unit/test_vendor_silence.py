"""When a vendor counts as silent, and what that makes of the call-ins missed meanwhile."""

import pytest

from engine.core.episode import EpisodeKind, EpisodeState
from engine.core.raising import worth_an_alert
from engine.core.self_watch import Level
from engine.core.vendor_silence import (
    Expectation,
    called_in,
    confirmed,
    excused,
    silence,
    vendor_signal,
)
from tests.store_values import T0, episode
from zones.instant import MINUTE, SECOND


@pytest.mark.parametrize(
    ("devices", "interval_s", "after_s", "silent"),
    [
        (100, 60, 59, False),  # much is due, but a minute is nothing
        (100, 60, 60, True),
        (2, 10, 3600, False),  # two devices can fail by themselves
        (3, 60, 199, False),
        (3, 60, 200, True),  # ten messages were due
        (50, 600, 119, False),
        (50, 600, 120, True),
        (0, 60, 3600, False),
    ],
)
def test_silent_is_who_owes_many_messages_of_several_devices(
    devices: int, interval_s: int, after_s: int, silent: bool
) -> None:
    """At least three devices, ten messages due, and a minute."""
    expected = [Expectation(T0, interval_s * SECOND)] * devices
    found = silence(T0, T0 + after_s * SECOND, expected)
    assert (found is not None) == silent
    if found is not None:
        assert found.devices == devices
        assert found.messages_due == pytest.approx(devices * after_s / interval_s)


def test_a_device_owes_from_when_it_was_put_on() -> None:
    """What was put on a moment ago has nothing to say yet; what is to be put on, neither."""
    now = T0 + 10 * MINUTE
    new = [Expectation(now - MINUTE, MINUTE), Expectation(now + MINUTE, MINUTE)]
    assert silence(T0, now, [Expectation(T0, MINUTE), *new]) is None
    found = silence(T0, now, [Expectation(T0, MINUTE)] * 2 + new)
    assert found is not None
    assert (found.devices, found.messages_due) == (3, 21)


def test_its_signal_says_what_a_person_needs() -> None:
    """Since when, how many devices and messages; before anything was heard it is unknown."""
    now = T0 + 5 * MINUTE
    found = silence(T0, now, [Expectation(T0, MINUTE)] * 300, missed=12)
    signal = vendor_signal("acme", found, now, heard=True)
    assert (signal.level, signal.since, signal.key.subject) == (Level.HOLDS, T0, "vendor/acme")
    assert signal.detail == (
        "nothing was received from acme for 5 min: 300 devices are worn, 1,500 messages were due, "
        "12 call-ins missed meanwhile make no alerts of their own"
    )
    levels = [vendor_signal("acme", None, now, heard=heard).level for heard in (True, False)]
    assert levels == [Level.CLEAR, Level.BETWEEN]


def test_an_excused_call_in_is_recorded_and_no_alert() -> None:
    """It is pending; brief without an alert if the device calls in; confirmed with one if not."""
    missed = episode(kind=EpisodeKind.MISSED_CALL_IN)
    waiting = excused(missed, "acme", T0)
    assert (waiting.state, waiting.confirmed_at) == (EpisodeState.PENDING, None)
    assert waiting.caused_by == "vendor/acme"
    assert called_in(waiting) is EpisodeState.BRIEF
    assert called_in(missed) is EpisodeState.CONFIRMED
    late = confirmed(waiting, T0 + MINUTE)
    assert (late.state, late.confirmed_at) == (EpisodeState.CONFIRMED, T0 + MINUTE)
    assert worth_an_alert(late)
    brief = episode(state=EpisodeState.BRIEF, caused_by="vendor/acme")
    assert not worth_an_alert(brief)
    assert worth_an_alert(episode(state=EpisodeState.BRIEF))
