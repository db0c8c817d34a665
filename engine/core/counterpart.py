"""A counterpart is a position of a protected person, as the fold of a wearer sees it.

Who must keep away from her is judged by her positions too, so they are reports of his fold, in
event time among his own. They follow the person, not the device: whatever she wears, it is she.
A wearer's fold sees those measured while his device was on him, hers was on her, and a condition of
his named her; what it sees depends on what was measured and ordered, never on when it arrived.
"""

from collections.abc import Iterable, Iterator

import msgspec

from engine.core.order import Supervision
from engine.core.position import NEVER_JUDGED, Position
from engine.core.subject import about_protected
from zones.instant import Instant


class Counterpart(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One position of a protected person, as a report of a wearer's fold."""

    person_id: str
    position: Position

    @property
    def time(self) -> Instant:
        """Return when it was measured."""
        return self.position.fix_time

    @property
    def stream(self) -> int:
        """Return the activation it is of: each is plausible, or not, by itself."""
        return self.position.activation_id

    @property
    def content(self) -> bytes:
        """Return bytes that no other position of any device has."""
        return self.position.digest + self.position.activation_id.to_bytes(8, "big")


def zone_of(person_id: str) -> str:
    """Return the id of the zone that moves with a protected person: no other zone has such."""
    return about_protected(person_id)


def watched(supervision: Supervision) -> set[int]:
    """Return the activations of protected persons whose positions a supervision's fold sees."""
    return {each.activation_id for each in supervision.counterparts}


def counterparts_of(
    supervision: Supervision, positions: Iterable[Position]
) -> Iterator[Counterpart]:
    """Yield the counterparts among positions of protected persons, those the fold is to see."""
    worn = {each.activation_id: each for each in supervision.counterparts}
    for position in positions:
        activation = worn.get(position.activation_id)
        if activation is None or position.quarantine in NEVER_JUDGED:
            continue
        time, person_id = position.fix_time, activation.wearer_id
        both = activation.worn_at(time) and supervision.activation.worn_at(time)
        if both and _named(supervision, person_id, time):
            yield Counterpart(person_id=person_id, position=position)


def _named(supervision: Supervision, person_id: str, at: Instant) -> bool:
    for condition in supervision.conditions:
        asked, schedule = condition.proximity, condition.schedule
        if asked is None or person_id not in asked.protected_persons:
            continue
        since, until = schedule.effective_from, schedule.effective_until
        if (since is None or since <= at) and (until is None or at < until):
            return True
    return False
