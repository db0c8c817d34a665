"""Positions and tracks as GeoJSON."""

from collections.abc import Iterable, Iterator, Sequence

from api.schemas.fields import local_text
from api.schemas.geojson import (
    LineGeometry,
    PointGeometry,
    PositionFeature,
    PositionProperties,
    TrackFeature,
    TrackProperties,
)
from engine.core.position import Position
from engine.store.positions_part import StoredPosition


def position_out(stored: StoredPosition, timezone: str) -> PositionFeature:
    """Return a position as a Point."""
    position = stored.position
    return PositionFeature(
        id=stored.position_id,
        geometry=PointGeometry(coordinates=(position.lon, position.lat)),
        properties=PositionProperties(
            position_id=stored.position_id,
            activation_id=position.activation_id,
            fix_time=position.fix_time,
            fix_time_local=local_text(position.fix_time, timezone),
            received_at=position.received_at,
            seq=position.seq,
            accuracy_m=position.accuracy_m,
            accuracy_assumed=position.accuracy_assumed,
            mechanism=position.mechanism,
            satellites=position.satellites,
            hdop=position.hdop,
            speed_mps=position.speed_mps,
            heading_deg=position.heading_deg,
            altitude_m=position.altitude_m,
            late=position.late,
            quarantine=position.quarantine,
            beacon_id=position.beacon_id,
            beacon_zone_id=position.beacon_zone_id,
            block_id=stored.block_id,
            message_index=stored.message_index,
        ),
    )


def tracks_out(wearer_id: str, page: Iterable[StoredPosition]) -> list[TrackFeature]:
    """Return the judged positions as lines: one, or more where it crosses the antimeridian."""
    judged = [each.position for each in page if each.position.quarantine is None]
    return [
        TrackFeature(
            geometry=LineGeometry(coordinates=[(each.lon, each.lat) for each in part]),
            properties=TrackProperties(wearer_id=wearer_id, times=[each.fix_time for each in part]),
        )
        for part in _parts(judged)
        if len(part) > 1
    ]


def _parts(positions: Sequence[Position]) -> Iterator[Sequence[Position]]:
    start = 0
    for i in range(1, len(positions)):
        if abs(positions[i].lon - positions[i - 1].lon) > 180:
            yield positions[start:i]
            start = i
    yield positions[start:]
