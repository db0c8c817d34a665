"""When evidence against one condition begins, confirms and ends an episode: stories by the second.

The zone to keep out of is a circle of 100 m round metre 0; nothing is known before second 0.
"""

from typing import Any

import pytest

from engine.core.episode import EpisodeState
from engine.core.order import ConditionKind, Parameters, Supervision
from engine.core.position import Mechanism
from tests.judgement_kit import (
    MAX_AGE_S,
    at,
    circle,
    condition,
    estimates,
    judged,
    position,
    supervision,
    told,
)

OUT, UNSURE = 300.0, 100.0


def keep_out(radius_m: float = 100.0, **parameters: Any) -> Supervision:  # noqa: ANN401
    """Return the supervision of every story here."""
    chosen = Parameters(**parameters)
    zone = circle("X", 0, radius_m)
    return supervision(condition(ConditionKind.EXCLUSION, zone, parameters=chosen))


@pytest.mark.parametrize(("threshold", "state"), [(1, "confirmed"), (2, "confirmed"), (3, "brief")])
def test_threshold(threshold: int, state: str) -> None:
    """An episode is confirmed by as many positions in violation as the threshold says."""
    found = told(
        keep_out(threshold=threshold),
        *(position(0, OUT), position(60, 0), position(120, 10), position(180, OUT)),
        until=200,
    )
    assert found == [("exclusion_entered", state, (0, 60), (120, 180), 2, 100)]


@pytest.mark.parametrize(("threshold", "second"), [(1, 60), (2, 120), (3, 180)])
def test_confirmed_at_the_position_that_is_enough(threshold: int, second: float) -> None:
    """An episode is confirmed in event time at the position that made the evidence enough."""
    reports = (position(0, OUT), position(60, 0), position(120, 10), position(180, 20))
    (episode,) = judged(keep_out(threshold=threshold), *reports, until=200)
    assert episode.confirmed_at == at(second)
    assert episode.ended is None


@pytest.mark.parametrize(("last", "state"), [(179.999999, "pending"), (180, "confirmed")])
def test_dwell(last: float, state: str) -> None:
    """The dwell is proved by a position in violation that long after the first one, not sooner."""
    reports = (position(0, OUT), position(60, 0), position(120, 10), position(last, 20))
    (found,) = told(keep_out(dwell_s=120), *reports, until=1000)
    assert found == ("exclusion_entered", state, (0, 60), None, 3, 100)


def test_time_alone_proves_no_dwell() -> None:
    """Silence after a first position in violation does not make it a dwell."""
    reports = (position(0, OUT), position(60, 0), position(61, 10), position(400, OUT))
    (found,) = told(keep_out(dwell_s=120), *reports, until=400)
    assert found == ("exclusion_entered", "brief", (0, 60), (61, 400), 2, 100)


def test_frozen_positions_are_one_witness() -> None:
    """The same coordinates and accuracy repeated, however often, are one witness."""
    frozen = [position(60 * k, 0) for k in range(1, 8)]
    found = told(keep_out(), position(0, OUT), *frozen, position(480, OUT), until=500)
    assert found == [("exclusion_entered", "brief", (0, 60), (420, 480), 7, 100)]


def test_a_frozen_position_proves_no_dwell() -> None:
    """A witness repeated later proves no time in violation; a new one does."""
    frozen = (position(0, OUT), position(60, 0), position(90, 10), position(400, 10))
    (found,) = told(keep_out(dwell_s=120), *frozen, until=400)
    assert found[1] == "pending"
    (found,) = told(keep_out(dwell_s=120), *frozen, position(420, 5), until=420)
    assert found[1] == "confirmed"


def test_the_same_place_with_another_accuracy_is_another_witness() -> None:
    """What is repeated is coordinates and accuracy, not coordinates alone."""
    reports = (position(0, OUT), position(60, 0, 10.0), position(120, 0, 12.0))
    (found,) = told(keep_out(), *reports, until=120)
    assert found[1] == "confirmed"


@pytest.mark.parametrize(
    ("accuracy_m", "mechanism", "state"),
    [
        (200.0, Mechanism.WIFI, "confirmed"),
        (200.1, Mechanism.WIFI, "pending"),
        (10.0, Mechanism.CELL, "pending"),
        (None, Mechanism.CELL, "pending"),
        (None, Mechanism.GNSS, "confirmed"),
    ],
)
def test_coarse_positions_confirm_nothing_alone(
    accuracy_m: float | None, mechanism: Mechanism, state: str
) -> None:
    """Cell positions, and those beyond 200 m, are no proof without a finer witness."""
    witnesses = [position(60 * k, 10.0 * k, accuracy_m, mechanism=mechanism) for k in range(1, 6)]
    (found,) = told(keep_out(5000), *witnesses, until=300)
    assert found == ("exclusion_present_at_start", state, (0, 60), None, 5, 4990)


def test_one_finer_witness_is_enough() -> None:
    """Coarse positions count towards the threshold beside one finer witness."""
    reports = (position(60, 0, 300.0), position(120, 10.0))
    (found,) = told(keep_out(5000), *reports, until=120)
    assert found[1] == "confirmed"


def test_unsure_positions_begin_nothing() -> None:
    """A position too near the boundary opens nothing; the start lies after the last clear one."""
    assert told(keep_out(), position(0, OUT), position(60, UNSURE), until=60) == []
    reports = (position(0, OUT), position(60, UNSURE), position(120, 0), position(180, 10))
    (found,) = told(keep_out(), *reports, until=180)
    assert found == ("exclusion_entered", "confirmed", (0, 120), None, 2, 100)


def test_unsure_positions_end_and_confirm_nothing() -> None:
    """A position too near the boundary neither ends what runs nor counts for it."""
    reports = (position(0, OUT), position(60, 0), position(120, UNSURE), position(180, UNSURE))
    (found,) = told(keep_out(), *reports, until=180)
    assert found == ("exclusion_entered", "pending", (0, 60), None, 1, 100)


def test_a_run_survives_silence_and_doubt() -> None:
    """What has begun goes on until positive evidence ends it, however long that takes."""
    reports = (position(0, OUT), position(60, 0), position(4000, UNSURE), position(8000, 10))
    (found,) = told(keep_out(), *reports, until=8000)
    assert found == ("exclusion_entered", "confirmed", (0, 60), None, 2, 100)


@pytest.mark.parametrize("later", [0, 1e-6, 50_000])
def test_silence_leaves_an_episode_open_and_unconfirmed(later: float) -> None:
    """An open episode stays open in silence, unconfirmed since the last position's max age."""
    reports = (position(0, OUT), position(60, 0), position(120, 10))
    (episode,) = judged(keep_out(), *reports, until=120 + MAX_AGE_S + later)
    assert episode.ended is None
    assert episode.state is EpisodeState.CONFIRMED
    assert episode.unconfirmed_since == (at(120 + MAX_AGE_S) if later else None)


def test_a_start_is_estimated_where_the_path_crosses() -> None:
    """The estimates are where the straight path between two positions crosses the boundary."""
    reports = (position(0, 300), position(60, 0), position(120, 10), position(180, 310))
    (episode,) = judged(keep_out(), *reports, until=180)
    assert estimates(episode) == pytest.approx((40, 138), abs=0.01)


def test_the_ring_is_the_hysteresis_of_the_end() -> None:
    """With a ring the end is estimated where the path leaves the ring, not the zone."""
    reports = (position(0, 300), position(60, 0), position(120, 10), position(180, 310))
    (episode,) = judged(keep_out(buffer_m=50), *reports, until=180)
    assert estimates(episode) == pytest.approx((40, 148), abs=0.01)


def test_far_apart_the_proved_instant_is_the_estimate() -> None:
    """Between positions more than max age apart nothing is known: the later end is the estimate."""
    reports = (position(0, 300), position(301, 0), position(310, 10), position(611, 310))
    (episode,) = judged(keep_out(), *reports, until=611)
    assert estimates(episode) == (301, 611)


def test_evidence_has_the_positions_and_their_parts() -> None:
    """The last clear position, the violations, the deepest and the one that ended it are kept."""
    reports = (position(0, OUT), position(60, 20), position(120, 10), position(180, OUT + 1))
    (episode,) = judged(keep_out(), *reports, until=180)
    parts = [(each.role, each.fix_time) for each in episode.evidence]
    assert parts == [
        ("before", at(0)),
        ("violation", at(60)),
        ("violation", at(120)),
        ("deepest", at(120)),
        ("after", at(180)),
    ]
    assert [round(each.signed_distance_m) for each in episode.evidence] == [-200, 80, 90, 90, -201]


def test_evidence_is_bounded() -> None:
    """Of many positions in violation twelve are kept, and the deepest wherever it was."""
    reports = [position(60 * k, 90 - k) for k in range(1, 31)]
    (episode,) = judged(keep_out(), *reports, until=3600)
    roles = [each.role for each in episode.evidence]
    assert roles == ["violation"] * 12 + ["deepest"]
    assert episode.evidence[-1].fix_time == at(1800)
    assert episode.positions == 30
