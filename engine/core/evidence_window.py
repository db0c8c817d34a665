"""Which of the journal a decision rests on: as few messages as lead to the identical episodes.

Taken are the messages that say something of the time of an episode; if a fresh fold of these does
not lead to the identical decision, more before and after, at most the whole activation. Of the
registry: the wearer's id and time zone, device, activations, beacons and orders, and of zones,
groups and classes those that the alert's own condition names.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from engine.core.beacon import Beacon
from engine.core.call_in import ABOUT_ARRIVAL
from engine.core.episode import Episode, StoredEpisode
from engine.core.folding import time_of
from engine.core.order import Activation, Supervision
from engine.core.position import Position
from engine.core.record import Kept, Record, Said
from engine.core.rederive import Derived
from engine.core.registry import Device, Order, ProtectedPerson, Wearer, WearerClass
from engine.core.registry_journal import RegistryValue
from zones.group import ZoneGroup
from zones.instant import SECOND, Instant
from zones.zone import Zone

PADDINGS_S: Final = (0, 300, 3600, 6 * 3600, 86_400, 7 * 86_400, 31 * 86_400, None)
"""Seconds before and after each episode that are tried in turn; None: the whole activation."""


def windows(
    record: Record, episodes: Sequence[StoredEpisode], derived: dict[int, Derived]
) -> Iterator[tuple[int | None, Record]]:
    """Yield ever wider parts of a record, each with the seconds it reaches beyond the episodes.

    `derived` is by episode.
    """
    conditions = {each.episode.condition_id for each in episodes}
    former = -1
    for padding_s in PADDINGS_S:
        messages = _messages(episodes, derived, padding_s)
        if len(messages) > former:
            former = len(messages)
            registry = [
                (kept, entry)
                for kept, entry in record.registry
                if _concerns(entry.value, derived, conditions, messages)
            ]
            yield padding_s, Record(record.topics, record.wearers, registry, messages)


def message_count(derived: Iterable[Derived]) -> int:
    """Return how many messages the journal holds of the activations."""
    return len({each.kept[:2] for one in derived for each in (*one.said, *one.others)})


def _messages(
    episodes: Sequence[StoredEpisode], derived: dict[int, Derived], padding_s: int | None
) -> list[Kept]:
    chosen: dict[tuple[int, int], Kept] = {}
    for stored in episodes:
        one, span = (
            derived[stored.episode_id],
            _span(stored.episode, derived[stored.episode_id].now),
        )
        arrival = stored.episode.kind in ABOUT_ARRIVAL
        for said in one.said:
            if padding_s is None or _touches(said, span, padding_s * SECOND, arrival=arrival):
                chosen[said.kept.block_id, said.kept.message_index] = said.kept
        for said in one.others:
            # Where a protected person was is shown as little as will do.
            near = padding_s and _touches(said, span, padding_s * SECOND, arrival=False)
            if padding_s is None or near or _is_named(said, stored.episode):
                chosen[said.kept.block_id, said.kept.message_index] = said.kept
    return [chosen[place] for place in sorted(chosen)]


def _span(episode: Episode, now: Instant) -> tuple[Instant, Instant]:
    started, ended = episode.started, episode.ended
    times = [each.fix_time for each in episode.evidence]
    first = min([started.by, started.estimate, *times])
    return (
        first if started.after is None else min(first, started.after),
        max([started.by, now if ended is None else ended.by, *times]),
    )


def _is_named(said: Said, episode: Episode) -> bool:
    pairs = [each.counterpart for each in episode.evidence if each.counterpart is not None]
    digests = {each.digest for each in pairs}
    return any(isinstance(each, Position) and each.digest in digests for each in said.reports)


def _touches(said: Said, span: tuple[Instant, Instant], padding: int, *, arrival: bool) -> bool:
    times = [time_of(report) for report in said.reports]
    if arrival:
        times.append(said.kept.message.received_at)
    return any(span[0] - padding <= time <= span[1] + padding for time in times)


def _concerns(
    value: RegistryValue,
    derived: dict[int, Derived],
    conditions: Collection[str | None],
    messages: Sequence[Kept],
) -> bool:
    supervisions = [each.supervision for each in derived.values()]
    activations = [each.activation for each in supervisions]
    activations += [worn for each in supervisions for worn in each.counterparts]
    if isinstance(value, Zone):
        return value.zone_id in _zone_ids(supervisions)
    if isinstance(value, ZoneGroup):
        return bool(set(value.zone_ids) & _zone_ids(supervisions))
    if isinstance(value, WearerClass):
        return any(
            each is not None and each.startswith(f"{value.class_id}/") for each in conditions
        )
    if isinstance(value, ProtectedPerson):
        return any(each.wearer_id == value.person_id for each in activations)
    if isinstance(value, Beacon) and value.wearer_id is None:
        return any(value.beacon_id.encode() in each.message.payload for each in messages)
    return _is_of(value, activations)


def _is_of(
    value: Wearer | Device | Activation | Order | Beacon, activations: list[Activation]
) -> bool:
    if isinstance(value, Device):
        key = (value.vendor, value.device_id)
        return any((each.vendor, each.device_id) == key for each in activations)
    return any(each.wearer_id == value.wearer_id for each in activations)


def _zone_ids(supervisions: Sequence[Supervision]) -> set[str]:
    return {
        history.zone_id
        for supervision in supervisions
        for condition in supervision.conditions
        for history in condition.histories()
    }
