"""What alerts are worth against a truth made by hand: minutes, at a position a minute."""

from collections.abc import Iterable

import numpy as np
import pytest

from benchmarks.quality.certainty import count_interval, share_interval
from benchmarks.quality.rivals import RIVALS, Measures, alerts_of
from benchmarks.quality.scoring import Alert, Score, Truth, score
from zones.instant import HOUR, MINUTE, SECOND


def alert(start: float, end: float, raised: float | None = None) -> Alert:
    """Return an alert about minutes, raised at its start unless said otherwise."""
    at = round((start if raised is None else raised) * MINUTE)
    return Alert(round(start * MINUTE), round(end * MINUTE), at)


def truth(start: float, end: float, deep: float | None = None, story: str = "") -> Truth:
    """Return a violation of minutes, deep all along unless said otherwise."""
    lasting = (end - start) if deep is None else deep
    return Truth(round(start * MINUTE), round(end * MINUTE), round(lasting * MINUTE), story)


def judged(alerts: Iterable[Alert], truths: Iterable[Truth]) -> Score:
    """Return the score at a plan of one minute."""
    return score(list(alerts), list(truths), MINUTE)


def test_a_violation_is_found_by_what_overlaps_it() -> None:
    """Of two violations one has an alert: the recall is a half, and the other one is named."""
    found = judged([alert(12, 14)], [truth(10, 20), truth(40, 50, story="visit")])
    assert (found.counting, found.found, found.false) == (2, 1, 0)
    assert found.missed == {"visit": 1}


def test_the_delay_runs_to_when_the_alert_was_raised() -> None:
    """The delay is from the true start to the raising of the first alert; none if it was early."""
    late = judged([alert(11, 14, 13.5), alert(16, 17)], [truth(10, 20)])
    early = judged([alert(9, 14, 9)], [truth(10, 20)])
    assert (late.delays_s, early.delays_s) == ([3.5 * 60], [0.0])


@pytest.mark.parametrize(("deep", "counting"), [(2, 0), (2.01, 1)])
def test_what_is_short_or_shallow_does_not_count(deep: float, counting: int) -> None:
    """A violation counts if the wearer was deep for longer than two plan intervals, not sooner."""
    assert judged([], [truth(10, 20, deep)]).counting == counting


@pytest.mark.parametrize(("start", "false"), [(21, 0), (21.01, 1)])
def test_a_false_alert_is_a_plan_interval_away_from_any_violation(start: float, false: int) -> None:
    """An alert is false more than one plan interval after a violation, even a shallow one."""
    assert judged([alert(start, 30)], [truth(10, 20, 0)]).false == false


def test_repeats_within_the_hour_are_counted_apart() -> None:
    """False alerts all count; those more than an hour after the one before are told, too."""
    found = judged([alert(0, 1), alert(30, 31), alert(91.1, 92)], [])
    assert (found.false, found.false_apart, found.alerts) == (3, 2, 3)


def test_scores_add_up() -> None:
    """The score of two wearers is the sum of theirs."""
    total = judged([alert(12, 14)], [truth(10, 20), truth(40, 50, story="visit")])
    total.add(judged([alert(100, 101)], [truth(40, 50, story="visit")]))
    assert (total.counting, total.found, total.alerts, total.false) == (3, 1, 2, 1)
    assert total.missed == {"visit": 2}


def seen(depths: list[float], accuracies: list[float], window: list[int]) -> Measures:
    """Return positions a minute apart, each received a second later."""
    times = np.arange(len(depths), dtype=np.int64) * MINUTE
    return Measures(
        times,
        times + SECOND,
        np.array(depths),
        np.array(accuracies),
        np.array(window, dtype=np.int64),
    )


POSITIONS = seen(
    [-50.0, 5.0, 300.0, 60.0, -50.0, 40.0, 40.0, 40.0],
    [10.0, 10.0, 500.0, 10.0, 10.0, 10.0, 10.0, 10.0],
    [0, 0, 0, 0, 0, 0, 1, -1],
)
"""Out, shallow, coarse, deep, back; then deep across the end of a window, and out of force."""


@pytest.mark.parametrize(
    ("rule", "spans"),
    [
        ("every_ping", [(1, 3), (5, 5), (6, 6)]),
        ("accuracy_gate_100m", [(1, 3), (5, 5), (6, 6)]),
        ("accuracy_circle", [(3, 3), (5, 5), (6, 6)]),
    ],
)
def test_each_rival_alerts_once_a_run(rule: str, spans: list[tuple[int, int]]) -> None:
    """A run of violating positions is one alert, raised with its first; a window's end ends it."""
    expected = [Alert(a * MINUTE, b * MINUTE, a * MINUTE + SECOND) for a, b in spans]
    assert alerts_of(RIVALS[rule], POSITIONS) == expected


def test_a_gated_position_is_not_heard() -> None:
    """The gate neither begins nor ends anything with a coarse position; every ping does both."""
    inside = seen([5.0, -300.0, 5.0, -5.0, 300.0], [10.0, 500.0, 10.0, 10.0, 500.0], [0] * 5)
    gated = [(0, 2)]
    every = [(0, 0), (2, 2), (4, 4)]
    for rule, spans in (("accuracy_gate_100m", gated), ("every_ping", every)):
        found = [(each.start, each.end) for each in alerts_of(RIVALS[rule], inside)]
        assert found == [(a * MINUTE, b * MINUTE) for a, b in spans]


def test_nothing_heard_is_no_alert() -> None:
    """Out of force nobody alerts."""
    silent = seen([5.0], [10.0], [-1])
    assert [alerts_of(rule, silent) for rule in RIVALS.values()] == [[], [], []]


def test_the_intervals_are_those_of_the_tables() -> None:
    """Wilson's and Garwood's intervals agree with published values."""
    assert share_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert share_interval(0, 0) == (0.0, 1.0)
    assert count_interval(0) == pytest.approx((0.0, 3.6889), abs=1e-4)
    assert count_interval(20) == pytest.approx((12.2165, 30.8884), abs=1e-4)
    assert count_interval(1000) == pytest.approx((938.97, 1063.94), abs=0.02)


def test_an_hour_is_measured_from_the_end() -> None:
    """A repeat is apart if it begins more than an hour after the end of the false alert before."""
    found = judged([alert(0, 10), alert(70, 71), alert(70 + HOUR / MINUTE + 1.1, 140)], [])
    assert found.false_apart == 2
