"""Episodes become alerts: raised, repeated, restored, retracted, and when people are told."""

from itertools import count, permutations

from msgspec.structs import replace

from engine.core.alert import Alert, AlertAction, AlertState
from engine.core.amend import ChangeKind
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState, Severity, StoredEpisode
from engine.core.gist import gist_of
from engine.core.raising import Ledger, Saved, moved_gist, raise_alerts
from tests.judgement_kit import at
from zones.instant import SECOND

GRACE = 600 * SECOND
NEW, PROGRESSED, AMENDED, RETRACTED = ChangeKind
A = AlertAction


def episode(second: float = 0, ended: float | None = None, **changes: object) -> Episode:
    """Return an exclusion, confirmed a minute after it began."""
    made = Episode(
        activation_id=1,
        condition_id="x",
        condition_version=1,
        zone_id="X",
        kind=EpisodeKind.EXCLUSION_ENTERED,
        state=EpisodeState.CONFIRMED,
        started=Bound(at(second - 60), at(second), at(second - 30)),
        ended=None if ended is None else Bound(at(ended - 60), at(ended), at(ended - 30)),
        positions=2,
        max_depth_m=10.0,
        confirmed_at=at(second + 60),
    )
    return replace(made, **changes)


PENDING = episode(state=EpisodeState.PENDING, confirmed_at=None)
BRIEF = episode(0, 30, state=EpisodeState.BRIEF, confirmed_at=None)


class Desk:
    """A ledger that lives on, with what has happened."""

    def __init__(self) -> None:
        self.ledger = Ledger({}, {}, {}, {}, [])
        self.numbers = count(1)

    def take(self, episode_id: int, made: Episode, kind: ChangeKind = NEW) -> list[AlertAction]:
        """Apply one episode change and return what happened to alerts."""
        known = self.ledger.episodes.get(episode_id)
        stored = StoredEpisode(
            episode_id=episode_id, revision=1, wearer_id="w", updated_at=at(0), episode=made
        )
        saved = Saved(kind=kind, stored=stored, before=None if known is None else known.episode)
        before = len(self.ledger.changes)
        raise_alerts(self.ledger, [saved], at(9000), lambda _: GRACE, lambda _: next(self.numbers))
        return [change.action for change in self.ledger.changes[before:]]

    def close(self) -> None:
        """Close the alert, as a person would."""
        alert = replace(self.alert, state=AlertState.CLOSED)
        self.ledger.alerts[alert.alert_id] = alert
        self.ledger.not_closed.clear()

    @property
    def alert(self) -> Alert:
        """The only alert."""
        (alert,) = self.ledger.alerts.values()
        return alert


def test_pending_is_no_alert_confirmed_is() -> None:
    """An episode makes an alert once it is confirmed; people are told after the grace."""
    desk = Desk()
    assert desk.take(1, PENDING) == []
    assert desk.take(1, episode(), PROGRESSED) == [A.RAISED]
    assert (desk.alert.severity, desk.alert.confirmed) == (Severity.CRITICAL, True)
    assert (desk.alert.count, desk.alert.restored) == (1, False)
    assert desk.alert.page_due_at == at(60) + GRACE


def test_a_brief_one_is_an_advisory_that_pages_nobody() -> None:
    """What ended before it was confirmed is shown, restored and advisory; nobody is told."""
    desk = Desk()
    assert desk.take(1, BRIEF) == [A.RAISED, A.RESTORED]
    assert (desk.alert.severity, desk.alert.confirmed) == (Severity.ADVISORY, False)
    assert (desk.alert.restored, desk.alert.page_due_at) == (True, None)


def test_more_of_the_same_is_silent() -> None:
    """An episode that only went on changes nothing for people."""
    desk = Desk()
    desk.take(1, episode())
    assert desk.take(1, episode(positions=3), PROGRESSED) == []
    kind = EpisodeKind.EXCLUSION_PRESENT_AT_START
    assert desk.take(1, episode(positions=3, kind=kind), PROGRESSED) == [A.PROGRESSED]


def test_repeats_collapse_while_not_closed() -> None:
    """A repeat joins the alert with a count; it runs again, is as severe as its worst part."""
    desk = Desk()
    desk.take(1, BRIEF)
    assert desk.take(2, episode(1000)) == [A.REPEATED]
    alert = desk.alert
    assert (alert.count, alert.restored, alert.severity) == (2, False, Severity.CRITICAL)
    assert alert.started == at(-30)
    assert desk.take(2, episode(1000, 2000), PROGRESSED) == [A.RESTORED]
    assert desk.alert.restored


def test_a_repeat_has_a_grace_of_its_own() -> None:
    """Of a repeat people are told when its own grace is over, not at once."""
    desk = Desk()
    desk.take(1, episode(0, 100))
    assert desk.alert.page_due_at == at(60) + GRACE
    desk.take(2, episode(5000))
    assert desk.alert.page_due_at == at(5060) + GRACE


def test_after_closing_a_new_alert_is_raised() -> None:
    """A repeat of a closed alert is a new alert; the closed one keeps its own episodes."""
    desk = Desk()
    desk.take(1, episode(0, 100))
    desk.close()
    assert desk.take(2, episode(1000)) == [A.RAISED]
    assert [each.count for each in desk.ledger.alerts.values()] == [1, 1]
    assert desk.take(1, episode(0, 90), AMENDED) == [A.AMENDED]
    assert [each.episode_ids for each in desk.ledger.alerts.values()] == [(1,), (2,)]


def test_other_zones_and_conditions_are_other_alerts() -> None:
    """Only one kind at one zone of one condition collapses."""
    desk = Desk()
    desk.take(1, episode())
    assert desk.take(2, episode(zone_id="Y")) == [A.RAISED]
    assert desk.take(3, episode(condition_id="y")) == [A.RAISED]
    assert desk.take(4, episode(kind=EpisodeKind.BUFFER_ENTERED)) == [A.RAISED]
    assert len(desk.ledger.alerts) == 4


def test_a_curfew_is_one_alert_whatever_it_is_called() -> None:
    """Absent at start becomes a late return in the same alert, and at any address."""
    desk = Desk()
    desk.take(1, episode(kind=EpisodeKind.CURFEW_ABSENT_AT_START))
    late = episode(0, 100, kind=EpisodeKind.CURFEW_LATE_RETURN)
    assert desk.take(1, late, PROGRESSED) == [A.RESTORED]
    other = episode(200, kind=EpisodeKind.CURFEW_LEFT_DURING, zone_id="Y")
    assert desk.take(2, other) == [A.REPEATED]
    assert desk.alert.kind is EpisodeKind.CURFEW_LEFT_DURING


def test_what_is_retracted_stays_and_says_so() -> None:
    """A retracted episode no longer counts; an alert of none other is retracted, never deleted."""
    desk = Desk()
    desk.take(1, episode())
    desk.take(2, episode(1000, 2000))
    gone = replace(episode(), state=EpisodeState.RETRACTED)
    assert desk.take(1, gone, RETRACTED) == [A.RETRACTED]
    assert (desk.alert.count, desk.alert.retracted, desk.alert.restored) == (1, False, True)
    assert desk.ledger.changes[-1].before == episode()
    gone = replace(episode(1000, 2000), state=EpisodeState.RETRACTED)
    assert desk.take(2, gone, RETRACTED) == [A.RETRACTED]
    assert (desk.alert.count, desk.alert.retracted) == (0, True)
    assert desk.alert.page_due_at is None
    assert desk.take(3, episode(3000)) == [A.REPEATED]
    assert (desk.alert.count, desk.alert.retracted) == (1, False)


def test_what_never_was_an_alert_retracts_none() -> None:
    """A pending episode that turns out not to have been raises nothing."""
    desk = Desk()
    desk.take(1, PENDING)
    assert desk.take(1, replace(PENDING, state=EpisodeState.RETRACTED), RETRACTED) == []
    assert desk.ledger.alerts == {}


def test_an_amendment_shows_what_it_was() -> None:
    """An amended episode carries what had been shown."""
    desk = Desk()
    desk.take(1, episode())
    assert desk.take(1, episode(-60, 500), AMENDED) == [A.AMENDED, A.RESTORED]
    assert desk.ledger.changes[-2].before == episode()


def test_what_an_alert_says_does_not_depend_on_the_order() -> None:
    """However its episodes came to be known, an alert says the same of them."""
    late = EpisodeKind.EXCLUSION_PRESENT_AT_START
    parts = [BRIEF, episode(500, 700), episode(500, 900, kind=late), episode(100)]
    said = set()
    for order in permutations(enumerate(parts)):
        desk = Desk()
        for number, part in order:
            desk.take(number + 1, part)
        alert = replace(desk.alert, alert_id=0, episode_ids=())
        said.add(repr(alert))
    assert len(said) == 1


def test_the_gist_goes_along_with_its_episode() -> None:
    """What an episode that goes on comes to is no step of the history, and yet is said now."""
    desk = Desk()
    desk.take(1, episode(positions=1))
    [first] = desk.ledger.alerts.values()
    desk.ledger.touched.clear()
    assert desk.take(1, episode(positions=2), PROGRESSED) == []
    [after] = desk.ledger.alerts.values()
    assert first.gist is not None
    assert after.gist is not None
    assert (first.gist.several, after.gist.several) == (False, True)
    assert replace(after, gist=None) == replace(first, gist=None)
    assert desk.ledger.touched == {after.alert_id}


def test_a_gist_moves_without_the_other_episodes_of_its_alert() -> None:
    """Of an alert of two, the newer moves the gist and the older does not, with neither read."""
    desk = Desk()
    desk.take(1, episode(positions=1))
    desk.take(2, episode(second=600, positions=1))
    older, newer = desk.ledger.episodes.pop(1), desk.ledger.episodes.pop(2)
    for stored, moves in ((older, False), (newer, True)):
        went_on = replace(stored, episode=replace(stored.episode, positions=5))
        saved = Saved(kind=PROGRESSED, stored=went_on, before=stored.episode)
        assert (moved_gist(desk.ledger, saved) is not None) is moves
        raise_alerts(desk.ledger, [saved], at(9000), lambda _: GRACE, lambda _: next(desk.numbers))
    assert desk.alert.gist == gist_of(replace(newer.episode, positions=5))


def test_the_gist_of_what_was_retracted_is_what_had_been_said() -> None:
    """A retracted alert still knows what it was about; one that was amended says so."""
    desk = Desk()
    desk.take(1, episode())
    [before] = desk.ledger.alerts.values()
    assert not before.amended
    desk.take(1, episode(second=30), AMENDED)
    [amended] = desk.ledger.alerts.values()
    assert amended.amended
    assert amended.gist == gist_of(episode(second=30))
    desk.take(1, episode(second=30, state=EpisodeState.RETRACTED), RETRACTED)
    [gone] = desk.ledger.alerts.values()
    assert (gone.retracted, gone.gist) == (True, amended.gist)
