"""Checking a bundle needs the file alone: no store, no settings, no network.

    bytes -> parts -> signature -> hashes -> chain -> leaves and proofs -> decision derived anew

Whatever is wrong is named with its part, and the message or byte in it.
"""

from collections.abc import Iterator, Mapping
from struct import error as StructError  # noqa: N812 - its only name
from typing import NamedTuple, TypeVar

import msgspec

from engine.core import bundle, bundle_form
from engine.core.bundle import BundleError, read_bundle
from engine.core.bundle_form import Decision, Header, Manifest, ProvedMessage, Signature
from engine.core.journal import ChainHead
from engine.core.record import Record, record_of
from engine.core.rederive import Derivations, NotDerivableError, registry_at
from engine.core.registry_journal import RegistryEntryError
from engine.core.verdict import AlertVerdict, alert_verdict
from engine.proof.chain import noted_head
from engine.proof.check import Check, Outcome
from engine.proof.signing import fingerprint, is_signed

T = TypeVar("T")


class _Opened(NamedTuple):
    """A bundle of which every byte is as it was signed."""

    parts: Mapping[str, bytes]
    manifest: Manifest
    signature: Signature


def verify_bundle(data: bytes, key: bytes | None = None, noted: ChainHead | None = None) -> Check:
    """Check a bundle, with the public key (32 bytes) it is to be signed by if that is known."""
    try:
        opened = _opened(data)
    except BundleError as error:
        return Check(subject="bundle", outcome=Outcome.DIFFERENT, problems=(str(error),))
    subject = f"bundle of alert {opened.manifest.alert_id}"
    try:
        headers = _headers(opened)
        problems, verdict = _judged(opened, headers, key, noted)
    except (BundleError, RegistryEntryError, NotDerivableError, ValueError, StructError) as error:
        return Check(subject=subject, outcome=Outcome.DIFFERENT, problems=(str(error),))
    beyond = tuple(_out_of_reach(headers, noted))
    outcome = Outcome.DIFFERENT
    if not problems and verdict.identical:
        outcome = Outcome.UNVERIFIABLE if beyond else Outcome.IDENTICAL
    return Check(
        subject=subject,
        outcome=outcome,
        problems=(*problems, *beyond),
        verdict=verdict,
        notes=tuple(_notes(opened, key)),
        head=noted_head(opened.manifest.journal_head),
    )


def _opened(data: bytes) -> _Opened:
    """Return the parts of a bundle, each as it was signed.

    Raises:
        BundleError: a byte of it is not as it was signed.
    """
    parts = read_bundle(data)
    signature = _decoded(parts, bundle.SIGNATURE, Signature)
    if not is_signed(signature, parts[bundle.MANIFEST]):
        raise BundleError(
            f"part {bundle.MANIFEST}: it is not what the key in {bundle.SIGNATURE} signed"
        )
    manifest = _decoded(parts, bundle.MANIFEST, Manifest)
    if manifest.format != bundle_form.FORMAT:
        raise BundleError(
            f"part {bundle.MANIFEST}: its format is {manifest.format!r}, this version checks "
            f"{bundle_form.FORMAT!r}"
        )
    digests = {each.name: each for each in manifest.parts}
    for name, part in parts.items():
        signed = name in (bundle.MANIFEST, bundle.SIGNATURE)
        if not signed and digests.get(name) != bundle_form.digest_of(name, part):
            raise BundleError(f"part {name}: its SHA-256 is not the one in {bundle.MANIFEST}")
    return _Opened(parts, manifest, signature)


def _decoded(parts: Mapping[str, bytes], name: str, kind: type[T]) -> T:
    try:
        value = msgspec.json.decode(parts[name], type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise BundleError(f"part {name}: it cannot be read ({error})") from error
    if bundle_form.encode(value) != parts[name]:
        raise BundleError(f"part {name}: it is not written as it has to be")
    return value


def _judged(
    opened: _Opened, headers: Mapping[int, Header], key: bytes | None, noted: ChainHead | None
) -> tuple[list[str], AlertVerdict]:
    problems = [*_key_problems(opened.signature, key)]
    problems += _head_problems(headers, noted)
    registry = _lines(opened.parts, bundle.REGISTRY)
    messages = _lines(opened.parts, bundle.MESSAGES)
    problems += _proof_problems(bundle.REGISTRY, registry, headers)
    problems += _proof_problems(bundle.MESSAGES, messages, headers)
    return problems, _verdict(opened, registry, messages, headers)


def _key_problems(signature: Signature, key: bytes | None) -> Iterator[str]:
    if key is not None and key.hex() != signature.public_key:
        yield (
            f"part {bundle.SIGNATURE}: signed by the key with fingerprint "
            f"{fingerprint(bytes.fromhex(signature.public_key))}, not by the one given, with "
            f"{fingerprint(key)}"
        )


def _headers(opened: _Opened) -> dict[int, Header]:
    chain, manifest = opened.parts[bundle.CHAIN], opened.manifest
    if len(chain) % bundle_form.HEADER.size:
        raise BundleError(f"part {bundle.CHAIN}: its last header is cut off")
    previous = bytes.fromhex(manifest.previous_hash)
    found = bundle_form.headers_of(chain, manifest.first_block, previous)
    return {each.block_id: each for each in found}


def _head_problems(headers: Mapping[int, Header], noted: ChainHead | None) -> Iterator[str]:
    header = None if noted is None else headers.get(noted.block_id)
    if noted is not None and header is not None and header.block_hash != noted.block_hash:
        yield (
            f"part {bundle.CHAIN}: block {noted.block_id} has hash {header.block_hash.hex()}, "
            f"noted was {noted.block_hash.hex()}"
        )


def _out_of_reach(headers: Mapping[int, Header], noted: ChainHead | None) -> Iterator[str]:
    if noted is not None and noted.block_id not in headers:
        yield (
            f"part {bundle.CHAIN}: it holds blocks {min(headers, default=0)} to "
            f"{max(headers, default=0)}, so it cannot be compared with the head noted of block "
            f"{noted.block_id}: note one in between"
        )


def _lines(parts: Mapping[str, bytes], name: str) -> list[ProvedMessage]:
    try:
        return bundle_form.decode_lines(parts[name])
    except (msgspec.MsgspecError, ValueError) as error:
        raise BundleError(f"part {name}: it cannot be read ({error})") from error


def _proof_problems(
    name: str, messages: list[ProvedMessage], headers: Mapping[int, Header]
) -> Iterator[str]:
    for line, message in enumerate(messages, 1):
        where = f"part {name}, line {line} (block {message.block_id}, message "
        where += f"{message.message_index})"
        header = headers.get(message.block_id)
        if message.raw.leaf.hex() != message.leaf:
            yield f"{where}: it hashes to {message.raw.leaf.hex()}, not to its leaf {message.leaf}"
        elif header is None:
            yield f"{where}: its block is not in {bundle.CHAIN}"
        elif not bundle_form.included(message, header):
            yield f"{where}: its path does not lead to the block's root"


def _verdict(
    opened: _Opened,
    registry: list[ProvedMessage],
    messages: list[ProvedMessage],
    headers: Mapping[int, Header],
) -> AlertVerdict:
    decision = _decoded(opened.parts, bundle.DECISION, Decision)
    judgements = opened.manifest.judgements
    writes = record_of(())
    for message in registry:
        _take(writes, message, headers)
    newest = max((each.registry_revision for each in judgements), default=0)
    known = registry_at(writes, newest).activations
    record = record_of(known)
    for message in sorted([*registry, *messages], key=_place):
        _take(record, message, headers)
    conditions = {each.episode.condition_id for each in decision.episodes}
    derivations = Derivations(record, conditions)
    derived = {
        each.episode_id: derivations.of(each.activation_id, each.registry_revision, each.as_of)
        for each in judgements
    }
    missing = {each.episode_id for each in decision.episodes} - set(derived)
    if missing:
        raise NotDerivableError(f"part {bundle.MANIFEST}: no judgement of episodes {missing}")
    return alert_verdict(decision.alert, decision.episodes, derived, decision.history)


def _place(message: ProvedMessage) -> tuple[int, int]:
    return message.block_id, message.message_index


def _take(record: Record, message: ProvedMessage, headers: Mapping[int, Header]) -> None:
    header = headers.get(message.block_id)
    if header is not None:
        record.take(message.block_id, header.committed_at, message.message_index, message.raw)


def _notes(opened: _Opened, key: bytes | None) -> Iterator[str]:
    window = opened.manifest.window
    reach = (
        "the whole activation"
        if window.padding_s is None
        else (f"the episodes and {window.padding_s} s before and after them")
    )
    yield f"it holds {window.messages} of {window.of} messages: {reach}"
    if key is None:
        print_ = fingerprint(bytes.fromhex(opened.signature.public_key))
        yield (
            f"signed by the key with fingerprint {print_}: compare it with one that came another "
            "way, or give the key with --key"
        )
