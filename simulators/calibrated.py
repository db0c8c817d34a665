"""The figures of real receivers that the simulated ones are held to.

Source: positions of eight phones (four Android, four iPhone) and the researcher's own log of when
they lay still, San Francisco Bay Area, June 2019 to March 2020, from MobilityNet
(mobilitynet-analysis-scripts, BSD-3-Clause). Only figures are kept here, no positions. They are
what `python -m simulators.calibrate` prints for those files, to three digits.

What they are not: a phone is no ankle monitor, all still runs were made in one house, and the true
place of a run is the median of the phones in it, so an error they share does not show. Errors at
rest are therefore a lower bound. Gaps between fixes are those of phones saving power and are not
simulated; a device that reports on a plan loses single fixes, at the rates `receiver` assumes.
"""

from typing import Final

from simulators.statistics import Figures

RECORDED_ASSISTED: Final = Figures(
    runs=54,
    fixes=4659,
    hours=537.0,
    share_fine=0.914,
    share_middling=0.0772,
    share_coarse=0.00878,
    accuracy_m=(10.0, 14.7, 15.1, 16.0, 65.0),
    error_m=(0.0496, 1.09, 3.29, 5.46, 19.7),
    within_68=0.963,
    within_95=0.983,
    within_68_coarse=1.0,
    ratio=(0.00322, 0.0656, 0.204, 0.343, 0.818),
    coarse_error_m=(24.6, 24.7, 465.0, 771.0, 771.0),
    autocorrelation=(0.672, 0.574, 0.756, 0.45, 0.252, 0.181, 0.33),
    repeats=0.271,
    repeats_coarse=0.333,
    outlier_episodes_per_100_fixes=0.129,
    outlier_episode_min=(0.0, 0.0, 0.0, 2.98, 5.57),
    gap_s=(28.0, 30.0, 30.7, 74.1, 724.0),
)
RECORDED_NETWORK_ONLY: Final = Figures(
    runs=24,
    fixes=3394,
    hours=277.0,
    share_fine=0.156,
    share_middling=0.5,
    share_coarse=0.344,
    accuracy_m=(14.7, 65.0, 65.0, 800.0, 1000.0),
    error_m=(9.8, 13.1, 20.7, 341.0, 772.0),
    within_68=0.964,
    within_95=0.973,
    within_68_coarse=0.963,
    ratio=(0.147, 0.221, 0.304, 0.511, 0.83),
    coarse_error_m=(118.0, 341.0, 719.0, 772.0, 798.0),
    autocorrelation=(0.973, 0.964, 0.928, 0.945, 0.893, 0.837, 0.812),
    repeats=0.359,
    repeats_coarse=0.787,
    outlier_episodes_per_100_fixes=1.56,
    outlier_episode_min=(0.0, 0.0, 6.14, 30.6, 56.6),
    gap_s=(30.0, 45.0, 210.0, 271.0, 320.0),
)

QUANTILES_OF_PAIRS: Final = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)

RECORDED_PAIR_GAP_M: Final = (1.4, 3.5, 5.6, 8.5, 17.7, 34.1)
"""Distance between fixes of two phones carried together on foot, 2,173 pairs, metres."""
