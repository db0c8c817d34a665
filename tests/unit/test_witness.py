"""What confirms a run: how deep, how long, how fine. The zone is 100 m round metre 0."""

from typing import Any

import pytest

from engine.core.condition_json import read_condition
from engine.core.episode import Episode
from engine.core.order import (
    DEFAULTS,
    ConditionKind,
    Parameters,
    Supervision,
    default_parameters,
)
from engine.core.position import Mechanism, Position
from engine.core.witness import outlasted_m, shared_error_m
from tests.judgement_kit import at, circle, condition, judged, position, supervision
from zones.instant import SECOND
from zones.membership import distance_limit_m

FAR = position(0, -1000)


def keep_out(**parameters: Any) -> Supervision:  # noqa: ANN401
    """Return an exclusion with the parameters of its kind, but for those given."""
    given = default_parameters(ConditionKind.EXCLUSION)
    fields = {name: getattr(given, name) for name in given.__struct_fields__}
    chosen = Parameters(**{**fields, **parameters})
    return supervision(condition(ConditionKind.EXCLUSION, circle("X", 0, 100), parameters=chosen))


def curfew_like(**parameters: Any) -> Supervision:  # noqa: ANN401
    """Return a zone to stay in, always in force."""
    chosen = Parameters(**parameters)
    return supervision(condition(ConditionKind.INCLUSION, circle("X", 0, 100), parameters=chosen))


def confirmed_at(judged_by: Supervision, *reports: Position) -> float | None:
    """Return the second at which the one episode was confirmed, None if it was not."""
    (episode,) = judged(judged_by, *reports, until=20_000)
    return _second(episode)


def _second(episode: Episode) -> float | None:
    return None if episode.confirmed_at is None else (episode.confirmed_at - at(0)) / SECOND


def edge(depth_m: float, index: int = 0) -> float:
    """Return a place so deep in the zone, a hair apart for each index: no two are one witness."""
    return -(100 - depth_m) + index * 1e-3


@pytest.mark.parametrize("kind", [kind for kind in ConditionKind if kind != "proximity"])
def test_what_an_order_leaves_out_is_by_its_kind(kind: ConditionKind) -> None:
    """A condition that says nothing has its kind's parameters; what it says replaces one."""
    hours = {"weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}]}
    data = {"id": "c", "kind": kind.value, "zone": "Z", **hours}
    default = default_parameters(kind)
    assert read_condition(data, "UTC").parameters == default
    said = read_condition(data | {"dwell_s": 7, "confidence": None}, "UTC").parameters
    assert said.dwell_s == 7
    assert said.shared_error_m == default.shared_error_m > 0


def test_every_kind_says_what_it_leaves_out() -> None:
    """No kind of condition is without parameters of its own."""
    assert set(DEFAULTS) == set(ConditionKind)


def test_deep_inside_the_second_position_is_enough() -> None:
    """With positions a minute apart, a wearer deep inside is confirmed by the second of them."""
    inside = [position(60 * k, edge(60 + k)) for k in range(1, 4)]
    assert confirmed_at(keep_out(), FAR, *inside) == 120


def test_positions_of_one_moment_are_not_two_witnesses_of_it() -> None:
    """However many positions come at once, the newest must be a dwell after the first."""
    inside = [position(60 + k, edge(60, k)) for k in range(45)]
    assert confirmed_at(keep_out(), FAR, *inside) is None
    assert confirmed_at(keep_out(), FAR, *inside, position(105, edge(61))) == 105


def test_the_shallower_the_longer() -> None:
    """Near the boundary the wearer must stay until the shared error is no longer believed."""

    def after(depth_m: float) -> float:
        inside = [position(60 * k, edge(depth_m, k)) for k in range(1, 120)]
        second = confirmed_at(keep_out(), FAR, *inside)
        assert second is not None
        return second - 60

    waits = [after(depth_m) for depth_m in (60, 30, 20, 15, 12)]
    assert waits[0] == waits[1] == 60
    assert waits == sorted(waits)
    assert 300 < waits[2] < waits[3] < waits[4] < 4800


def test_one_deep_outlier_does_not_carry_a_shallow_run() -> None:
    """The depth that counts is the one that as many witnesses reach as the threshold says."""
    shallow = [position(60 * k, edge(12, k)) for k in range(2, 9)]
    assert confirmed_at(keep_out(), FAR, position(60, edge(90)), *shallow) is None


def test_a_coarse_deep_witness_does_not_carry_a_shallow_fine_one() -> None:
    """Beside a cell far out, the fine witness itself must be deep enough or have lasted."""
    cells = [position(30 * k, -2000 - k, 400.0, mechanism=Mechanism.CELL) for k in (1, 2)]
    stay = curfew_like(shared_error_m=15.0, shared_error_half_life_s=300.0)
    assert confirmed_at(stay, position(0, 0), *cells, position(120, -112)) is None
    assert confirmed_at(stay, position(0, 0), *cells, position(120, -140)) == 120


def test_two_outliers_an_hour_apart_are_no_hour() -> None:
    """Silence between two witnesses counts as lasted no longer than a position holds."""
    apart = (position(60, edge(13)), position(4000, edge(13, 1)))
    assert confirmed_at(keep_out(), FAR, *apart) is None
    between = [position(60 * k, edge(13, k)) for k in range(1, 67)]
    assert confirmed_at(keep_out(), FAR, *between) is not None


def test_a_repeat_does_not_let_time_pass() -> None:
    """A frozen shallow position confirms nothing, however long; nor does one new one after it."""
    frozen = [position(60 * k, edge(13)) for k in range(1, 100)]
    assert confirmed_at(keep_out(), FAR, *frozen, position(6000, edge(13, 1))) is None


def test_a_ring_is_left_before_a_zone_to_stay_in_is() -> None:
    """Out of a zone with a ring, the depth that counts is that beyond the ring."""
    told = {"shared_error_m": 20.0, "shared_error_half_life_s": 1200.0}
    outside = [position(60 * k, -140 - k / 100) for k in range(1, 4)]
    start = position(0, 0)
    assert confirmed_at(curfew_like(**told), start, *outside) == 120
    with_ring = curfew_like(buffer_m=25.0, **told)
    main, *_ = judged(with_ring, start, *outside, until=200)
    assert main.kind == "inclusion_left"
    assert main.confirmed_at is None


def test_a_ring_itself_needs_no_depth() -> None:
    """The ring's own episode is advisory: two witnesses in it confirm it however shallow."""
    ring = keep_out(buffer_m=60.0)
    inside_ring = [position(60 * k, -130 - k / 100) for k in range(1, 4)]
    (episode,) = judged(ring, position(0, -500), *inside_ring, until=200)
    assert (episode.kind, _second(episode)) == ("buffer_entered", 120)


def test_the_shared_error_halves() -> None:
    """Half as much shared error is believed after every half-life."""
    parameters = Parameters(shared_error_m=20.0, shared_error_half_life_s=600.0)
    believed = [shared_error_m(s * SECOND, parameters) for s in (0, 600, 1800)]
    assert believed == pytest.approx([20.0, 10.0, 2.5])


@pytest.mark.parametrize("accuracy_m", [3.0, 10.0, 40.0])
def test_what_a_witness_outlasts_adds_to_its_accuracy(accuracy_m: float) -> None:
    """With exactly the shared error that a witness outlasts it lies at the edge of being sure."""
    shared_m = outlasted_m(60.0, accuracy_m, 0.95)
    assert distance_limit_m((accuracy_m**2 + shared_m**2) ** 0.5) == pytest.approx(60.0)
    assert outlasted_m(1.0, accuracy_m, 0.95) == 0.0
