"""Verifying reads the whole journal, derives an alert's episodes from it, and compares.

What the store says of positions, checkpoints and the registry is not used: only the alert and its
episodes as stored, to be compared, and when and by which revision of the registry they were judged.
"""

from collections.abc import Sequence
from typing import Final

from engine.core.alert import Alert
from engine.core.episode import StoredEpisode
from engine.core.journal import ChainHead, Entry, JournalBlock, JournalError
from engine.core.order import Activation
from engine.core.record import Record, record_of
from engine.core.rederive import Derived, NotDerivableError, derive
from engine.core.registry_journal import RegistryEntryError
from engine.core.verdict import alert_verdict
from engine.proof.chain import check_chain
from engine.proof.check import Check, Outcome
from engine.store.protocol import Page, Store, Transaction
from zones.interval import BEGINNING, END

_CUT_OFF: Final = (
    "that the newest blocks were not cut off shows only against a head that was noted elsewhere "
    "before: give it with --head"
)


def verify_journal(store: Store, noted: ChainHead | None = None) -> Check:
    """Check the chain of the journal, and that it holds a head noted before."""
    with store.read() as transaction:
        try:
            head = check_chain(transaction, noted)
        except JournalError as error:
            return Check(subject="the journal", outcome=Outcome.DIFFERENT, problems=(str(error),))
    return Check(subject="the journal", outcome=Outcome.IDENTICAL, head=head, notes=_limits(noted))


def verify_alert(store: Store, alert_id: int, noted: ChainHead | None = None) -> Check:
    """Check the chain of the journal, derive an alert anew from it, and compare."""
    subject = f"alert {alert_id}"
    with store.read() as transaction:
        alert = transaction.alerts.get(alert_id)
        if alert is None:
            return _unverifiable(subject, f"there is no alert {alert_id}")
        episodes = transaction.episodes.get(alert.episode_ids)
        if not alert.wearer_id or not episodes:
            return _unverifiable(subject, "it rests on the engine's own clock, not on messages")
        try:
            record, head = read_record(transaction, episodes, noted)
        except (JournalError, RegistryEntryError) as error:
            return Check(subject=subject, outcome=Outcome.DIFFERENT, problems=(str(error),))
        return _compared(transaction, alert, episodes, record, head, noted)


def read_record(
    transaction: Transaction, episodes: Sequence[StoredEpisode], noted: ChainHead | None = None
) -> tuple[Record, ChainHead]:
    """Return what the journal holds that bears on episodes, once all of it has been checked.

    Raises:
        JournalError: the journal is damaged; RegistryEntryError: it is of a newer version.
    """
    record = record_of(activations_of(transaction, episodes))

    def take(block: JournalBlock, entries: tuple[Entry, ...]) -> None:
        for index, entry in enumerate(entries):
            record.take(block.block_id, block.committed_at, index, entry)

    return record, check_chain(transaction, noted, take)


def activations_of(transaction: Transaction, episodes: Sequence[StoredEpisode]) -> list[Activation]:
    """Return the activations that episodes are of."""
    wanted = {each.episode.activation_id for each in episodes}
    return [each for each in transaction.registry.activations() if each.activation_id in wanted]


def derive_all(record: Record, episodes: Sequence[StoredEpisode]) -> dict[int, Derived]:
    """Return what the journal says of every activation that episodes are of.

    Raises:
        NotDerivableError: one of them is not in the journal.
    """
    conditions = {each.episode.condition_id for each in episodes}
    found = {}
    for activation_id in sorted({each.episode.activation_id for each in episodes}):
        own = [each for each in episodes if each.episode.activation_id == activation_id]
        revision = max(record.followed, *(each.registry_revision for each in own))
        judged_at = max(each.updated_at for each in own)
        found[activation_id] = derive(record, activation_id, revision, judged_at, conditions)
    return found


def _compared(
    transaction: Transaction,
    alert: Alert,
    episodes: Sequence[StoredEpisode],
    record: Record,
    head: ChainHead,
    noted: ChainHead | None,
) -> Check:
    subject = f"alert {alert.alert_id}"
    try:
        derived = derive_all(record, episodes)
    except NotDerivableError as error:
        return Check(subject=subject, outcome=Outcome.DIFFERENT, problems=(str(error),), head=head)
    history = transaction.alerts.history(alert.alert_id)
    verdict = alert_verdict(alert, episodes, derived, history)
    problems = () if verdict.identical else _expunged(transaction, alert, record)
    outcome = Outcome.UNVERIFIABLE if problems else Outcome.DIFFERENT
    return Check(
        subject=subject,
        outcome=Outcome.IDENTICAL if verdict.identical else outcome,
        problems=problems,
        verdict=verdict,
        head=head,
        notes=_limits(noted),
    )


def _expunged(transaction: Transaction, alert: Alert, record: Record) -> tuple[str, ...]:
    """Return which messages of the wearer were expunged: without them nothing can be derived."""
    gone = set(record.expunged)
    if not gone:
        return ()
    after, found = (BEGINNING, 0), []
    while True:
        page = Page(limit=1000, after=after)
        rows = transaction.positions.track(alert.wearer_id, BEGINNING, END, page)
        found += [(row.block_id, row.message_index) for row in rows]
        if len(rows) < page.limit:
            break
        after = (rows[-1].position.fix_time, rows[-1].position_id)
    return tuple(
        f"journal block {block_id}, message {index}: it was expunged, and with it evidence of this "
        "wearer: the decision cannot be derived anew"
        for block_id, index in sorted(gone & set(found))
    )


def _limits(noted: ChainHead | None) -> tuple[str, ...]:
    if noted is not None:
        return ()
    return (_CUT_OFF,)


def _unverifiable(subject: str, why: str) -> Check:
    return Check(subject=subject, outcome=Outcome.UNVERIFIABLE, problems=(why,))
