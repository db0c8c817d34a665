"""The sentence about an alert: every kind, however it stands, by the wearer's clocks."""

from typing import Any

import msgspec
import pytest

from engine.core.alert import Alert, CollapseKey
from engine.core.episode import (
    Bound,
    CounterpartEvidence,
    Episode,
    EpisodeKind,
    EpisodeState,
    Evidence,
)
from engine.core.gist import Depth, Gist, gist_of
from engine.core.gist_words import SAID, length_of, metres, sentence
from tests.store_values import alert
from zones.instant import DAY, HOUR, MINUTE, SECOND, parse
from zones.membership import probability_inside

BERLIN = "Europe/Berlin"
START = parse("2026-03-01T21:14:20Z")
NOW = parse("2026-03-01T22:30:00Z")
OPENED = parse("2026-03-01T20:36:00Z")
ENDED = Bound(START + 47 * MINUTE, START + 48 * MINUTE, START + 48 * MINUTE)
K = EpisodeKind


def bound(spread_s: int, at: int = START) -> Bound:
    """Return a bound that is so many seconds wide."""
    return Bound(at - spread_s * SECOND, at, at)


def gist(**changed: object) -> Gist:
    """Return the gist of a curfew left, far away, still running."""
    fields: dict[str, Any] = {
        "kind": K.CURFEW_LEFT_DURING,
        "state": EpisodeState.CONFIRMED,
        "zone_id": "HOME",
        "started": bound(60),
        "ended": None,
        "several": True,
        "window_start": OPENED,
        "depth": Depth(metres=-1243.7, accuracy_m=9.2, probability_inside=0.0),
    }
    return Gist(**{**fields, **changed})


def said(of: Gist, now: int = NOW, timezone: str = BERLIN, **changed: object) -> str:
    """Return the sentence about an alert with a gist."""
    made: Alert = alert(1, kind=of.kind, **changed)
    return sentence(made, of, {"HOME": "home"}.get, timezone, now)  # type: ignore[arg-type]


def test_what_a_condition_adds_follows_what_happened() -> None:
    """How far into the curfew stands beside when; a detail goes on in the sentence."""
    out = gist(kind=K.CURFEW_OUT_AT_END, ended=ENDED, depth=None, detail="Beacon lost. Twice.")
    assert said(out) == (
        "Outside home from 22:14 to 23:02 (48 min), 38 min into curfew, not back when the curfew "
        "ended; beacon lost. Twice"
    )


def test_a_person_would_say_it() -> None:
    """What, since when by local clocks, how far into the curfew, how far, how sure."""
    assert said(gist()) == (
        "Outside home since 22:14, 38 min into curfew; up to 1,240 m away, accuracy 9 m, certain"
    )
    once = gist(several=False)
    assert said(once).endswith("; 1,240 m away, accuracy 9 m, certain")
    assert said(gist(), timezone="America/New_York").startswith("Outside home since 16:14, ")


@pytest.mark.parametrize(
    ("started", "ended", "words"),
    [
        (bound(120), None, "since 22:14"),
        (bound(600), None, "since about 22:14"),
        (bound(3600), None, "since some time between 21:14 and 22:14"),
        (Bound(None, START, START), None, "since 22:14 at the latest"),
        (bound(60), ENDED, "from 22:14 to 23:02 (48 min)"),
        (bound(600), ENDED, "from about 22:14 to 23:02 (about 48 min)"),
        (bound(3600), ENDED, "from some time between 21:14 and 22:14 to 23:02"),
        (bound(0), bound(0), "at 22:14"),
        (bound(0), bound(0, START + 30 * SECOND), "at 22:14, for 30 s"),
    ],
)
def test_no_time_is_told_more_precisely_than_it_is_known(
    started: Bound, ended: Bound | None, words: str
) -> None:
    """A wide bound is told as one, and has no length to the minute."""
    whole = said(gist(kind=K.INCLUSION_LEFT, started=started, ended=ended, depth=None))
    assert whole == f"Outside home {words}"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (HOUR, "since 22:14"),
        (11 * HOUR, "since 22:14"),
        (26 * HOUR, "since Sun 22:14"),
        (7 * DAY, "since Sun 1 Mar 22:14"),
    ],
)
def test_the_day_is_told_where_the_time_would_mislead(ago: int, words: str) -> None:
    """Last night is the time alone, the day before its day, last week its date."""
    assert said(gist(kind=K.STRAP_TAMPER, depth=None), START + ago) == f"Strap tamper {words}"


def test_the_day_is_told_once() -> None:
    """What began and ended on one day names it at the beginning only."""
    tamper = gist(kind=K.STRAP_TAMPER, ended=ENDED, depth=None)
    assert said(tamper, START + 26 * HOUR) == "Strap tamper from Sun 22:14 to 23:02 (48 min)"
    longer = Bound(START + DAY, START + DAY, START + DAY)
    over = msgspec.structs.replace(tamper, ended=longer)
    assert "from Sun 22:14 to Mon 22:14 (24 h)" in said(over, START + 48 * HOUR)


def test_nobody_is_said_to_be_where_nothing_says_so() -> None:
    """Without a position that holds, the sentence says since when nothing is known."""
    unseen = gist(unconfirmed_since=START + 20 * MINUTE)
    assert said(unseen).endswith("certain; not known where since 22:34")
    assert "not known" not in said(msgspec.structs.replace(unseen, ended=ENDED))


def test_what_was_retracted_says_so_first() -> None:
    """It did not happen; what had been said of it follows, without how far or how sure."""
    assert said(gist(), retracted=True) == (
        "Retracted, by evidence that came later it did not happen: "
        "Outside home since 22:14, 38 min into curfew"
    )


def test_what_was_brief_pending_or_repeated_says_so() -> None:
    """Too little evidence is told, and how often it happened; a brief tamper is no doubtful one."""
    brief = gist(kind=K.EXCLUSION_ENTERED, state=EpisodeState.BRIEF, ended=ENDED, depth=None)
    assert said(brief).endswith("; over before the evidence was enough")
    assert said(gist(state=EpisodeState.PENDING)).endswith("; the evidence is not enough yet")
    assert said(gist(), count=3).endswith("; 3 times in this alert")
    tamper = gist(kind=K.CASE_TAMPER, state=EpisodeState.BRIEF, ended=ENDED, depth=None)
    assert said(tamper) == "Case tamper from 22:14 to 23:02 (48 min)"


def test_how_sure_is_no_more_than_it_is() -> None:
    """Certain is above 99.99 %; below 99 % the whole per cent is told."""
    for distance_m, words in ((-60.0, "certain"), (-24.0, "more than 99 % sure"), (-14.0, "98 %")):
        sure = Depth(
            metres=distance_m,
            accuracy_m=10.0,
            probability_inside=probability_inside(distance_m, 10.0),
        )
        assert words in said(gist(depth=sure))


def test_distances_are_rounded_to_what_their_accuracy_bears() -> None:
    """Metres near by, tens from a kilometre on or of a coarse position, then kilometres."""
    assert metres(37.4, 9) == "37 m"
    assert metres(1243.7, 9) == "1,240 m"
    assert metres(437, 35) == "440 m"
    assert metres(437, 150) == "450 m"
    assert metres(12_345, 9) == "12.3 km"
    assert metres(12_345, 800) == "12 km"
    assert metres(0.3, 5) == "less than 1 m"


def test_in_a_ring_nothing_is_said_to_be_sure_of_the_zone() -> None:
    """How near is told, not how sure of being in the zone, which nobody claims."""
    ring = said(gist(kind=K.BUFFER_ENTERED))
    assert ring == "In the ring round home since 22:14; 1,240 m away, accuracy 9 m"


def test_lengths_are_told_in_one_or_two_units() -> None:
    """Seconds below two minutes, then minutes, hours, days."""
    lengths = (45 * SECOND, 119 * SECOND, 150 * SECOND, 62 * MINUTE, 8 * HOUR, 51 * HOUR, 72 * HOUR)
    told = ["45 s", "119 s", "2 min", "1 h 2 min", "8 h", "2 d 3 h", "3 d"]
    assert [length_of(each) for each in lengths] == told


def test_silence_counts_from_the_last_that_was_heard() -> None:
    """When a call-in was due is not since when nothing was heard, and both are told."""
    heard = Bound(START - 2 * HOUR, START, START)
    missed = gist(kind=K.MISSED_CALL_IN, started=heard, depth=None, zone_id=None)
    assert said(missed) == "Nothing received from the device since 20:14, due by 22:14"
    over = msgspec.structs.replace(missed, ended=ENDED)
    assert said(over).endswith("since 20:14, due by 22:14, heard again at 23:02")
    never = msgspec.structs.replace(missed, kind=K.NEVER_REPORTED)
    assert said(never) == ("Nothing ever received from the device: put on 20:14, due by 22:14")


def test_a_pair_says_how_near_and_never_where() -> None:
    """Of a protected person the distance and its uncertainty are told, and her id."""
    other = CounterpartEvidence(
        person_id="p1",
        activation_id=2,
        fix_time=START,
        seq=1,
        digest=b"",
        lat=52.123456,
        lon=13.654321,
        accuracy_m=8.0,
        at=START,
        distance_m=212.4,
        limit_m=500.0,
        sigma_m=22.8,
    )
    seen = Evidence(
        fix_time=START,
        seq=1,
        digest=b"",
        lat=52.1,
        lon=13.6,
        accuracy_m=8.0,
        zone_id="protected/p1",
        zone_version=0,
        signed_distance_m=287.6,
        probability_inside=1.0,
        counterpart=other,
        role="deepest",
    )
    near = Episode(
        activation_id=1,
        condition_id="c1",
        condition_version=1,
        zone_id="protected/p1",
        kind=K.PROXIMITY,
        state=EpisodeState.CONFIRMED,
        started=bound(60),
        ended=None,
        positions=3,
        max_depth_m=287.6,
        evidence=(seen,),
    )
    words = said(gist_of(near))
    assert words == (
        "Too near to protected person p1 since 22:14; 210 m apart, give or take 23 m, "
        "500 m to be kept, certain"
    )
    assert b"52.1" not in msgspec.json.encode(gist_of(near))


@pytest.mark.parametrize("kind", EpisodeKind)
@pytest.mark.parametrize("ended", [None, ENDED])
@pytest.mark.parametrize("state", EpisodeState)
def test_every_kind_can_be_said_however_it_stands(
    kind: EpisodeKind, ended: Bound | None, state: EpisodeState
) -> None:
    """Running, over, brief, pending or retracted: one line with a time and without gaps."""
    for zone_id in ("HOME", None):
        for unknown in (None, START):
            made = gist(
                kind=kind, ended=ended, state=state, zone_id=zone_id, unconfirmed_since=unknown
            )
            key = CollapseKey("w1", "g", None, None, "" if zone_id else "vendor/acme")
            words = said(made, key=key, retracted=state is EpisodeState.RETRACTED)
            assert "22:14" in words
            assert not set("{}\n") & set(words)
            assert "  " not in words
            assert words[0].isupper()
            assert ("vendor acme" in words) == (zone_id is None)


def test_no_kind_is_without_words() -> None:
    """A kind that is added has to be said."""
    assert set(SAID) == set(EpisodeKind)
