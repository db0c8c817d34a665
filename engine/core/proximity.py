"""What a proximity condition asks: keep so far away from these protected persons.

The distance is fixed and moves with the person; so does the ring of `buffer_m` around it. It is
judged on pairs: a position of the wearer and one of hers, neither of them older than the pairing
age. Of anything older nobody knows how far they are apart, and unknown is never a violation.
"""

from typing import Final

import msgspec

from zones.instant import Duration, seconds

DEFAULT_PAIRING_AGE_S: Final = 180.0
"""Three reports of a device that reports every minute: one may be lost, and one late."""

FARTHEST_M: Final = 100_000.0
LONGEST_PAIRING_S: Final = 3600.0


class Proximity(msgspec.Struct, frozen=True, kw_only=True):
    """From whom to keep away, and how far."""

    protected_persons: tuple[str, ...]
    """Ids; from each of them."""
    distance_m: float
    pairing_age_s: float = DEFAULT_PAIRING_AGE_S
    """How old either of two positions may be for both to be judged together."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        if not 0 < self.distance_m <= FARTHEST_M:
            raise ValueError(
                f"distance_m is {self.distance_m}: it must be above 0, at most {FARTHEST_M:,.0f}"
            )
        if not 0 < self.pairing_age_s <= LONGEST_PAIRING_S:
            raise ValueError(
                f"pairing_age_s is {self.pairing_age_s}: it must be above 0, at most "
                f"{LONGEST_PAIRING_S:,.0f}"
            )

    def pairing_age(self, max_age: Duration) -> Duration:
        """Return how old a position of a pair may be, under a plan's max age."""
        return min(max_age, seconds(self.pairing_age_s))
