"""A bundle is made of an alert: what it rests on, with proofs, and nothing of anybody else."""

from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.core import bundle, bundle_form
from engine.core.bundle_form import Decision, EvidenceWindow, Judgement, Manifest
from engine.core.evidence_window import message_count, windows
from engine.core.journal import JournalBlock, inclusion_proof, open_block
from engine.core.order import Role
from engine.core.record import Kept, Record
from engine.core.rederive import Derivations
from engine.core.verdict import alert_verdict
from engine.proof.bundle_text import README_TEXT
from engine.proof.check import Check, Outcome, noted
from engine.proof.signing import sign
from engine.proof.verification import Reading, compare, read_alert
from engine.store.protocol import Store, Transaction
from engine.version import engine_version

_BEYOND: Final = 100_000
"""Headers beyond the newest block used, at most."""


class NoEvidenceError(Exception):
    """An alert cannot be proved; `check` says why."""

    def __init__(self, check: Check) -> None:
        super().__init__("\n".join(check.lines()))
        self.check = check


def make_bundle(
    store: Store, alert_id: int, key: Ed25519PrivateKey, *, reveal: bool = False
) -> bytes:
    """Return the signed bundle of an alert; `reveal` also where a protected person was.

    Raises:
        NoEvidenceError: there is no such alert, or the journal does not lead to what is stored.
    """
    with store.read() as transaction:
        reading = _read(transaction, alert_id, reveal=reveal)
        record, window = _chosen(reading)
        registry = [kept for kept, _ in record.registry]
        parts = {
            bundle.README: README_TEXT.encode(),
            bundle.DECISION: bundle_form.encode(_decision(transaction, reading)),
            bundle.REGISTRY: _proofs(transaction, registry),
            bundle.MESSAGES: _proofs(transaction, record.messages),
        }
        used = [kept.block_id for kept in (*registry, *record.messages)]
        first = _block(transaction, min(used))
    # A head that is noted after the evidence is what ties it: so the chain goes on for a while.
    size, reach = bundle_form.HEADER.size, max(used) + _BEYOND
    parts[bundle.CHAIN] = bytes(reading.chain[(min(used) - 1) * size : reach * size])
    manifest = bundle_form.encode(_manifest(reading, window, first, parts))
    parts |= {
        bundle.MANIFEST: manifest,
        bundle.SIGNATURE: bundle_form.encode(sign(key, manifest)),
    }
    return bundle.write_bundle(parts)


def _read(transaction: Transaction, alert_id: int, *, reveal: bool) -> Reading:
    reading = read_alert(transaction, alert_id)
    if isinstance(reading, Check):
        raise NoEvidenceError(reading)
    if not reveal and _of_protected(reading):
        words = (
            "it rests on where a protected person was, and a bundle says it to whoever opens it: "
            "`ringfence verify` derives the alert anew where the journal is; if those who get the "
            "bundle may know, make it with `ringfence evidence --with-protected-positions`"
        )
        subject = f"alert {reading.alert.alert_id}"
        raise NoEvidenceError(
            Check(subject=subject, outcome=Outcome.UNVERIFIABLE, problems=(words,))
        )
    check = compare(transaction, reading)
    if check.outcome is not Outcome.IDENTICAL:
        raise NoEvidenceError(check)
    return reading


def _of_protected(reading: Reading) -> bool:
    """Tell whether an alert cannot be proved without saying where a protected person was."""
    hers = any(
        each.supervision.activation.role is Role.PROTECTED for each in reading.derived.values()
    )
    wanted = {each.episode.condition_id for each in reading.episodes}
    return hers or any(
        condition.proximity is not None and condition.condition_id in wanted
        for each in reading.derived.values()
        for condition in each.supervision.conditions
    )


def _chosen(reading: Reading) -> tuple[Record, EvidenceWindow]:
    """Return the smallest part of the record that leads to the identical decision."""
    of = message_count(reading.derived.values())
    conditions = {each.episode.condition_id for each in reading.episodes}
    for padding_s, part in windows(reading.record, reading.episodes, reading.derived):
        derivations = Derivations(part, conditions)
        derived = {
            each.episode_id: derivations.of(each.activation_id, each.registry_revision, each.as_of)
            for each in _judgements(reading)
        }
        verdict = alert_verdict(reading.alert, reading.episodes, derived, reading.history)
        if verdict.identical:
            window = EvidenceWindow(padding_s=padding_s, messages=len(part.messages), of=of)
            return part, window
    words = "no part of the journal without other persons' messages leads to the identical decision"
    subject = f"alert {reading.alert.alert_id}"
    raise NoEvidenceError(Check(subject=subject, outcome=Outcome.UNVERIFIABLE, problems=(words,)))


def _judgements(reading: Reading) -> list[Judgement]:
    return [
        Judgement(
            episode_id=stored.episode_id,
            activation_id=stored.episode.activation_id,
            registry_revision=reading.derived[stored.episode_id].revision,
            as_of=reading.derived[stored.episode_id].now,
        )
        for stored in reading.episodes
    ]


def _decision(transaction: Transaction, reading: Reading) -> Decision:
    revisions = [
        revision
        for each in reading.episodes
        for revision in transaction.episodes.revisions(each.episode_id)
    ]
    return Decision(
        alert=reading.alert,
        episodes=tuple(reading.episodes),
        revisions=tuple(revisions),
        history=tuple(reading.history),
    )


def _manifest(
    reading: Reading, window: EvidenceWindow, first: JournalBlock, parts: dict[str, bytes]
) -> Manifest:
    digests = [bundle_form.digest_of(name, parts[name]) for name in bundle.PARTS if name in parts]
    return Manifest(
        format=bundle_form.FORMAT,
        alert_id=reading.alert.alert_id,
        engine_version=engine_version(),
        judgements=tuple(_judgements(reading)),
        window=window,
        first_block=first.block_id,
        previous_hash=first.previous_hash.hex(),
        journal_head=noted(reading.head),
        parts=tuple(digests),
    )


def _proofs(transaction: Transaction, messages: Sequence[Kept]) -> bytes:
    lines, block_id, entries = [], 0, open_block(_block(transaction, 1))
    for kept in messages:
        if kept.block_id != block_id:
            block_id, entries = kept.block_id, open_block(_block(transaction, kept.block_id))
        lines.append(bundle_form.proved(kept, inclusion_proof(entries, kept.message_index)))
    return bundle_form.encode_lines(lines)


def _block(transaction: Transaction, block_id: int) -> JournalBlock:
    block = transaction.journal.block(block_id)
    assert block is not None, "it was read in this very snapshot"  # noqa: S101 - narrows the type
    return block
