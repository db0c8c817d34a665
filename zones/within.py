"""How likely two places that are known with an error are within a distance of each other.

Their difference is a normal distribution about the measured difference, of one standard deviation
in every direction; its length is Rice's distribution. With d the measured distance, s the standard
deviation and r the distance asked about:

    P = integral from -r to r of phi((x - d) / s) / s * erf(sqrt(r^2 - x^2) / (s sqrt 2)) dx

x along the line between the two. A boundary straight at that scale, as `zones.membership` has it,
would say Phi((r - d) / s): too much, once s is not small against r. At d = 0 it is
1 - exp(-r^2 / 2 s^2) (Rayleigh). With x = r sin t the integrand is smooth and Gauss-Legendre's 48
nodes give it to 1e-9 and better.
"""

from math import asin, cos, erf, exp, pi, sin, sqrt
from typing import Final

import numpy as np

_FAR_SIGMAS: Final = 8.0
"""Beyond so many standard deviations nothing is left: below 1e-15."""

_NODES: Final = tuple(
    zip(*(part.tolist() for part in np.polynomial.legendre.leggauss(48)), strict=True)
)


def probability_within(distance_m: float, sigma_m: float, radius_m: float) -> float:
    """Return the probability, 0..1, that places measured `distance_m` apart are within `radius_m`.

    `sigma_m` is the standard deviation of their difference along any line, metres.

    Raises:
        ValueError: sigma_m is not above 0, or another is below 0.
    """
    if not sigma_m > 0.0 or distance_m < 0.0 or radius_m < 0.0:
        raise ValueError(
            f"distance_m {distance_m}, sigma_m {sigma_m}, radius_m {radius_m}: the second must be "
            "above 0, the others not below it"
        )
    if distance_m - radius_m >= _FAR_SIGMAS * sigma_m or radius_m == 0.0:
        return 0.0
    if radius_m - distance_m >= _FAR_SIGMAS * sigma_m:
        return 1.0
    return _integral(distance_m / radius_m, sigma_m / radius_m)


def _integral(distance: float, sigma: float) -> float:
    """Return the probability for a radius of 1."""
    low = asin(max(-1.0, distance - _FAR_SIGMAS * sigma))
    high = asin(min(1.0, distance + _FAR_SIGMAS * sigma))
    half, middle = (high - low) / 2.0, (high + low) / 2.0
    root = sigma * sqrt(2.0)
    total = 0.0
    for node, weight in _NODES:
        angle = middle + half * node
        off = (sin(angle) - distance) / root
        total += weight * exp(-off * off) * erf(cos(angle) / root) * cos(angle)
    return min(1.0, total * half / (sigma * sqrt(2.0 * pi)))
