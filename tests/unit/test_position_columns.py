"""Positions as columns lose nothing."""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.position import Position
from engine.core.position_columns import columns_of, united
from tests.position_values import positions

many = st.lists(positions, max_size=5)


@given(many, many)
def test_positions_taken_out_of_columns_equal_those_put_in(
    some: list[Position], more: list[Position]
) -> None:
    """Whatever was put into columns, united or not, comes out equal, digests included."""
    columns = united([columns_of(some), columns_of(more)])
    assert columns.positions() == some + more
    assert columns.keys() == [each.key for each in some + more]
