"""Membership follows from distance and accuracy alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.membership import (
    Membership,
    MembershipCode,
    membership,
    memberships,
    probability_inside,
    sigma_m,
)


def phi(x: float) -> float:
    """Integrate the normal distribution, by its definition."""
    grid = np.linspace(-12.0, x, 200_001)
    return float(np.trapezoid(np.exp(-grid * grid / 2.0), grid) / math.sqrt(2.0 * math.pi))


def test_accuracy_is_the_radius_of_68_percent() -> None:
    """In two dimensions a circle of accuracy_m holds 68 % of a normal distribution of sigma_m."""
    share = 1.0 - math.exp(-((1.0 / sigma_m(1.0)) ** 2) / 2.0)
    assert share == pytest.approx(0.68, abs=0.003)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m"),
    [(0.0, 5.0), (10.0, 10.0), (-10.0, 10.0), (3.0, 40.0), (-99.0, 60.0)],
)
def test_probability_is_the_normal_distribution(distance_m: float, accuracy_m: float) -> None:
    """The probability of being inside is Φ(distance / sigma)."""
    want = phi(distance_m / (accuracy_m / 1.515))
    assert probability_inside(distance_m, accuracy_m) == pytest.approx(want, abs=1e-9)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "confidence", "want"),
    [
        (10.9, 10.0, 0.95, Membership.INSIDE),
        (10.8, 10.0, 0.95, Membership.UNCERTAIN),
        (-10.8, 10.0, 0.95, Membership.UNCERTAIN),
        (-10.9, 10.0, 0.95, Membership.OUTSIDE),
        (0.0, 0.001, 0.95, Membership.UNCERTAIN),
        (10.9, 10.0, 0.99, Membership.UNCERTAIN),
        (15.4, 10.0, 0.99, Membership.INSIDE),
        (1.0, 10.0, 0.55, Membership.INSIDE),
        (math.inf, 10.0, 0.95, Membership.INSIDE),
    ],
)
def test_membership(
    distance_m: float, accuracy_m: float, confidence: float, want: Membership
) -> None:
    """At 10 m accuracy the zone must be 10.86 m deep for a confidence of 95 %."""
    assert membership(distance_m, accuracy_m, confidence) is want


@given(
    st.lists(st.tuples(st.floats(-500.0, 500.0), st.floats(0.01, 500.0)), min_size=1),
    st.floats(0.51, 0.9999),
)
def test_arrays_and_probabilities_agree(
    pairs: list[tuple[float, float]], confidence: float
) -> None:
    """The comparison with a limit, one by one or in an array, is the test of the probability."""
    codes = memberships([d for d, _ in pairs], [a for _, a in pairs], confidence)
    assert codes.dtype == np.int8
    for code, (distance_m, accuracy_m) in zip(codes, pairs, strict=True):
        got = membership(distance_m, accuracy_m, confidence)
        assert MembershipCode(code).membership is got
        assert got.code == code
        p = probability_inside(distance_m, accuracy_m)
        if abs(p - confidence) > 1e-9 and abs(p - (1.0 - confidence)) > 1e-9:
            wanted = (
                Membership.INSIDE
                if p > confidence
                else Membership.OUTSIDE
                if p < 1.0 - confidence
                else Membership.UNCERTAIN
            )
            assert got is wanted


def test_one_accuracy_for_many() -> None:
    """Distances and accuracies broadcast."""
    assert memberships([50.0, 0.0, -50.0], 10.0).tolist() == [1, 0, -1]


@pytest.mark.parametrize("accuracy_m", [0.0, -1.0, math.nan])
def test_a_missing_accuracy_is_refused(accuracy_m: float) -> None:
    """An accuracy that is not above 0 is somebody else's to replace, and refused here."""
    with pytest.raises(ValueError, match=r"accuracy_m .* must be above 0"):
        membership(5.0, accuracy_m)
    with pytest.raises(ValueError, match="accuracies_m must all be above 0"):
        memberships([5.0, 5.0], [10.0, accuracy_m])


@pytest.mark.parametrize("confidence", [0.5, 1.0, 0.05, math.nan])
def test_a_confidence_out_of_range_is_refused(confidence: float) -> None:
    """A confidence is above a half, so nobody is inside and outside at once, and below 1."""
    with pytest.raises(ValueError, match=r"confidence .* must be above 0.5 and below 1"):
        membership(5.0, 5.0, confidence)
