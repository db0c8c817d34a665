"""A verdict compares a stored decision with what the journal says, field by field.

Identical means equal in every field. A number that differs by no more than arithmetic on another
machine may is said to be a rounding, and is no difference.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from engine.core.alert import TRANSITIONS, Alert, AlertChange, AlertState
from engine.core.amend import differences
from engine.core.call_in import ABOUT_ARRIVAL
from engine.core.episode import Episode, EpisodeState, StoredEpisode
from engine.core.paging import grace
from engine.core.raising import summary
from engine.core.rederive import Derived, missed_call_in
from engine.core.subject import wearer_of
from zones.instant import Duration, render

ROUNDING: Final = 1e-6
"""Largest difference of two numbers, relative to 1 or to the number, that is a rounding."""

_INSTANTS: Final = frozenset(
    [
        "after",
        "by",
        "estimate",
        "fix_time",
        "confirmed_at",
        "unconfirmed_since",
        "window_start",
        "window_end",
        "started",
        "page_due_at",
    ]
)
_PLACES: Final = (".lat", ".lon", ".digest")
_SUMMARISED: Final = [
    "kind",
    "severity",
    "started",
    "count",
    "confirmed",
    "restored",
    "retracted",
    "page_due_at",
]


class Difference(msgspec.Struct, frozen=True):
    """One field in which a stored value is not what the journal says."""

    path: str
    """Such as `started.by` or `evidence[2].lat`."""
    stored: str
    derived: str
    rounding: bool = False

    def __str__(self) -> str:
        words = " (a rounding)" if self.rounding else ""
        return f"{self.path}: stored is {self.stored}, derived is {self.derived}{words}"


class EpisodeVerdict(msgspec.Struct, frozen=True):
    """What became of one episode."""

    episode_id: int
    revision: int
    kind: str
    state: str
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    """What the journal cannot tell."""

    @property
    def identical(self) -> bool:
        """True if nothing but roundings differs."""
        return all(each.rounding for each in self.differences)


class AlertVerdict(msgspec.Struct, frozen=True):
    """What became of an alert."""

    alert_id: int
    episodes: tuple[EpisodeVerdict, ...]
    differences: tuple[Difference, ...] = ()
    """Of the alert itself."""

    @property
    def identical(self) -> bool:
        """True if alert and episodes are what the journal says."""
        own = all(each.rounding for each in self.differences)
        return own and all(each.identical for each in self.episodes)


def episode_verdict(
    stored: StoredEpisode, derived: Derived, others: Iterable[StoredEpisode] = ()
) -> tuple[EpisodeVerdict, Episode]:
    """Return the verdict on a stored episode, and the episode as the journal says it was.

    What was retracted may have been found again, as one of the `others`.
    """
    shown = stored.episode
    notes: tuple[str, ...] = ()
    found: Episode | None
    if shown.kind in ABOUT_ARRIVAL:
        awaited = missed_call_in(derived, shown)
        found, notes = awaited.episode, awaited.notes
    else:
        found = _counterpart(stored, derived.episodes, others)
    differing = [*_whose(stored, derived), *_compared(shown, found)]
    verdict = EpisodeVerdict(
        stored.episode_id,
        stored.revision,
        shown.kind.value,
        shown.state.value,
        tuple(differing),
        notes,
    )
    return verdict, found or msgspec.structs.replace(shown, state=EpisodeState.RETRACTED)


def alert_verdict(
    alert: Alert,
    episodes: Sequence[StoredEpisode],
    derived: Mapping[int, Derived],
    history: Sequence[AlertChange],
) -> AlertVerdict:
    """Return the verdict on an alert, given what the activation of each episode derives to.

    `derived` is by episode.
    """
    verdicts, implied = [], []
    for stored in episodes:
        verdict, episode = episode_verdict(stored, derived[stored.episode_id], episodes)
        verdicts.append(verdict)
        implied.append(episode)
    recomputed = summary(alert, implied, alert.updated_at, _grace(derived.values()))
    # What was stored before there were gists has none to compare.
    names = _SUMMARISED if alert.gist is None else [*_SUMMARISED, "gist"]
    own = [
        *compared(_fields(alert, names), _fields(recomputed, names)),
        *_state(alert, history),
        *_members(alert, episodes),
    ]
    return AlertVerdict(alert.alert_id, tuple(verdicts), tuple(own))


def _fields(alert: Alert, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(alert, name) for name in names}


def _counterpart(
    stored: StoredEpisode, derived: Iterable[Episode], others: Iterable[StoredEpisode]
) -> Episode | None:
    """Return the derived episode that a stored one is the truth of, if there is one."""
    standing = msgspec.structs.replace(stored, episode=_standing(stored.episode))
    changes, same = differences([standing], derived)
    found = [episode for _, episode in same]
    found += [
        each.episode
        for each in changes
        if each.shown is standing and each.episode.state is not EpisodeState.RETRACTED
    ]
    if stored.episode.state is EpisodeState.RETRACTED:
        # Another episode may have come to overlap what was retracted: only the same is a return.
        shown = [each.episode for each in others if each.episode.state is not stored.episode.state]
        found = [
            each
            for each in found
            if each.started.by == stored.episode.started.by and each not in shown
        ]
    return found[0] if found else None


def _standing(episode: Episode) -> Episode:
    if episode.state is not EpisodeState.RETRACTED:
        return episode
    return msgspec.structs.replace(episode, state=EpisodeState.CONFIRMED)


def _whose(stored: StoredEpisode, derived: Derived) -> list[Difference]:
    return list(compared(stored.wearer_id, wearer_of(derived.supervision.activation), "wearer_id"))


def _compared(shown: Episode, found: Episode | None) -> Iterable[Difference]:
    retracted = shown.state is EpisodeState.RETRACTED
    if found is None:
        return () if retracted else [Difference("state", repr(shown.state.value), "no episode")]
    if retracted:
        return [Difference("state", "'retracted'", f"{found.state.value!r}: it stands")]
    return compared(shown, found)


def _grace(derived: Iterable[Derived]) -> Callable[[Episode], Duration]:
    by_activation = {
        each.supervision.activation.activation_id: each.supervision for each in derived
    }
    return lambda episode: grace(by_activation[episode.activation_id], episode)


def _state(alert: Alert, history: Iterable[AlertChange]) -> Iterator[Difference]:
    """Compare an alert's state with what people did to it according to its history."""
    state = AlertState.OPEN
    for change in history:
        state = TRANSITIONS.get((state, change.action), state)
    yield from compared(alert.state, state, "alert.state")


def _members(alert: Alert, episodes: Iterable[StoredEpisode]) -> Iterator[Difference]:
    stored = [each.episode_id for each in episodes]
    yield from compared(
        tuple(sorted(alert.episode_ids)), tuple(sorted(stored)), "alert.episode_ids"
    )


def compared(stored: object, derived: object, path: str = "") -> Iterator[Difference]:
    """Yield every field in which two values differ."""
    yield from _differing(msgspec.to_builtins(stored), msgspec.to_builtins(derived), path)


def _differing(stored: object, derived: object, path: str) -> Iterator[Difference]:
    if isinstance(stored, dict) and isinstance(derived, dict):
        for name in {**stored, **derived}:
            inner = f"{path}.{name}" if path else name
            yield from _differing(stored.get(name), derived.get(name), inner)
    elif isinstance(stored, tuple) and isinstance(derived, tuple) and len(stored) == len(derived):
        for index, (one, other) in enumerate(zip(stored, derived, strict=True)):
            yield from _differing(one, other, f"{path}[{index}]")
    elif stored != derived:
        shown = _shown(stored, path), _shown(derived, path)
        yield Difference(path, *shown, rounding=_is_rounding(stored, derived))


def _is_rounding(stored: object, derived: object) -> bool:
    if not (isinstance(stored, float) and isinstance(derived, float)):
        return False
    return abs(stored - derived) <= ROUNDING * max(1.0, abs(derived))


def _shown(value: object, path: str) -> str:
    if ".counterpart." in path and path.endswith(_PLACES):
        return "what is not shown: a protected person's place"
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return f"{len(value)} entries"
    name = path.rpartition(".")[2]
    return render(value) if name in _INSTANTS and isinstance(value, int) else repr(value)
