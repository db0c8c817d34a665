"""How sure a share or a rate is that was counted: 95 % intervals.

A share has Wilson's score interval (E. B. Wilson, JASA 22, 1927), which holds near 1 too. A count
of rare events has Garwood's exact Poisson interval (F. Garwood, Biometrika 28, 1936), found here by
bisection on the distribution instead of by chi-squared quantiles.
"""

from collections.abc import Callable
from math import exp, sqrt
from typing import Final

_Z: Final = 1.959964
_TAIL: Final = 0.025


def share_interval(found: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share; 0 to 1 if nothing was counted."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = found / of, _Z * _Z
    middle = share + z2 / (2 * of)
    spread = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low, high = ((middle + sign * spread) / (1 + z2 / of) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def count_interval(count: int) -> tuple[float, float]:
    """Return the 95 % interval of the mean of which a count was drawn."""
    if count > 1_000:
        return count - _Z * sqrt(count), count + _Z * sqrt(count)
    high = _solve(lambda mean: _at_most(count, mean) - _TAIL, count + 10 + 5 * sqrt(count))
    if count == 0:
        return 0.0, high
    return _solve(lambda mean: _TAIL - (1 - _at_most(count - 1, mean)), float(count)), high


def _at_most(count: int, mean: float) -> float:
    """Return the probability of at most `count` events."""
    scale = mean / 2  # exp(-mean) alone would underflow for large means
    term, total = exp(-scale), exp(-scale)
    for k in range(1, count + 1):
        term *= mean / k
        total += term
    return total * exp(-(mean - scale))


def _solve(falling: Callable[[float], float], high: float) -> float:
    """Return where a function that falls from positive to negative is 0, from 0 to `high`."""
    low = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2
