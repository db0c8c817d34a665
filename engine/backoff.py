"""How long to wait before trying again: doubled each time up to a limit, then cut at random.

The cut (between a half and the whole) keeps many who failed together from returning together.
"""

import random
from collections.abc import Iterator


def delays(first_s: float, longest_s: float) -> Iterator[float]:
    """Yield waits in seconds, without end: the n-th is at most `first_s` × 2ⁿ and `longest_s`."""
    limit = min(first_s, longest_s)
    while True:
        yield limit * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        limit = min(2 * limit, longest_s)
