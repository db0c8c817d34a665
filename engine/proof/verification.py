"""Verifying reads the whole journal, derives an alert's episodes from it, and compares.

What the store says of positions, checkpoints and the registry is not used: only the alert and its
episodes as stored, to be compared, and when and by which revision of the registry they were judged.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from engine.core.alert import Alert, AlertChange
from engine.core.bundle_form import header_bytes
from engine.core.episode import StoredEpisode
from engine.core.journal import GENESIS, ChainHead, Entry, JournalBlock, JournalError
from engine.core.order import Activation, Role
from engine.core.record import Record, record_of
from engine.core.rederive import Derivations, Derived, NotDerivableError
from engine.core.registry_journal import RegistryEntryError
from engine.core.verdict import alert_verdict, episode_verdict
from engine.proof.chain import check_chain
from engine.proof.check import Check, Outcome
from engine.store.page import Page
from engine.store.protocol import Store, Transaction
from zones.interval import BEGINNING, END

_CUT_OFF: Final = (
    "that the newest blocks were not cut off shows only against a head that was noted elsewhere "
    "before: give it with --head"
)


class Reading(msgspec.Struct):
    """An alert as stored, and what the journal says of it."""

    alert: Alert
    episodes: Sequence[StoredEpisode]
    history: Sequence[AlertChange]
    record: Record
    chain: bytearray = msgspec.field(default_factory=bytearray)
    """Headers of all blocks: see `engine.core.bundle_form`."""
    head: ChainHead = GENESIS
    derived: dict[int, Derived] = msgspec.field(default_factory=dict)
    """By episode."""

    def take(self, block: JournalBlock, entries: tuple[Entry, ...]) -> None:
        """Read the next block."""
        self.chain += header_bytes(block)
        for index, entry in enumerate(entries):
            self.record.take(block.block_id, block.committed_at, index, entry)


def verify_journal(store: Store, noted: ChainHead | None = None) -> Check:
    """Check the chain of the journal, and that it holds a head noted before."""
    subject = "the journal"
    with store.read() as transaction:
        try:
            head = check_chain(transaction, noted)
        except JournalError as error:
            return _different(subject, error)
    return Check(subject=subject, outcome=Outcome.IDENTICAL, head=head, notes=_limits(noted))


def verify_alert(store: Store, alert_id: int, noted: ChainHead | None = None) -> Check:
    """Check the chain of the journal, derive an alert anew from it, and compare."""
    with store.read() as transaction:
        reading = read_alert(transaction, alert_id, noted)
        return reading if isinstance(reading, Check) else compare(transaction, reading, noted)


def read_alert(
    transaction: Transaction, alert_id: int, noted: ChainHead | None = None
) -> Reading | Check:
    """Return an alert with what the journal says of it, or why that cannot be had."""
    subject = f"alert {alert_id}"
    alert = transaction.alerts.get(alert_id)
    if alert is None:
        return _unverifiable(subject, f"there is no alert {alert_id}")
    episodes = transaction.episodes.get(alert.episode_ids)
    if not alert.activation_id:
        return _unverifiable(subject, "it rests on the engine's own clock, not on messages")
    wanted = {each.episode.activation_id for each in episodes}
    activations = [
        each for each in transaction.registry.activations() if each.activation_id in wanted
    ]
    history = transaction.alerts.history(alert_id)
    counterparts = _counterparts(transaction, activations)
    reading = Reading(alert, episodes, history, record_of([*activations, *counterparts]))
    try:
        reading.head = check_chain(transaction, noted, reading.take)
        reading.derived = derive_all(reading.record, episodes)
    except (JournalError, RegistryEntryError, NotDerivableError) as error:
        return _different(subject, error)
    return reading


def _counterparts(transaction: Transaction, worn: Sequence[Activation]) -> list[Activation]:
    """Return the activations of every protected person an order of these wearers ever named."""
    wearers = {each.wearer_id for each in worn if each.role is Role.WEARER}
    part = transaction.registry
    orders = [each for each in part.orders() if each.wearer_id in wearers]
    classes = {class_id for order in orders for class_id in order.classes}
    bound = [each.conditions for each in part.classes() if each.class_id in classes]
    written = (*bound, *(order.conditions for order in orders))
    asked = [each.proximity for conditions in written for each in conditions]
    named = {id_ for each in asked if each is not None for id_ in each.protected_persons}
    every = part.activations()
    return [each for each in every if each.role is Role.PROTECTED and each.wearer_id in named]


def derive_all(record: Record, episodes: Sequence[StoredEpisode]) -> dict[int, Derived]:
    """Return what the journal says of the activation of each episode, by episode.

    An episode is what the evidence says by the newest registry; or, if that changed only what came
    after it, still as it was by the registry it was judged by.

    Raises:
        NotDerivableError: an activation is not in the journal.
    """
    derivations = Derivations(record, {each.episode.condition_id for each in episodes})
    found = {}
    for stored in episodes:
        activation_id = stored.episode.activation_id
        own = [each for each in episodes if each.episode.activation_id == activation_id]
        judged_at = max(each.updated_at for each in own)
        newest = max(record.followed, *(each.registry_revision for each in own))
        derived = derivations.of(activation_id, newest, judged_at)
        if not episode_verdict(stored, derived, episodes)[0].identical and stored.registry_revision:
            then = derivations.of(activation_id, stored.registry_revision, judged_at)
            derived = then if episode_verdict(stored, then, episodes)[0].identical else derived
        found[stored.episode_id] = derived
    return found


def compare(transaction: Transaction, reading: Reading, noted: ChainHead | None = None) -> Check:
    """Compare an alert as stored with what the journal says of it."""
    verdict = alert_verdict(reading.alert, reading.episodes, reading.derived, reading.history)
    problems = () if verdict.identical else _expunged(transaction, reading)
    outcome = Outcome.UNVERIFIABLE if problems else Outcome.DIFFERENT
    return Check(
        subject=f"alert {reading.alert.alert_id}",
        outcome=Outcome.IDENTICAL if verdict.identical else outcome,
        problems=problems,
        verdict=verdict,
        head=reading.head,
        notes=_limits(noted),
    )


def _expunged(transaction: Transaction, reading: Reading) -> tuple[str, ...]:
    """Return which messages of the wearer were expunged: without them nothing can be derived."""
    gone, places = set(reading.record.expunged), set()
    page = Page(limit=1000, after=(BEGINNING, 0))
    while gone:
        rows = transaction.positions.track(reading.alert.wearer_id, BEGINNING, END, page)
        places |= {(row.block_id, row.message_index) for row in rows}
        if len(rows) < page.limit:
            break
        page = Page(limit=1000, after=(rows[-1].position.fix_time, rows[-1].position_id))
    return tuple(
        f"journal block {block_id}, message {index}: it was expunged, and was evidence about this "
        "wearer: the decision cannot be derived anew"
        for block_id, index in sorted(gone & places)
    )


def _limits(noted: ChainHead | None) -> tuple[str, ...]:
    return (_CUT_OFF,) if noted is None else ()


def _different(subject: str, error: Exception) -> Check:
    return Check(subject=subject, outcome=Outcome.DIFFERENT, problems=(str(error),))


def _unverifiable(subject: str, why: str) -> Check:
    return Check(subject=subject, outcome=Outcome.UNVERIFIABLE, problems=(why,))
