"""That a device was in the range of a beacon is a position: at the place where that stands.

Its mechanism is rf, its accuracy the beacon's range, and it is inside the beacon's zone whatever
the distance says. The place is the one registered when the report is received. A beacon that is not
registered, stands nowhere at that time or belongs to another wearer proves nothing: the report is
rejected, and kept.
"""

from collections.abc import Mapping

from engine.core.activation_history import ActivationHistory
from engine.core.beacon import Beacon, Placements
from engine.core.evidence import MAX_AHEAD
from engine.core.position import Mechanism, Position, Quarantine, range_digest
from engine.core.rejection import Reason, Rejection
from engine.core.wire import Message, WireRange
from zones.instant import Instant, from_datetime, render

Known = Mapping[tuple[str, str], Placements]
"""Beacons by vendor and id."""
Ranged = tuple[list[Position], list[Rejection]]


def ranges_of(
    history: ActivationHistory, message: Message, vendor: str, received_at: Instant, known: Known
) -> Ranged:
    """Return the positions that reports of ranges are, and why others are none."""
    positions: list[Position] = []
    rejections: list[Rejection] = []
    for index, stated in enumerate(message.in_range):
        fix_time = from_datetime(stated.time)
        ahead = fix_time - received_at > MAX_AHEAD
        activation, outside = history.place(received_at if ahead else fix_time)
        placed = _placed(known.get((vendor, stated.beacon)), fix_time)
        if placed is None or placed.wearer_id not in (None, activation.wearer_id):
            rejections.append(_refused(stated, vendor, index))
            continue
        quarantine = Quarantine.FUTURE if ahead else outside
        key = (activation.activation_id, fix_time, message.seq)
        positions.append(_position(key, placed, received_at, quarantine))
    return positions, rejections


def _placed(placements: Placements | None, at: Instant) -> Beacon | None:
    return None if placements is None else placements.at(at)


def _position(
    key: tuple[int, Instant, int],
    placed: Beacon,
    received_at: Instant,
    quarantine: Quarantine | None,
) -> Position:
    activation_id, fix_time, seq = key
    return Position(
        activation_id=activation_id,
        fix_time=fix_time,
        received_at=received_at,
        seq=seq,
        digest=range_digest(fix_time, seq, placed.beacon_id),
        lat=placed.lat,
        lon=placed.lon,
        accuracy_m=placed.range_m,
        mechanism=Mechanism.RF,
        beacon_id=placed.beacon_id,
        beacon_zone_id=placed.zone_id,
        quarantine=quarantine,
    )


def _refused(stated: WireRange, vendor: str, index: int) -> Rejection:
    return Rejection(
        Reason.UNKNOWN_BEACON,
        f"beacon {stated.beacon} of vendor {vendor} stands nowhere for this wearer at "
        f"{render(from_datetime(stated.time))}: register where it stands, or correct its name",
        f"$.in_range[{index}].beacon",
    )
