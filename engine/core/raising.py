"""Episode changes become alert changes: one rule a kind of change, no alert ever deleted.

An episode makes an alert once it is confirmed, or ended too early to be (brief). An episode that
has an alert changes that one, closed or not. A new one joins the alert of its collapse key that is
not closed (a repeat), or raises one. What an alert says of itself is always recomputed from all of
its episodes, so it does not depend on the order in which they came to be known: of those worth an
alert, for as long as they are. What was and, by evidence that came later, is in doubt again counts
for nothing beside others; an alert of nothing else stays, unconfirmed, with a count of 0.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from engine.core.alert import (
    ENGINE_ACTOR,
    Alert,
    AlertAction,
    AlertChange,
    AlertState,
    CollapseKey,
    collapse_group,
    judged_together,
)
from engine.core.amend import ChangeKind
from engine.core.coverage import Gap, touching
from engine.core.episode import Episode, EpisodeState, Severity, StoredEpisode
from engine.core.gist import Gist, gist_of, is_gist_of
from engine.core.paging import pages
from zones.instant import Duration, Instant

RANK = {severity: rank for rank, severity in enumerate(Severity)}
"""Worst first."""


TOLD_OTHERWISE = frozenset({AlertAction.AMENDED, AlertAction.RETRACTED})
"""What says that something was otherwise than it had been told."""

_FIRST_TOLD = frozenset({AlertAction.RAISED, AlertAction.REPEATED})


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """An episode change with the id and revision it was saved under."""

    kind: ChangeKind
    stored: StoredEpisode
    before: Episode | None
    cause: str = ""
    """Why the past was judged again, in words; empty if it was not."""

    @property
    def key(self) -> CollapseKey:
        """The key under which the episode collapses."""
        return collapse_key(self.stored)


class Ledger(msgspec.Struct):
    """The alerts touched so far, and the history to append; ids come from the caller."""

    alerts: dict[int, Alert]
    by_episode: dict[int, int]
    not_closed: dict[CollapseKey, int]
    episodes: dict[int, StoredEpisode]
    """Every episode of every alert at hand."""
    changes: list[AlertChange]
    gaps: tuple[Gap, ...] = ()
    """The coverage gaps that may touch them."""
    touched: set[int] = set()
    """Alerts that are not as they were: those with a new step in their history, and those of which
    only the gist changed (a wearer farther away than before is no step)."""


def collapse_key(stored: StoredEpisode) -> CollapseKey:
    """Return the key under which an episode collapses into an alert."""
    episode = stored.episode
    zone_id = None if judged_together(episode.kind) else episode.zone_id
    group = collapse_group(episode.kind)
    return CollapseKey(stored.wearer_id, group, episode.condition_id, zone_id, episode.subject)


def worth_an_alert(episode: Episode) -> bool:
    """Tell whether an episode has come far enough for people to be shown it as an alert."""
    explained = episode.state is EpisodeState.BRIEF and bool(episode.caused_by)
    return episode.state in (EpisodeState.CONFIRMED, EpisodeState.BRIEF) and not explained


def raise_alerts(
    ledger: Ledger,
    saved: Iterable[Saved],
    now: Instant,
    grace_of: Callable[[Episode], Duration],
    next_id: Callable[[Literal["alert", "change"]], int],
) -> None:
    """Apply episode changes to the ledger, in order.

    `next_id` gives a new id of the counter it is asked for: `alert` or `change`.
    """
    for each in saved:
        ledger.episodes[each.stored.episode_id] = each.stored
        actions = _actions(ledger, each)
        if not actions:
            _keep_gist(ledger, each)
            continue
        alert = _alert_of(ledger, each, now, next_id)
        every = _episodes(ledger, alert)
        alert = summary(alert, every, now, grace_of)
        found = new_gaps(alert, ledger.gaps, every)
        alert = with_gaps(alert, found, now)
        if AlertAction.AMENDED in actions:
            alert = msgspec.structs.replace(alert, amended=True)
        _put(ledger, alert)
        if alert.restored and AlertAction.RESTORED not in actions and _ended_now(each):
            actions = [*actions, AlertAction.RESTORED]
        ledger.changes += [_change(alert, each, action, now, next_id) for action in actions]
        ledger.changes += [gap_change(alert, gap, now, next_id("change")) for gap in found]


def _keep_gist(ledger: Ledger, saved: Saved) -> None:
    """Keep the gist of an alert in step with an episode that goes on, without a word of it."""
    gist = moved_gist(ledger, saved)
    if gist is not None:
        alert = ledger.alerts[ledger.by_episode[saved.stored.episode_id]]
        _put(ledger, msgspec.structs.replace(alert, gist=gist))


def moved_gist(ledger: Ledger, saved: Saved) -> Gist | None:
    """Return what the gist of an alert is now that an episode went on; None if it is as it was.

    An episode that only goes on stays the newest of its alert, or stays not: the gist is moved by
    the one that it is of, and no other episode has to be read for that.
    """
    alert_id = ledger.by_episode.get(saved.stored.episode_id)
    known = None if alert_id is None else ledger.alerts[alert_id].gist
    if known is None or saved.before is None or not is_gist_of(known, saved.before):
        return None
    gist = gist_of(saved.stored.episode)
    return None if gist == known else gist


def new_gaps(alert: Alert, gaps: Iterable[Gap], episodes: Sequence[Episode]) -> list[int]:
    """Return the coverage gaps that touch an alert's episodes and are not known to, as ids."""
    found = touching(gaps, episodes)
    return [gap for gap in found if gap not in alert.coverage_gaps]


def with_gaps(alert: Alert, found: Sequence[int], now: Instant) -> Alert:
    """Return an alert that carries these coverage gaps as well."""
    if not found:
        return alert
    gaps = (*alert.coverage_gaps, *found)
    return msgspec.structs.replace(alert, coverage_gaps=gaps, updated_at=now)


def gap_change(alert: Alert, gap: int, now: Instant, change_id: int) -> AlertChange:
    """Return the step of an alert's history that says a coverage gap touches it."""
    return AlertChange(
        change_id=change_id,
        alert_id=alert.alert_id,
        at=now,
        actor=ENGINE_ACTOR,
        action=AlertAction.COVERAGE_GAP,
        episode_id=gap,
    )


def _episodes(ledger: Ledger, alert: Alert) -> list[Episode]:
    return [ledger.episodes[episode_id].episode for episode_id in alert.episode_ids]


def _actions(ledger: Ledger, saved: Saved) -> list[AlertAction]:
    episode = saved.stored.episode
    if saved.stored.episode_id not in ledger.by_episode:
        if not worth_an_alert(episode):
            return []
        repeated = saved.key in ledger.not_closed
        return [AlertAction.REPEATED if repeated else AlertAction.RAISED]
    if saved.kind is ChangeKind.RETRACTED:
        return [AlertAction.RETRACTED]
    if saved.kind is ChangeKind.AMENDED:
        return [AlertAction.AMENDED]
    if _ended_now(saved):
        return [AlertAction.RESTORED]
    return [AlertAction.PROGRESSED] if _told_apart(saved) else []


def _told_apart(saved: Saved) -> bool:
    """Tell whether an episode that goes on is now something else to a person."""
    before, after = saved.before, saved.stored.episode
    return before is None or (before.kind, before.state) != (after.kind, after.state)


def _ended_now(saved: Saved) -> bool:
    ran = saved.before is None or saved.before.ended is None
    return ran and saved.stored.episode.ended is not None


def _alert_of(
    ledger: Ledger, saved: Saved, now: Instant, next_id: Callable[[Literal["alert", "change"]], int]
) -> Alert:
    episode_id = saved.stored.episode_id
    alert_id = ledger.by_episode.get(episode_id) or ledger.not_closed.get(saved.key)
    if alert_id is None:
        return _new(saved, now, next_id("alert"))
    alert = ledger.alerts[alert_id]
    if episode_id in alert.episode_ids:
        return alert
    return msgspec.structs.replace(alert, episode_ids=(*alert.episode_ids, episode_id))


def _new(saved: Saved, now: Instant, alert_id: int) -> Alert:
    episode = saved.stored.episode
    return Alert(
        alert_id=alert_id,
        wearer_id=saved.stored.wearer_id,
        activation_id=episode.activation_id,
        key=saved.key,
        kind=episode.kind,
        severity=episode.severity,
        state=AlertState.OPEN,
        raised_at=now,
        updated_at=now,
        started=episode.started.estimate,
        episode_ids=(saved.stored.episode_id,),
        count=1,
        confirmed=False,
        restored=False,
        retracted=False,
    )


def _put(ledger: Ledger, alert: Alert) -> None:
    ledger.alerts[alert.alert_id] = alert
    ledger.touched.add(alert.alert_id)
    ledger.by_episode.update(dict.fromkeys(alert.episode_ids, alert.alert_id))
    if alert.state is not AlertState.CLOSED:
        ledger.not_closed[alert.key] = alert.alert_id


def summary(
    alert: Alert, every: Iterable[Episode], now: Instant, grace_of: Callable[[Episode], Duration]
) -> Alert:
    """Return an alert with what it says of itself worked out from every one of its episodes."""
    telling = _telling(every)
    newest = _newest(telling)
    if newest is None:
        return msgspec.structs.replace(
            alert, updated_at=now, count=0, restored=True, retracted=True, page_due_at=None
        )
    confirmed = [each for each in telling if each.state is EpisodeState.CONFIRMED]
    paging = [each for each in confirmed if pages(each)]
    running = [each for each in paging if each.ended is None]
    return msgspec.structs.replace(
        alert,
        updated_at=now,
        kind=newest.kind,
        severity=min((each.severity for each in telling), key=RANK.__getitem__),
        started=min(each.started.estimate for each in telling),
        count=sum(map(worth_an_alert, telling)),
        gist=gist_of(newest),
        confirmed=bool(confirmed),
        restored=all(each.ended is not None for each in telling),
        retracted=False,
        page_due_at=min((_page(each, grace_of) for each in running or paging), default=None),
    )


def _telling(every: Iterable[Episode]) -> list[Episode]:
    """Return what an alert is told by: what makes it one; if nothing does, what stands."""
    standing = [each for each in every if each.state is not EpisodeState.RETRACTED]
    return [each for each in standing if worth_an_alert(each)] or standing


def _newest(episodes: Sequence[Episode]) -> Episode | None:
    return max(episodes, key=lambda each: (each.started.by, each.kind.value), default=None)


def gist_in(every: Iterable[Episode]) -> Gist | None:
    """Return the gist of an alert with these episodes, also if all of them were retracted."""
    listed = list(every)
    newest = _newest(_telling(listed) or listed)
    return None if newest is None else gist_of(newest)


def _page(episode: Episode, grace_of: Callable[[Episode], Duration]) -> Instant:
    proved = episode.started.by if episode.confirmed_at is None else episode.confirmed_at
    return proved + grace_of(episode)


def _change(
    alert: Alert,
    saved: Saved,
    action: AlertAction,
    now: Instant,
    next_id: Callable[[Literal["alert", "change"]], int],
) -> AlertChange:
    told_otherwise = action in TOLD_OTHERWISE
    return AlertChange(
        change_id=next_id("change"),
        alert_id=alert.alert_id,
        at=now,
        actor=ENGINE_ACTOR,
        action=action,
        episode_id=saved.stored.episode_id,
        episode_revision=saved.stored.revision,
        before=saved.before if told_otherwise else None,
        note=(saved.cause or None) if told_otherwise or action in _FIRST_TOLD else None,
    )


def told_of(ledger: Ledger, saved: Iterable[Saved]) -> set[int] | None:
    """Return the ids of the alerts at hand that episode changes say something new of.

    None if nothing is said at all, of a new alert either. The ledger needs no episodes for this.
    """
    telling = [each for each in saved if _actions(ledger, each)]
    ids = {
        ledger.by_episode.get(each.stored.episode_id) or ledger.not_closed.get(each.key)
        for each in telling
    }
    return {id_ for id_ in ids if id_ is not None} if telling else None


def episodes_needed(alerts: Iterable[Alert]) -> set[int]:
    """Return the ids of the episodes that alerts at hand are recomputed from."""
    return {episode_id for alert in alerts for episode_id in alert.episode_ids}
