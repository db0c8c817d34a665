"""Batches begin a pace apart, and only those that would begin sooner wait."""

from engine.pace import Pace


def test_the_first_batch_waits_for_nothing() -> None:
    """Whoever is heard first after the start is taken at once."""
    assert Pace(0.005).left_s(100.0) == 0.0


def test_a_batch_waits_for_what_is_left_of_the_pace() -> None:
    """A batch that took 2 ms is followed by one 3 ms later, so they begin 5 ms apart."""
    pace = Pace(0.005)
    pace.begin(100.0)
    assert abs(pace.left_s(100.002) - 0.003) < 1e-9


def test_neither_a_long_batch_nor_silence_is_waited_for() -> None:
    """A message after more than the pace, however the time passed, is taken at once."""
    pace = Pace(0.005)
    pace.begin(100.0)
    assert pace.left_s(100.005) == 0.0
    assert pace.left_s(250.0) == 0.0
