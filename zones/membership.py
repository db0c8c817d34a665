"""Membership: a person is inside a zone, outside it, or the position is too poor to say.

A position is a normal distribution about its coordinates. ``accuracy_m`` is the radius of 68 %
confidence (what GNSS receivers and phones report); in two dimensions it is 1.515 σ, for
1 - exp(-1.515²/2) = 0.6826. Across a boundary that is straight at that scale the probability of
being inside is Φ(d/σ), d the signed distance to it. **inside** if it is at least the confidence,
**outside** if at most one minus it, else **uncertain**.

Φ is monotone, so a membership is decided by comparing d with z·σ, Φ(z) = confidence.
"""

from enum import IntEnum, StrEnum
from functools import lru_cache
from math import erfc, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIGMAS_PER_ACCURACY: Final = 1.515
DEFAULT_CONFIDENCE: Final = 0.95


class Membership(StrEnum):
    """One position against one zone."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNCERTAIN = "uncertain"

    @property
    def code(self) -> "MembershipCode":
        """The same as a small integer, for arrays."""
        return MembershipCode[self.name]


class MembershipCode(IntEnum):
    """Membership in an int8 array."""

    OUTSIDE = -1
    UNCERTAIN = 0
    INSIDE = 1

    @property
    def membership(self) -> Membership:
        """The membership it stands for."""
        return Membership[self.name]


def sigma_m(accuracy_m: float) -> float:
    """Return the standard deviation in metres of a position with a 68 % radius in metres.

    Raises:
        ValueError: the accuracy is not above 0.
    """
    if not accuracy_m > 0.0:
        raise ValueError(
            f"accuracy_m {accuracy_m} must be above 0: put a default for a missing one"
        )
    return accuracy_m / SIGMAS_PER_ACCURACY


def probability_inside(signed_distance_m: float, accuracy_m: float) -> float:
    """Return the probability of being inside, 0..1: Φ(signed_distance_m / sigma_m(accuracy_m))."""
    return 0.5 * erfc(-signed_distance_m / (sigma_m(accuracy_m) * sqrt(2.0)))


def membership(
    signed_distance_m: float, accuracy_m: float, confidence: float = DEFAULT_CONFIDENCE
) -> Membership:
    """Return the membership of a position at a signed distance in metres, positive inside.

    Raises:
        ValueError: the accuracy is not above 0, or the confidence not in 0.5..1 (both excluded).
    """
    limit = distance_limit_m(accuracy_m, confidence)
    if signed_distance_m >= limit:
        return Membership.INSIDE
    return Membership.OUTSIDE if signed_distance_m <= -limit else Membership.UNCERTAIN


def memberships(
    signed_distances_m: ArrayLike, accuracies_m: ArrayLike, confidence: float = DEFAULT_CONFIDENCE
) -> NDArray[np.int8]:
    """Return ``MembershipCode`` values for arrays that broadcast; errors as for one."""
    accuracy = np.asarray(accuracies_m, dtype=np.float64)
    if not (accuracy > 0.0).all():
        raise ValueError("accuracies_m must all be above 0: put a default for missing ones")
    limit = accuracy / SIGMAS_PER_ACCURACY * quantile(confidence)
    distance = np.asarray(signed_distances_m, dtype=np.float64)
    inside = (distance >= limit).astype(np.int8)
    return inside - (distance <= -limit).astype(np.int8)


def distance_limit_m(accuracy_m: float, confidence: float = DEFAULT_CONFIDENCE) -> float:
    """Return how deep inside, in metres, a position of an accuracy must be to be inside."""
    return sigma_m(accuracy_m) * quantile(confidence)


@lru_cache(maxsize=256)
def quantile(confidence: float) -> float:
    """Return z with Φ(z) = confidence.

    Raises:
        ValueError: the confidence is not between 0.5 and 1.
    """
    if not 0.5 < confidence < 1.0:
        raise ValueError(f"confidence {confidence} must be above 0.5 and below 1")
    return NormalDist().inv_cdf(confidence)
