"""A device that reports while nobody wears it: an episode about the device, not about a wearer.

It begins with the first message that is nobody's: the device has never been put on anyone, or a
position was measured after it was taken off its last wearer. It ends with the first message of an
activation. Both are by receipt. What such a message says is kept, and opens nothing else.
"""

from collections.abc import Iterable
from typing import Final

from engine.case import Case
from engine.core.amend import EpisodeChange
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.core.position import Quarantine
from engine.core.rejection import Reason
from engine.core.subject import about_device, ended, instant_bound, opened
from engine.intake import Opened
from engine.store.page import Page
from engine.store.protocol import EpisodesPart
from zones.instant import Instant

KIND: Final = EpisodeKind.POSITION_WITHOUT_ACTIVATION


def changes(
    episodes: EpisodesPart,
    deliveries: Iterable[Opened],
    heard: Iterable[tuple[Case, Instant]],
    known: set[str],
) -> list[EpisodeChange]:
    """Return the episodes that begin and end with deliveries, given which cases they heard when.

    Only a case that had not been heard since the engine started can end one. `known` are the
    subjects of which one may be running; those that begin are added.
    """
    found = []
    for subject, (at, why) in _unworn(deliveries).items():
        known.add(subject)
        if _running(episodes, subject) is None:
            found.append(opened(KIND, subject, instant_bound(at), why))
    for case, at in heard:
        if case.silence.last_received is not None:
            continue
        activation = case.docket.supervision.activation
        subject = about_device(activation.vendor, activation.device_id)
        running = _running(episodes, subject) if subject in known else None
        if running is not None:
            over = max(at, running.episode.started.by)
            found.append(ended(running, instant_bound(over)))
    return found


def _unworn(deliveries: Iterable[Opened]) -> dict[str, tuple[Instant, str]]:
    """Return devices that reported while nobody wore them: since when, and how that is known."""
    found: dict[str, tuple[Instant, str]] = {}
    for each in deliveries:
        why = _why(each)
        if why and each.source is not None:
            subject = about_device(each.source.vendor, each.source.device)
            found.setdefault(subject, (each.delivery.received_at, why))
    return found


def _why(opened: Opened) -> str:
    if any(each.reason is Reason.NO_ACTIVATION for each in opened.rejections):
        return "it reports and was never put on anyone"
    if any(each.quarantine is Quarantine.AFTER_ACTIVATION for each in opened.positions):
        return "" if opened.heard else "it measures positions after it was taken off"
    return ""


def _running(episodes: EpisodesPart, subject: str) -> StoredEpisode | None:
    newest = episodes.list(Page(limit=1), subject=subject, kinds=[KIND])
    return next((each for each in newest if each.episode.ended is None), None)
