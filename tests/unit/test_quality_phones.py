"""Recorded phones asked: lying still they must raise nothing, carried away they must be missed."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.__main__ import main
from benchmarks.quality.phones import Answers, still, together, trips
from simulators.plane import Floats, Plane
from simulators.recordings import StillRun, Track

PLANE = Plane(13.0, 52.0)
WALK_MPS = 1.5


def resting(east_m: Floats, accuracy_m: Floats) -> StillRun:
    """Return a run of an hour of phone 1, a fix a minute, so far east of its place."""
    rows = len(east_m)
    time_s = np.arange(rows) * 60.0
    return StillRun("still", True, time_s, east_m, np.zeros(rows), accuracy_m, "phone-1")


def false_alerts(found: Answers, question: str) -> dict[str, int]:
    """Return the false alerts of every rule."""
    return {rule: each.false for rule, each in found["phones 1 and 2", question].scores.items()}


def test_an_outlier_a_frozen_cell_and_a_still_phone() -> None:
    """One fine outlier and a frozen cell fool those who look at pings, and not the engine."""
    east_m, accuracy_m = np.random.default_rng(1).normal(0, 2, 60), np.full(60, 10.0)
    east_m[20] = 130.0
    east_m[40:50], accuracy_m[40:50] = 800.0, 600.0
    found = still([resting(east_m, accuracy_m)], {})
    assert found["phones 1 and 2", "left a circle of 50 m"].days == pytest.approx(59 / 1440)
    assert false_alerts(found, "left a circle of 50 m") == {
        "ringfence": 0,
        "every_ping": 2,
        "accuracy_gate_100m": 1,
        "accuracy_circle": 2,
    }


def test_parameters_may_be_said() -> None:
    """With a threshold of one and no dwell the outlier is believed."""
    east_m = np.zeros(60)
    east_m[20] = 130.0
    run = resting(east_m, np.full(60, 10.0))
    found = still([run], {"threshold": 1, "dwell_s": 0.0})
    assert false_alerts(found, "left a circle of 50 m")["ringfence"] == 1


def carried(phone: str, start_s: float, end_s: float, off_m: float) -> Track:
    """Return the fixes of a phone that waits at a place for 300 s, then walks east."""
    time_s = np.arange(start_s, end_s, 30.0)
    east_m = np.maximum(0.0, time_s - 300.0) * WALK_MPS
    lon, lat = PLANE.degrees(east_m, np.full(len(time_s), off_m))
    flat = np.full(len(time_s), 8.0)
    return Track(phone, time_s, lat, lon, flat, flat, time_s + 1.0)


TRACKS = {phone: carried(phone, 0.0, 900.0, off) for phone, off in (("a", 1.0), ("b", -1.0))}


def test_where_phones_were_together_is_their_median() -> None:
    """Two phones a metre to either side of the way give the way; one alone gives nothing."""
    found = together(list(TRACKS.values()), 0.0, 900.0)
    assert found is not None
    time_s, east_m, north_m, _ = found
    assert np.allclose(north_m, 0.0, atol=0.1)
    assert np.allclose(east_m, np.maximum(0.0, time_s - 300.0) * WALK_MPS, atol=0.1)
    assert together([TRACKS["a"]], 0.0, 900.0) is None


def test_a_trip_is_found_by_everybody_and_when() -> None:
    """Leaving 50 m at 1.5 m/s is found by every rule, by ours at the second sure position."""
    found = trips(TRACKS, [(0.0, 900.0)], {})["carried", "left a circle of 50 m"].scores
    assert {rule: (each.counting, each.found) for rule, each in found.items()} == dict.fromkeys(
        found, (2, 2)
    )
    left_s = 300.0 + 50.0 / WALK_MPS
    assert found["every_ping"].delays_s == pytest.approx([361 - left_s] * 2, abs=5.0)
    assert found["ringfence"].delays_s == pytest.approx([421 - left_s] * 2, abs=5.0)


def test_a_missing_recording_is_said_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the files the command says which one is missing, and leaves with 2."""
    with pytest.raises(SystemExit) as left:
        main(["--recordings", str(tmp_path / "pings.csv.gz"), str(tmp_path / "log.csv.gz")])
    assert left.value.code == 2
    assert "pings.csv.gz" in capsys.readouterr().err
