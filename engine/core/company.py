"""Company: where a wearer and the protected persons he must keep away from were last judged to be.

Each device of a protected person is admitted by the rule of plausibility, as it is in her own fold,
and by its content alone. Where a person wears two for a time, she is where the newer position is.
"""

from typing import NamedTuple

import msgspec

from engine.core.counterpart import Counterpart
from engine.core.pair import Pair, Whereabouts, pair_of
from engine.core.plausibility import MAX_SPEED_MPS, Admission, Admitted, admit, implied_speed_mps
from engine.core.position import Position
from zones.instant import Duration, Instant


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """One device of a protected person, as a wearer's fold follows it."""

    person_id: str
    activation_id: int
    admission: Admission = Admission()
    speed_mps: float = 0.0
    """Implied by its last two judged positions."""

    @property
    def place(self) -> Whereabouts | None:
        """Return where it was last judged to be."""
        last = self.admission.last
        return None if last is None else Whereabouts(last, self.speed_mps)


class Company(NamedTuple):
    """Who was where, as of a report."""

    own: Whereabouts | None
    others: tuple[Followed, ...]

    def place_of(self, person_id: str) -> Whereabouts | None:
        """Return the newest place of a protected person."""
        places = [each.place for each in self.others if each.person_id == person_id]
        known = [place for place in places if place is not None]
        return max(known, key=_newest, default=None)

    def pair(self, person_id: str, at: Instant, age: Duration) -> Pair | None:
        """Return the pair with a protected person as of an instant; None if either is too old."""
        own, other = self.own, self.place_of(person_id)
        if own is None or other is None or not own.holds(at, age) or not other.holds(at, age):
            return None
        return pair_of(person_id, own, other, at)

    def latest_pair(self, person_id: str, not_before: Instant, age: Duration) -> Pair | None:
        """Return the pair as of its newer position, or of a later instant if that is given."""
        own, other = self.own, self.place_of(person_id)
        if own is None or other is None:
            return None
        at = max(own.position.fix_time, other.position.fix_time, not_before)
        return self.pair(person_id, at, age)


def _newest(place: Whereabouts) -> tuple[Instant, int, bytes, int]:
    return (*place.position.key, place.position.activation_id)


def speed_into(last: Position | None, position: Position) -> float:
    """Return the speed in m/s that a judged position implies from the one before it.

    One that nobody reaches tells that the place before was wrong, and nothing of a movement: 0.
    """
    speed_mps = 0.0 if last is None else implied_speed_mps(last, position)
    return speed_mps if speed_mps <= MAX_SPEED_MPS else 0.0


def followed_at(others: tuple[Followed, ...], counterpart: Counterpart) -> Followed:
    """Return what is known of the device a counterpart is of."""
    for each in others:
        if each.activation_id == counterpart.stream and each.person_id == counterpart.person_id:
            return each
    return Followed(person_id=counterpart.person_id, activation_id=counterpart.stream)


def admit_counterpart(
    others: tuple[Followed, ...], counterpart: Counterpart, *, trusted: bool
) -> tuple[tuple[Followed, ...], Admitted]:
    """Return who is where after a counterpart, and what becomes of it."""
    before = followed_at(others, counterpart)
    position = counterpart.position
    admitted = admit(before.admission, position, trusted=trusted)
    if admitted.proved is not None:
        return others, admitted
    speed_mps = before.speed_mps
    if admitted.verdict is None:
        speed_mps = speed_into(before.admission.last, position)
    after = msgspec.structs.replace(before, admission=admitted.admission, speed_mps=speed_mps)
    kept = [each for each in others if each is not before]
    return tuple(sorted((*kept, after), key=_device)), admitted


def _device(followed: Followed) -> tuple[str, int]:
    return followed.person_id, followed.activation_id
