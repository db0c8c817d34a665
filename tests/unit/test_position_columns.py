"""Positions as columns lose nothing."""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.position import (
    Mechanism,
    Position,
    Quarantine,
    content_digest,
    effective_accuracy_m,
    range_digest,
)
from engine.core.position_columns import columns_of, united

reals = st.floats(0, 100)
maybe = st.none() | reals


@st.composite
def stated(draw: st.DrawFn) -> Position:
    """Return a position as a device's message makes it."""
    fix_time, seq = draw(st.integers(0, 2**50)), draw(st.integers(0, 2**63 - 1))
    lat, lon = draw(st.floats(-90, 90)), draw(st.floats(-180, 180))
    mechanism, hdop = draw(st.sampled_from(Mechanism)), draw(maybe)
    claimed = draw(maybe)
    satellites, speed, heading, altitude = (
        draw(st.none() | st.integers(0, 9)),
        draw(maybe),
        draw(maybe),
        draw(maybe),
    )
    battery, charging = draw(maybe), draw(st.none() | st.booleans())
    accuracy_m, assumed = effective_accuracy_m(claimed, hdop, mechanism)
    return Position(
        activation_id=draw(st.integers(1, 9)),
        fix_time=fix_time,
        received_at=draw(st.integers(0, 2**50)),
        seq=seq,
        digest=content_digest(
            fix_time,
            seq,
            lat,
            lon,
            claimed,
            mechanism,
            hdop,
            satellites,
            speed,
            heading,
            altitude,
            battery,
            charging,
        ),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=assumed,
        mechanism=mechanism,
        satellites=satellites,
        hdop=hdop,
        speed_mps=speed,
        heading_deg=heading,
        altitude_m=altitude,
        battery_pct=battery,
        charging=charging,
        late=draw(st.booleans()),
        quarantine=draw(st.none() | st.sampled_from(Quarantine)),
    )


@st.composite
def ranged(draw: st.DrawFn) -> Position:
    """Return a position that the range of a beacon is."""
    fix_time, seq, beacon = draw(st.integers(0, 2**50)), draw(st.integers(0, 9)), draw(st.text())
    return Position(
        activation_id=1,
        fix_time=fix_time,
        received_at=fix_time,
        seq=seq,
        digest=range_digest(fix_time, seq, beacon),
        lat=1.0,
        lon=2.0,
        accuracy_m=30.0,
        mechanism=Mechanism.RF,
        beacon_id=beacon,
        beacon_zone_id=draw(st.none() | st.text()),
    )


many = st.lists(stated() | ranged(), max_size=5)


@given(many, many)
def test_positions_taken_out_of_columns_equal_those_put_in(
    some: list[Position], more: list[Position]
) -> None:
    """Whatever was put into columns, united or not, comes out equal, digests included."""
    columns = united([columns_of(some), columns_of(more)])
    assert [columns.position(index) for index in range(len(columns))] == some + more
