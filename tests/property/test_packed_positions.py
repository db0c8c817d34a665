"""What is packed comes back bit for bit, and positions have one order."""

from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.number_coding import Press, Way, dense, quick
from engine.core.number_decoding import Coded, CodingError, decoded
from engine.core.packed_positions import (
    pack_batch,
    pack_page,
    unpack_batch,
    unpack_keys,
    unpack_page,
)
from engine.core.placed_positions import PlacedPositions, in_order
from engine.core.position import Position
from engine.core.position_columns import columns_of
from tests.position_values import positions, ranged, stated

whole = st.integers(-(2**63), 2**63 - 1)
near = st.integers(-300, 300).map(lambda n: n * 1_000_000)
reals = st.floats(allow_nan=False) | st.just(float("nan"))
decimals = st.integers(-(10**9), 10**9).flatmap(
    lambda n: st.sampled_from([n, n / 10, n / 10**6, n / 10**7, -0.0])
)
few = st.integers(1, 3)
alike = stated(few, st.integers(0, 4), st.sampled_from([0.0, 1.5])) | ranged(few, st.integers(0, 4))


@given(
    st.lists(whole, min_size=1, max_size=20) | st.lists(near, min_size=1, max_size=20),
    st.sampled_from(Way),
    st.lists(whole, min_size=20, max_size=20),
    st.sampled_from([0, -1]),
)
def test_whole_numbers_come_back(values: list[int], way: Way, others: list[int], gone: int) -> None:
    """However numbers are written, each comes back, those at the ends of 64 bits too."""
    press, array, other = Press(), np.array(values), np.array(others[: len(values)])
    for data in (quick(array, gone), dense(press, array, gone, (way,), other)):
        coded = Coded(press, memoryview(b"-" + data), 1, len(values), gone, np.int64, other)
        back, end = decoded(coded)
        assert (back.tolist(), end) == (values, 1 + len(data))


@given(
    st.lists(reals, min_size=1, max_size=20)
    | st.lists(decimals, min_size=1, max_size=20)
    | st.lists(decimals | st.just(float("nan")), min_size=1, max_size=20)
)
def test_real_numbers_come_back(values: list[float]) -> None:
    """Each bit of every number comes back: of -0.0, of infinity, of what has no few decimals."""
    press, array = Press(), np.array(values, np.float64)
    for data in (quick(array, float("nan")), dense(press, array, float("nan"), (Way.STEP,))):
        coded = Coded(press, memoryview(data), 0, len(values), float("nan"), np.float64)
        back, end = decoded(coded)
        assert (back.tobytes(), end) == (array.tobytes(), len(data))


def _placed(rows: list[Position]) -> PlacedPositions:
    size = len(rows)
    return PlacedPositions(
        columns_of(rows), np.arange(5, 5 + size), np.full(size, 3), np.arange(size)
    )


def _same(one: PlacedPositions, other: PlacedPositions) -> bool:
    places = ("position_id", "block_id", "message_index")
    return one.columns.positions() == other.columns.positions() and all(
        getattr(one, name).tolist() == getattr(other, name).tolist() for name in places
    )


@given(st.lists(positions, min_size=1, max_size=6))
def test_packed_positions_come_back(rows: list[Position]) -> None:
    """A batch and a page hold every field of their positions, and where each is."""
    press, placed = Press(), _placed(rows)
    batch, page = pack_batch(placed.columns, placed.message_index), pack_page(press, placed)
    assert _same(unpack_batch(press, batch, 5, 3), placed)
    assert _same(unpack_page(press, page), placed)
    keys = list(zip(*(each.tolist() for each in unpack_keys(press, page)), strict=True))
    assert keys == [(row.activation_id, row.fix_time, row.seq) for row in rows]


@given(st.lists(alike, max_size=12), st.lists(alike, max_size=12))
def test_positions_in_order_are_each_there_once(some: list[Position], more: list[Position]) -> None:
    """They are sorted by activation and key, and of equal keys the least id is kept."""
    rows = [*some, *more, *some]
    ordered = in_order(_placed(rows))
    first: dict[object, int] = {}
    for position_id, row in zip(count(5), rows, strict=False):
        first.setdefault((row.activation_id, row.key), position_id)
    assert [(row.activation_id, row.key) for row in ordered.columns.positions()] == sorted(first)
    assert ordered.position_id.tolist() == [first[each] for each in sorted(first)]


def test_typical_positions_take_few_bytes() -> None:
    """A page of what devices send takes at most 20 bytes a position, all told."""
    random, size = np.random.default_rng(1), 1024
    minutes = np.tile(np.arange(64), size // 64)
    fix_time = 1_750_000_000_000_000 + minutes * 60_000_000
    rows = columns_of(
        Position(
            activation_id=n // 64,
            fix_time=int(fix_time[n]),
            received_at=int(fix_time[n]) + int(random.integers(200_000, 3_000_000)),
            seq=1000 + int(minutes[n]),
            digest=b"",
            lat=round(37.7 + random.normal(0, 1e-4), 6),
            lon=round(-122.4 + random.normal(0, 1e-4), 6),
            accuracy_m=round(random.lognormal(2, 0.5), 1),
        )
        for n in range(size)
    )
    arrived = minutes * 250_000 + random.integers(0, 250_000, size)
    placed = PlacedPositions(rows, arrived, arrived // 1000, arrived % 1000)
    assert len(pack_page(Press(), placed)) / size <= 20


@pytest.mark.parametrize("cut", [0, 1, 4, 9, 30, 80])
def test_a_damaged_body_is_refused(cut: int) -> None:
    """A body that ends too early, or is of a version to come, is an error that says so."""
    press = Press()
    rows = [
        Position(
            activation_id=n,
            fix_time=n * n,
            received_at=n,
            seq=n,
            digest=b"",
            lat=n / 7,
            lon=n / 3,
            accuracy_m=5.0,
        )
        for n in range(50)
    ]
    placed = _placed(rows)
    body = pack_page(press, placed)
    with pytest.raises(CodingError):
        unpack_page(press, body[:cut])
    with pytest.raises(CodingError, match="version 9"):
        unpack_page(press, b"\x09" + body[1:])
