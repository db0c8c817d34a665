"""The states of a positioning receiver and how its errors behave in each.

Rule: at any time a receiver is in one mode. In each mode the error is a sum, per axis, of a slow
and a quick Gauss-Markov (AR(1)) process, of white noise with a heavy tail, and of an offset drawn
when the mode begins (a reflected signal, a cell's centre) that persists as long as it lasts. A mode
may repeat its last fix unchanged, as network positions do, or deliver none; an anchored mode keeps
its offset until the wearer goes elsewhere, as the centre of a cell stays where it is.

The numbers were fitted to recordings of eight phones lying still at known places, and carried in
pairs (`simulators/calibrate.py` prints recorded and simulated figures side by side); what the
recordings cannot show, and is therefore assumed, is named at its mode.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Mechanism: TypeAlias = Literal["gnss", "wifi", "cell"]

SLOW_S: Final = 150 * 60.0
"""Time constant of the slow process, seconds: most of a still phone's error stays for hours."""

QUICK_S: Final = 420.0
"""Time constant of the quick process, seconds."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way a receiver behaves. Lengths in metres, per axis unless they are distances.

    `share` is the mode's share of time where it occurs and `dwell_s` its mean stay. `offset_m` and
    `offset_spread` are the median and log-spread of the offset's distance; `tail` is the log-spread
    of the white noise; `accuracies_m` the reported radii the mode draws from and `accuracy_spread`
    their log-spread. `frozen` and `missing` are probabilities per fix.
    """

    name: str
    mechanism: Mechanism
    share: float
    dwell_s: float
    slow_m: float
    quick_m: float
    white_m: float
    tail: float
    accuracies_m: tuple[float, ...]
    accuracy_spread: float
    offset_m: float = 0.0
    offset_spread: float = 0.0
    frozen: float = 0.0
    missing: float = 0.0
    anchored: bool = False


OPEN_SKY: Final = Mode(
    *("open sky", "gnss", 0.994, 1800.0), 1.3, 1.7, 0.9, 0.7, (5.0, 10.0, 10.0, 10.0, 12.0), 0.15
)

REFLECTED: Final = Mode(
    "reflected",
    "gnss",
    *(0.006, 150.0, 1.5, 3.0, 2.0, 0.6, (10.0, 16.0, 30.0, 50.0), 0.4),
    offset_m=25.0,
    offset_spread=0.6,
)
"""Multipath: a jump that persists. The pairs show its size; how long it lasts is assumed."""

INDOORS_GOOD: Final = Mode(
    "indoors good",
    "wifi",
    *(0.80, 1500.0, 1.7, 1.7, 0.6, 0.9, (10.0, 14.0, 15.0, 15.0, 16.0, 18.0), 0.12),
    frozen=0.28,
    missing=0.01,
)

INDOORS_BOASTFUL: Final = Mode(
    "indoors boastful",
    "gnss",
    *(0.04, 1200.0, 1.4, 2.0, 1.0, 0.5, (10.0,), 0.05),
    offset_m=15.0,
    offset_spread=0.3,
    anchored=True,
)
"""Over-confident: some phones claimed 10 m for hours while they lay 15 to 18 m off."""

INDOORS_WEAK: Final = Mode(
    "indoors weak",
    "gnss",
    *(0.15, 240.0, 7.0, 4.0, 2.0, 1.0, (20.0, 30.0, 65.0, 65.0, 96.0), 0.1),
    missing=0.05,
)

INDOORS_LOST: Final = Mode(
    "indoors lost",
    "cell",
    *(0.01, 180.0, 3.0, 0.0, 0.0, 0.0, (400.0, 1000.0, 1250.0, 2000.0), 0.1),
    offset_m=300.0,
    offset_spread=0.9,
    frozen=0.5,
)

NETWORK_WIFI: Final = Mode(
    "network wifi",
    "wifi",
    *(0.66, 1400.0, 3.0, 1.0, 1.5, 0.7, (15.0, 65.0, 65.0, 65.0), 0.02),
    offset_m=13.0,
    offset_spread=0.3,
    frozen=0.14,
    anchored=True,
)

NETWORK_CELL: Final = Mode(
    "network cell",
    "cell",
    *(0.34, 720.0, 2.0, 0.0, 0.0, 0.0, (800.0, 900.0, 1000.0, 1000.0), 0.1),
    offset_m=540.0,
    offset_spread=0.35,
    frozen=0.85,
    anchored=True,
)

OUTDOORS: Final = (OPEN_SKY, REFLECTED)
INDOORS: Final = (INDOORS_GOOD, INDOORS_BOASTFUL, INDOORS_WEAK, INDOORS_LOST)
NETWORK_ONLY: Final = (NETWORK_WIFI, NETWORK_CELL)
