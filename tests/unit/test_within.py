"""How likely two places are within a distance: against sampling, and where it is known exactly."""

from itertools import pairwise
from math import exp

import numpy as np
import pytest

from zones.membership import probability_inside, sigma_m
from zones.within import probability_within


@pytest.mark.parametrize(("sigma", "radius"), [(250.0, 300.0), (10.0, 9.0), (100.0, 1.0)])
def test_at_one_place_it_is_rayleigh(sigma: float, radius: float) -> None:
    """Measured at the very same place, it is 1 - exp(-r²/2s²)."""
    exact = 1.0 - exp(-radius * radius / (2.0 * sigma * sigma))
    assert probability_within(0.0, sigma, radius) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize(
    ("distance", "sigma", "radius"),
    [(250, 30, 300), (280, 100, 300), (300, 500, 300), (10, 1, 9), (305, 4, 300), (2000, 900, 300)],
)
def test_it_is_what_sampling_says(distance: float, sigma: float, radius: float) -> None:
    """A million pairs drawn from the two errors: the share within the distance."""
    drawn = np.random.default_rng(1).normal(0.0, sigma, (2, 1_000_000))
    share = (np.hypot(drawn[0] + distance, drawn[1]) <= radius).mean()
    assert probability_within(distance, sigma, radius) == pytest.approx(share, abs=0.002)


def test_far_from_the_limit_it_is_the_straight_boundary() -> None:
    """Where the errors are small against the distance, zones and pairs say the same."""
    for missing in (-8.0, -3.0, 0.0, 3.0, 8.0):
        straight = probability_inside(missing, 5.0)
        assert probability_within(5000.0 - missing, sigma_m(5.0), 5000.0) == pytest.approx(
            straight, abs=5e-4
        )


def test_where_errors_are_large_the_straight_boundary_says_too_much() -> None:
    """Two places within 300 m, each known to 200 m: the straight boundary would be sure of it."""
    sigma = 182.0
    assert probability_inside(300.0, sigma * 1.515) > 0.95
    assert probability_within(0.0, sigma, 300.0) < 0.75


def test_it_falls_with_the_distance_and_ends_at_0_and_1() -> None:
    """Monotone, but for the quadrature, and exact beyond eight standard deviations."""
    values = [probability_within(metres, 40.0, 300.0) for metres in range(0, 700, 7)]
    assert all(near >= far - 1e-9 for near, far in pairwise(values))
    assert (probability_within(0.0, 1.0, 300.0), probability_within(900.0, 1.0, 300.0)) == (1, 0)


@pytest.mark.parametrize("wrong", [(-1.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, -1.0)])
def test_what_means_nothing_is_refused(wrong: tuple[float, float, float]) -> None:
    """A negative distance, or no error at all."""
    with pytest.raises(ValueError, match="sigma_m"):
        probability_within(*wrong)
