"""A dry run says what a proposal would have meant to people: alerts added, removed and changed.

Episodes become alerts by the engine's own rule (`raising`): repeats collapse into the alert that is
not closed. Who closes alerts, and when, no dry run can know: an alert is taken to be closed one
shift (`SHIFT`) after the wearer complies again, so that every later violation is an alert anew.

An alert after is the same as one before if they share an episode, each at most once; what then
differs in kind, severity, times, count or confirmation makes it changed. So the alerts after are
those before, plus the added, less the removed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, Literal

import msgspec

from engine.core.alert import Alert, AlertState
from engine.core.amend import ChangeKind
from engine.core.episode import Episode, EpisodeKind, EpisodeState, Severity, StoredEpisode
from engine.core.raising import Ledger, Saved, raise_alerts
from engine.core.what_if import WhatIf
from zones.instant import DAY, HOUR, Duration, Instant

SHIFT: Final[Duration] = 8 * HOUR
"""How long after the wearer complies again an alert is taken to be closed."""


class Effect(StrEnum):
    """What a proposal does to an alert."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class AlertFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as it would be shown."""

    kind: EpisodeKind
    severity: Severity
    started: Instant
    """Best estimate of when its first episode began."""
    ended: Instant | None
    """Best estimate of when its last episode ended; None while one runs."""
    condition_id: str | None
    zone_id: str | None
    depth_m: float
    """Deepest inside, or farthest outside, in any of its episodes; metres."""
    count: int
    confirmed: bool


class AlertEffect(msgspec.Struct, frozen=True, kw_only=True):
    """One alert before and after; None where there is none."""

    effect: Effect
    before: AlertFacts | None
    after: AlertFacts | None

    @property
    def facts(self) -> AlertFacts:
        """The alert as it would be or, if it is removed, as it was."""
        facts = self.after or self.before
        assert facts is not None  # noqa: S101 - an effect is on an alert
        return facts


class WearerDryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposal would have meant for one wearer."""

    wearer_id: str
    positions: int
    """Positions of the window that were judged."""
    alerts: tuple[AlertEffect, ...]
    """In order of their beginning."""

    def count(self, effect: Effect) -> int:
        """Return how many alerts it has that effect on."""
        return sum(each.effect is effect for each in self.alerts)


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposal would have meant, in all."""

    since: Instant
    until: Instant
    wearers: tuple[WearerDryRun, ...]
    """Those whom it concerns, by id."""
    not_concerned: tuple[str, ...] = ()
    """Wearers who were named and whom it does not concern."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def positions(self) -> int:
        """Positions judged, of all wearers."""
        return sum(each.positions for each in self.wearers)

    @property
    def without_positions(self) -> tuple[str, ...]:
        """Wearers it concerns of whom there is no position in the window: nothing is known."""
        return tuple(each.wearer_id for each in self.wearers if not each.positions)

    def count(self, effect: Effect) -> int:
        """Return how many alerts it has that effect on."""
        return sum(each.count(effect) for each in self.wearers)

    def sentence(self) -> str:
        """Return the whole of it as a person would say it."""
        days = round((self.until - self.since) / DAY)
        window = "day" if days == 1 else f"{days} days"
        if not self.wearers:
            return "This change concerns nobody: no condition in force uses it."
        told = [words for words in map(self._words, _TOLD) if words]
        said = " and ".join(told) if told else "added and removed no alert"
        kept = self.count(Effect.UNCHANGED)
        same = f"; {kept} would be the same" if kept else ""
        return f"This change would have {said} in the last {window}{same}."

    def _words(self, effect: Effect) -> str:
        number = self.count(effect)
        if not number:
            return ""
        whom = sum(bool(each.count(effect)) for each in self.wearers)
        return f"{effect} {_some(number, 'alert')} for {_some(whom, 'wearer')}"


_TOLD: Final = (Effect.ADDED, Effect.REMOVED, Effect.CHANGED)


def _some(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def wearer_dry_run(wearer_id: str, since: Instant, parts: Iterable[WhatIf]) -> WearerDryRun:
    """Return what a proposal would have meant for one wearer, of all activations in the window."""
    judged = _joined(parts)
    before = _alerts(judged.before)
    after = _alerts(judged.after)
    episodes = {each.episode_id: each.episode for each in (*judged.before, *judged.after)}
    effects = sorted(
        _effects(before, after, judged.counterparts, episodes, since),
        key=lambda each: (each.facts.started, each.facts.kind, each.effect),
    )
    return WearerDryRun(wearer_id=wearer_id, positions=judged.positions, alerts=tuple(effects))


def _joined(parts: Iterable[WhatIf]) -> WhatIf:
    """Return the episodes of several activations as those of one, numbered anew."""
    before: list[StoredEpisode] = []
    after: list[StoredEpisode] = []
    counterparts: dict[int, int] = {}
    positions, shift = 0, 0
    for part in parts:
        before += _shifted(part.before, shift)
        after += _shifted(part.after, shift)
        counterparts |= {ours + shift: old + shift for ours, old in part.counterparts.items()}
        shift += len(part.before) + len(part.after)
        positions += part.positions
    return WhatIf(
        before=tuple(before), after=tuple(after), counterparts=counterparts, positions=positions
    )


def _shifted(episodes: Iterable[StoredEpisode], shift: int) -> Iterator[StoredEpisode]:
    for each in episodes:
        yield msgspec.structs.replace(each, episode_id=each.episode_id + shift)


def _alerts(episodes: Iterable[StoredEpisode]) -> list[Alert]:
    """Return the alerts that episodes lead to, oldest first."""
    ledger = Ledger({}, {}, {}, {}, [])
    for stored in sorted(episodes, key=lambda each: (each.episode.started.by, each.episode_id)):
        saved = Saved(kind=ChangeKind.NEW, stored=stored, before=None)
        _close_handled(ledger, saved)
        raise_alerts(ledger, [saved], _raised_at(stored.episode), _no_grace, _NextId(ledger))
    return [ledger.alerts[alert_id] for alert_id in sorted(ledger.alerts)]


def _raised_at(episode: Episode) -> Instant:
    brief = episode.ended is not None and episode.state is EpisodeState.BRIEF
    late = episode.ended.by if brief and episode.ended is not None else episode.started.by
    return episode.confirmed_at or late


def _no_grace(_: Episode) -> Duration:
    return 0


class _NextId(msgspec.Struct, frozen=True):
    """Ids in the order in which alerts come up."""

    ledger: Ledger

    def __call__(self, counter: Literal["alert", "change"]) -> int:
        return 1 + len(self.ledger.alerts if counter == "alert" else self.ledger.changes)


def _close_handled(ledger: Ledger, saved: Saved) -> None:
    """Close the alert that an episode would join, if people have handled it by then."""
    alert_id = ledger.not_closed.get(saved.key)
    if alert_id is None:
        return
    alert = ledger.alerts[alert_id]
    ended = _ended(alert, {each: ledger.episodes[each].episode for each in alert.episode_ids})
    if ended is not None and ended + SHIFT <= saved.stored.episode.started.by:
        ledger.alerts[alert_id] = msgspec.structs.replace(alert, state=AlertState.CLOSED)
        del ledger.not_closed[saved.key]


def _ended(alert: Alert, episodes: Mapping[int, Episode]) -> Instant | None:
    ends = [episodes[each].ended for each in alert.episode_ids]
    known = [end.estimate for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _effects(
    before: Sequence[Alert],
    after: Sequence[Alert],
    counterparts: Mapping[int, int],
    episodes: Mapping[int, Episode],
    since: Instant,
) -> Iterator[AlertEffect]:
    by_episode = {each: alert for alert in before for each in alert.episode_ids}
    free = {alert.alert_id: alert for alert in before}
    for alert in after:
        same = [by_episode.get(counterparts.get(each, 0)) for each in alert.episode_ids]
        old = next((each for each in same if each is not None and each.alert_id in free), None)
        would_be = _facts(alert, episodes)
        if old is None:
            yield AlertEffect(effect=Effect.ADDED, before=None, after=would_be)
            continue
        was = _facts(free.pop(old.alert_id), episodes)
        alike = _shown(was, since) == _shown(would_be, since)
        effect = Effect.UNCHANGED if alike else Effect.CHANGED
        yield AlertEffect(effect=effect, before=was, after=would_be)
    for alert in free.values():
        yield AlertEffect(effect=Effect.REMOVED, before=_facts(alert, episodes), after=None)


def _shown(facts: AlertFacts, since: Instant) -> AlertFacts:
    """Return what of an alert makes a difference; the depth alone does not."""
    return msgspec.structs.replace(facts, started=max(facts.started, since), depth_m=0.0)


def _facts(alert: Alert, episodes: Mapping[int, Episode]) -> AlertFacts:
    every = [episodes[each] for each in alert.episode_ids]
    return AlertFacts(
        kind=alert.kind,
        severity=alert.severity,
        started=alert.started,
        ended=_ended(alert, episodes),
        condition_id=alert.key.condition_id,
        zone_id=every[-1].zone_id,
        depth_m=max(each.max_depth_m for each in every),
        count=alert.count,
        confirmed=alert.confirmed,
    )
