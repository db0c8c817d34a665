"""The past, corrected or late: told anew with the reason, at the price of the time judged again."""

from collections.abc import Iterator
from dataclasses import replace as replaced

import pytest
from msgspec.structs import replace

from engine.core.alert import AlertAction, AlertChange
from engine.core.archive import Archive
from engine.core.docket import Docket, History, judge, open_docket, rejudge
from engine.core.episode import EpisodeState
from engine.core.fold import Fold, Report, prime
from engine.core.gauge import IndexGauge
from engine.core.order import ConditionKind, Supervision
from engine.core.position import Position
from engine.core.replay import index_of
from tests.judgement_kit import ORIGIN, at, circle, condition, lon, position, supervision
from tests.stored_kit import ALL, Known, Stored
from zones.instant import DAY, HOUR, MINUTE, Instant, render
from zones.interval import Interval
from zones.zone import Circle, Zone

PARK = circle("X", 0, 100)
KEEP_OUT = supervision(condition(ConditionKind.EXCLUSION, PARK, condition_id="x"))
VISIT = [position(60 * minute, 2.0 * minute) for minute in range(10, 14)]
AWAY = [position(60 * minute, 1000.0 + minute) for minute in (0, 5, 9, 14, 20)]


@pytest.fixture
def stored(store_url: str) -> Iterator[Stored]:
    """An engine on each kind of store."""
    played = Stored(store_url)
    yield played
    played.close()


def told_otherwise(stored: Stored) -> list[AlertChange]:
    """Return the steps that say something was otherwise; each must be in the outbox."""
    with stored.store.read() as transaction:
        changes = transaction.alerts.changes_after(0)
        outbox = {each.change_id: each for each in transaction.alerts.outbox_after(0)}
    found = [each for each in changes if each.before is not None]
    for each in found:
        assert each.before is not None
        assert (each.change_id in outbox) == (each.before.state is EpisodeState.CONFIRMED)
        assert each.change_id not in outbox or outbox[each.change_id].due_at == each.at
    return found


def test_a_zone_corrected_into_the_past_retracts_and_says_so(stored: Stored) -> None:
    """A visit to where the zone never was is retracted; whoever was told is told, and why."""
    stored.begin(Known.of(KEEP_OUT))
    stored.take(sorted([*AWAY, *VISIT], key=lambda each: each.key), at(1300))
    moved = Zone("X", Circle(lon(5000.0), ORIGIN[1], 100.0), effective_from=at(0))
    stored.learn([moved])
    stored.tick(at(1400))
    assert stored.standing() == []
    (change,) = told_otherwise(stored)
    assert change.action is AlertAction.RETRACTED
    assert change.note == f"zone X has version 2 in effect from {render(at(0))}"
    stored.check_history()
    with stored.store.read() as transaction:
        (alert,) = transaction.alerts.list(ALL)
        (episode,) = transaction.episodes.list(ALL)
        first, last = transaction.episodes.revisions(episode.episode_id)
        history = transaction.alerts.history(alert.alert_id)
    assert alert.retracted
    assert (first.episode.state, last.episode.state) == ("confirmed", "retracted")
    assert history[0].action == "raised"


def test_a_pass_written_afterwards_retracts_what_it_allows(stored: Stored) -> None:
    """A pass for the time of a visit makes the visit never have been; the order is named."""
    known = Known.of(KEEP_OUT)
    stored.begin(known)
    stored.take(sorted([*AWAY, *VISIT], key=lambda each: each.key), at(1300))
    (written,) = known.order.conditions
    allowed = replaced(written.schedule, passes=(Interval(at(500), at(900)),))
    stored.learn(order=replace(known.order, conditions=(replace(written, schedule=allowed),)))
    stored.restart()
    stored.tick(at(1400))
    assert stored.standing() == []
    (change,) = told_otherwise(stored)
    assert change.action is AlertAction.RETRACTED
    assert change.note is not None
    assert "condition x of order o" in change.note


def test_a_late_position_amends_and_says_which(stored: Stored) -> None:
    """A start that late positions move is amended, with how many they were and of when."""
    stored.begin(Known.of(KEEP_OUT))
    stored.take([AWAY[0], *VISIT[2:], *AWAY[3:]], at(1300))
    stored.take(VISIT[:2], at(1400))
    (change,) = told_otherwise(stored)
    assert change.action is AlertAction.AMENDED
    assert change.note == f"2 positions from {render(at(600))} to {render(at(660))} came late"
    stored.take(VISIT, at(1500))
    assert told_otherwise(stored) == [change]


def test_what_is_amended_to_less_than_confirmed_is_told_as_well(stored: Stored) -> None:
    """Two visits that a late position parts are brief: who was told of one is told it is not."""
    stored.begin(Known.of(KEEP_OUT))
    stored.take([AWAY[0], VISIT[0], VISIT[3], AWAY[4]], at(1300))
    stored.take([position(690, 1000.0)], at(1400))
    (change,) = told_otherwise(stored)
    assert change.action is AlertAction.AMENDED
    assert {each.state for each in stored.standing()} == {EpisodeState.BRIEF}


def test_a_day_uploaded_newest_first_and_twice(stored: Stored) -> None:
    """A day at once, newest first, then again: the episodes of the day as it was lived."""
    day = [position(600 * n, 1000.0 if n % 20 > 4 else 3.0 * (n % 20)) for n in range(144)]
    stored.begin(Known.of(KEEP_OUT))
    stored.take(day, at(86_400))
    stored.tick(at(90_000))
    expected = stored.standing()
    assert len(expected) == 8
    stored.begin(Known.of(KEEP_OUT))
    stored.take(day[100:][::-1], at(88_000))
    stored.take(day[:100][::-1], at(88_100))
    stored.take(day[::-1], at(88_200))
    stored.tick(at(90_000))
    assert stored.standing() == expected
    stored.check_history()


@pytest.mark.parametrize("days", [1, 4, 16])
def test_a_correction_costs_the_time_it_reaches_back_not_the_history(days: int) -> None:
    """Two hours corrected fold the same positions again after one day and after sixteen."""
    engine = Counting(KEEP_OUT, days)
    now = at(0) + days * DAY
    again = engine.corrected(now - 2 * HOUR, now)
    assert again == 2 * 12 + 1
    late = position((days * DAY - 90 * MINUTE) / 1e6 + 1, 500.0)
    assert engine.late(late, now) == 2 * 12 + 1


class Counting:
    """A wearer with a history of some days, a position every five minutes; counts what is read."""

    def __init__(self, judged_by: Supervision, days: int) -> None:
        self._supervision = judged_by
        self._fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
        self._archive = Archive("w")
        self._again = 0
        until = at(0) + days * DAY
        reports = [position(300 * n, 1000.0 + n % 7) for n in range(288 * days + 1)]
        prime(self._fold.gauge, [(judged_by, reports)])
        judged = judge(open_docket(judged_by), self._fold, reports, until, self._history())
        for report in reports:
            self._archive.add(report)
        shown = self._archive.keep(judged, until)
        self._docket = Docket(supervision=judged_by, state=judged.state, shown=shown)

    def corrected(self, since: Instant, now: Instant) -> int:
        """Judge again from an instant on; return how many positions were folded again."""
        self._again = 0
        rejudge(self._docket, self._fold, (), since, now, self._history())
        return self._again

    def late(self, late: Position, now: Instant) -> int:
        """Judge a late position; return how many positions were folded again."""
        self._again = 0
        judge(self._docket, self._fold, [late], now, self._history())
        return self._again

    def _history(self) -> History:
        past = self._archive.history()

        def counted(since: Instant) -> Iterator[Report]:
            for report in past.reports_since(since):
                self._again += 1
                yield report

        return History(past.cut_at, counted, past.shown_since)
