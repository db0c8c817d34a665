"""Arbitrary positions as the engine makes them: each digest is that of what was stated."""

from typing import Any

from hypothesis import strategies as st

from engine.core.position import (
    Mechanism,
    Position,
    Quarantine,
    content_digest,
    effective_accuracy_m,
    range_digest,
)

instants = st.integers(-(2**63), 2**63 - 1)
reals = st.floats(allow_nan=False)
counts = st.integers(0, 2**63 - 1)


def _maybe(strategy: "st.SearchStrategy[Any]") -> "st.SearchStrategy[Any]":
    return st.none() | strategy


@st.composite
def stated(
    draw: st.DrawFn,
    activations: st.SearchStrategy[int] = st.integers(1, 2**63 - 1),  # noqa: B008 - not changed
    times: st.SearchStrategy[int] = instants,
    reals: st.SearchStrategy[float] = reals,
) -> Position:
    """Return a position as a device's message makes it."""
    fix_time, seq = draw(times), draw(instants)
    lat, lon, mechanism = draw(reals), draw(reals), draw(st.sampled_from(Mechanism))
    claimed, hdop, speed, heading, altitude, battery = (draw(_maybe(reals)) for _ in range(6))
    satellites, charging = draw(_maybe(counts)), draw(_maybe(st.booleans()))
    claimed = None if claimed is None else abs(claimed)
    said = (fix_time, seq, lat, lon, claimed, mechanism, hdop, satellites, speed)
    accuracy_m, assumed = effective_accuracy_m(claimed, hdop, mechanism)
    return Position(
        activation_id=draw(activations),
        fix_time=fix_time,
        received_at=draw(instants),
        seq=seq,
        digest=content_digest(*said, heading, altitude, battery, charging),
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
        quarantine=draw(_maybe(st.sampled_from(Quarantine))),
    )


@st.composite
def ranged(
    draw: st.DrawFn,
    activations: st.SearchStrategy[int] = st.integers(1, 2**63 - 1),  # noqa: B008 - not changed
    times: st.SearchStrategy[int] = instants,
) -> Position:
    """Return a position that the range of a beacon is."""
    words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=9)
    fix_time, seq, beacon_id = draw(times), draw(instants), draw(words)
    return Position(
        activation_id=draw(activations),
        fix_time=fix_time,
        received_at=draw(instants),
        seq=seq,
        digest=range_digest(fix_time, seq, beacon_id),
        lat=draw(reals),
        lon=draw(reals),
        accuracy_m=30.0,
        mechanism=Mechanism.RF,
        beacon_id=beacon_id,
        beacon_zone_id=draw(words),
    )


positions = stated() | ranged()
