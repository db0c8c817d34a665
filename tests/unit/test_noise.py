"""The simulated receiver errs as recorded ones do, and says so as badly as they do."""

from dataclasses import replace

import numpy as np
import pytest

from simulators.calibrate import simulate_pairs, simulate_still
from simulators.calibrated import (
    QUANTILES_OF_PAIRS,
    RECORDED_ASSISTED,
    RECORDED_NETWORK_ONLY,
    RECORDED_PAIR_GAP_M,
)
from simulators.fix import Fix
from simulators.noise import NoiseModel
from simulators.path import PathBuilder, TruePath
from simulators.plane import Floats, Plane
from simulators.recordings import StillRun
from simulators.statistics import LAGS_MIN, Figures, figures
from zones.instant import HOUR, MINUTE, SECOND

PLANE = Plane(-46.6, -23.5)
ASSISTED = figures(simulate_still(assisted=True, runs=40, hours=6))
NETWORK_ONLY = figures(simulate_still(assisted=False, runs=40, hours=6, step_s=60))
BOTH = pytest.mark.parametrize(
    ("simulated", "recorded"),
    [(ASSISTED, RECORDED_ASSISTED), (NETWORK_ONLY, RECORDED_NETWORK_ONLY)],
    ids=["assisted", "network-only"],
)


@BOTH
def test_reported_accuracy_is_distributed_as_recorded(
    simulated: Figures, recorded: Figures
) -> None:
    """Shares of fine, middling and coarse fixes to 8 points, quantiles of the radius to 25 %."""
    for share in ("share_fine", "share_middling", "share_coarse"):
        assert getattr(simulated, share) == pytest.approx(getattr(recorded, share), abs=0.08)
    assert simulated.accuracy_m == pytest.approx(recorded.accuracy_m, rel=0.25)


@BOTH
def test_errors_are_as_large_as_recorded(simulated: Figures, recorded: Figures) -> None:
    """Median to 25 %, the 95 % quantile to 35 %; at rest, metres, not tens of metres."""
    assert simulated.error_m[2] == pytest.approx(recorded.error_m[2], rel=0.25)
    assert simulated.error_m[4] == pytest.approx(recorded.error_m[4], rel=0.35)


@BOTH
def test_reported_accuracy_covers_as_much_as_recorded(
    simulated: Figures, recorded: Figures
) -> None:
    """The reported radius holds the truth as often as recorded, to 10 points."""
    assert simulated.within_68 == pytest.approx(recorded.within_68, abs=0.1)
    assert simulated.within_95 == pytest.approx(recorded.within_95, abs=0.03)
    assert simulated.within_68_coarse == pytest.approx(recorded.within_68_coarse, abs=0.2)
    assert simulated.ratio[2] == pytest.approx(recorded.ratio[2], rel=0.3)


@BOTH
def test_errors_persist_as_recorded(simulated: Figures, recorded: Figures) -> None:
    """The autocorrelation of the error is the recorded one to 0.2, from 1 min to 1 h."""
    pairs = zip(LAGS_MIN, simulated.autocorrelation, recorded.autocorrelation, strict=True)
    for lag, ours, theirs in pairs:
        if lag >= 1:
            assert ours == pytest.approx(theirs, abs=0.2), f"at {lag} min"


@BOTH
def test_positions_freeze_as_recorded(simulated: Figures, recorded: Figures) -> None:
    """Fixes repeated unchanged are as frequent as recorded, to 15 points."""
    assert simulated.repeats == pytest.approx(recorded.repeats, abs=0.08)
    assert simulated.repeats_coarse == pytest.approx(recorded.repeats_coarse, abs=0.15)


@BOTH
def test_outliers_come_and_last_as_recorded(simulated: Figures, recorded: Figures) -> None:
    """Episodes over 100 m off: rate to a factor of 2, and as long, to half an hour."""
    ours, theirs = (f.outlier_episodes_per_100_fixes for f in (simulated, recorded))
    assert theirs / 2 <= ours <= theirs * 2
    assert simulated.outlier_episode_min[4] == pytest.approx(
        recorded.outlier_episode_min[4], abs=30
    )


def test_receivers_carried_together_differ_as_recorded() -> None:
    """Distances between the fixes of pairs: quantiles to 35 %, the 99 % one to a factor of 2.5."""
    ours = np.quantile(simulate_pairs(walks=40), QUANTILES_OF_PAIRS)
    assert ours[:5] == pytest.approx(RECORDED_PAIR_GAP_M[:5], rel=0.35)
    assert RECORDED_PAIR_GAP_M[5] / 2.5 < ours[5] < RECORDED_PAIR_GAP_M[5] * 2.5


def test_canyons_and_walls_make_errors_grow() -> None:
    """Deep in a street canyon errors are at least twice those under open sky."""
    errors = [np.mean([_errors(_still(canyon=c), seed) for seed in range(30)]) for c in (0, 0.5, 1)]
    assert errors[0] < errors[1] < errors[2]
    assert errors[2] > 2 * errors[0]


def test_the_reported_radius_tells_little_of_the_error() -> None:
    """Within one kind of place, radius and error are hardly correlated (below 0.5)."""
    (run,) = simulate_still(assisted=True, runs=1, hours=24)
    fine = run.accuracy_m < 30
    assert abs(np.corrcoef(run.accuracy_m[fine], run.error_m[fine])[0, 1]) < 0.5


def test_the_seed_decides_the_noise() -> None:
    """The same generator gives the same fixes, another one others."""
    path = _still(canyon=0.3)
    one, again, other = (_measure(path, seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_streaming_gives_what_measuring_gives() -> None:
    """The stream has an entry per instant, and its fixes are those of `measure`."""
    path = PathBuilder(PLANE, 0, (0.0, 0.0), indoors=True).stay(6 * 3600).build()
    due = range(0, 6 * HOUR, MINUTE)
    stream = list(NoiseModel().stream(path, due, np.random.default_rng(3)))
    assert len(stream) == len(due)
    assert any(fix is None for fix in stream)
    assert [fix for fix in stream if fix] == NoiseModel().measure(
        path, due, np.random.default_rng(3)
    )


def test_fixes_are_within_their_ranges() -> None:
    """Accuracy is positive, headings below 360, satellites and hdop only with satellites."""
    path = PathBuilder(PLANE, 0, (0.0, 0.0)).go((900.0, 900.0), 1.0).indoors().stay(7200).build()
    for seed in range(20):
        for fix in NoiseModel().measure(
            path, range(0, path.end, 30 * SECOND), np.random.default_rng(seed)
        ):
            assert fix.accuracy_m is not None
            assert fix.accuracy_m > 0
            assert (fix.satellites is not None) == (fix.hdop is not None)
            assert (fix.mechanism == "gnss") == (fix.hdop is not None)
            assert 0 <= (fix.heading_deg or 0) < 360
            assert (fix.speed_mps or 0) >= 0


def test_devices_of_a_fleet_differ() -> None:
    """Some devices are over-confident, some under-confident; some send no quality."""
    models = [NoiseModel.for_device(np.random.default_rng(seed)) for seed in range(100)]
    assert min(model.trust for model in models) < 0.7
    assert max(model.trust for model in models) > 1.4
    assert {model.reports_quality for model in models} == {True, False}


def test_instants_out_of_order_are_refused() -> None:
    """Instants that do not increase are an error that says so."""
    with pytest.raises(ValueError, match="instants do not increase"):
        NoiseModel().measure(_still(canyon=0), [2, 1], np.random.default_rng(1))


def test_figures_of_a_known_run() -> None:
    """Coverage, repeats, episodes and autocorrelation of a run made by hand are as worked out."""
    east = np.array([3.0, 3.0, 30.0, 3.0, 300.0, 300.0, 3.0, 3.0, 3.0, 3.0])
    run = _run(east, np.full(10, 10.0))
    found = figures([run])
    assert found.fixes == 10
    assert found.share_fine == 1.0
    assert found.within_68 == pytest.approx(0.7)
    assert found.repeats == pytest.approx(0.5)
    assert found.outlier_episodes_per_100_fixes == 10
    assert found.outlier_episode_min[2] == 1.0


def test_outliers_far_apart_in_time_are_two_episodes() -> None:
    """Two stretches of outliers with half an hour and no fix between them are not one episode."""
    run = _run(np.array([3.0] * 8 + [300.0] * 4), np.full(12, 10.0))
    late = run.time_s + np.where(np.arange(12) >= 10, 1_800.0, 0.0)
    found = figures([replace(run, time_s=late)])
    assert found.outlier_episodes_per_100_fixes == pytest.approx(100 * 2 / 12)
    assert found.outlier_episode_min == (1.0,) * 5


def test_figures_of_a_steady_error() -> None:
    """A constant error has autocorrelation 1, and one that flips sign each minute has -1."""
    steady = figures([_run(np.full(200, 8.0), np.full(200, 10.0))])
    assert steady.autocorrelation[1] == pytest.approx(1)
    flips = figures([_run(np.where(np.arange(200) % 2, -8.0, 8.0), np.full(200, 10.0))])
    assert flips.autocorrelation[1] == pytest.approx(-1)
    assert flips.autocorrelation[2] == pytest.approx(1)


def test_figures_need_ten_fixes() -> None:
    """Too short a recording is an error that says what to give."""
    with pytest.raises(ValueError, match="ten fixes"):
        figures([_run(np.zeros(9), np.ones(9))])


def _run(east: Floats, accuracy: Floats) -> StillRun:
    times = np.arange(0.0, 60.0 * len(east), 60.0)
    return StillRun("by hand", True, times, east, np.zeros(len(east)), accuracy)


def _still(canyon: float) -> TruePath:
    return PathBuilder(PLANE, 0, (0.0, 0.0), canyon=canyon).stay(7200).build()


def _measure(path: TruePath, seed: int) -> list[Fix]:
    return NoiseModel().measure(path, range(0, path.end, MINUTE), np.random.default_rng(seed))


def _errors(path: TruePath, seed: int) -> float:
    fixes = _measure(path, seed)
    east, north = PLANE.metres([fix.lon for fix in fixes], [fix.lat for fix in fixes])
    return float(np.median(np.hypot(east, north)))
