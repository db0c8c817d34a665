"""Who is silent now: counted at once, the longest silent first."""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.canary import CANARY
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState, StoredEpisode
from engine.core.order import Activation
from engine.silences import Silences
from zones.instant import Instant

NOW = 1_000


def worn(number: int, ended_at: Instant | None = None, vendor: str = "acme") -> Activation:
    """Return an activation."""
    return Activation(
        activation_id=number,
        wearer_id=f"w{number}",
        vendor=vendor,
        device_id=f"D{number}",
        started_at=0,
        ended_at=ended_at,
    )


def missed(since: Instant, state: EpisodeState = EpisodeState.CONFIRMED) -> StoredEpisode:
    """Return a missed call-in of a device last heard at an instant."""
    episode = Episode(
        activation_id=1,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=EpisodeKind.MISSED_CALL_IN,
        state=state,
        started=Bound(since, since + 300, since + 300),
        ended=None,
        positions=0,
        max_depth_m=0.0,
    )
    return StoredEpisode(episode_id=1, revision=1, wearer_id="w1", updated_at=0, episode=episode)


@given(st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 900)), max_size=60))
def test_all_at_once_is_each_by_itself(changes: list[tuple[int, int | None]]) -> None:
    """After any changes those are silent whose last change says so, the longest silent first."""
    silences, since = Silences(), dict[int, int]()
    for number, heard in changes:
        silences.put(worn(number), None if heard is None else missed(heard))
        since.pop(number, None)
        if heard is not None:
            since[number] = heard
    found = silences.at(NOW, 5)
    assert found.devices == len(since)
    assert [since[each] for each in found.longest] == sorted(since.values())[:5]


def test_who_does_not_wear_it_any_more_is_not_silent() -> None:
    """A device that was taken off is silent no more; nor is the canary anybody."""
    silences = Silences()
    silences.put(worn(1, ended_at=NOW), missed(10))
    silences.put(worn(2, ended_at=NOW + 1), missed(20))
    silences.put(worn(3, vendor=CANARY), missed(1))
    assert silences.at(NOW, 5).longest == (2,)


def test_those_of_a_silent_vendor_are_told_apart() -> None:
    """A call-in that is missed while its vendor is silent is excused, until it is not."""
    silences = Silences()
    for number in range(3):
        silences.put(worn(number), missed(number, EpisodeState.PENDING))
    silences.put(worn(0), missed(0))
    found = silences.at(NOW, 1)
    assert (found.devices, found.excused, found.longest) == (3, 2, (0,))
