"""What a forger could do with the store at hand, or with a key of his own, is found and named."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from engine.core import bundle, bundle_form
from engine.core.bundle import read_bundle
from engine.core.bundle_form import Decision
from engine.core.journal import RawMessage, build_block, expunge, open_block
from engine.proof.bundle_check import verify_bundle
from engine.proof.chain import noted_head
from engine.proof.check import Outcome, noted
from engine.proof.evidence import NoEvidenceError, make_bundle
from engine.proof.signing import raw_public
from engine.proof.verification import verify_alert, verify_journal
from engine.sources.source import Delivery
from engine.store import Store, open_store
from engine.store.page import Page
from simulators import scenarios
from tests.proof_kit import (
    FORGER,
    KEY,
    alerts_of,
    change_body,
    copied,
    forged,
    forger,
    messages_in,
    played,
)
from tests.scenario_engine import Engine
from zones.instant import MINUTE, render

PUBLIC = raw_public(KEY.public_key())


@pytest.fixture(scope="module")
def walked_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a scenario with one alert, of one episode."""
    return played("exclusion-walks-in", tmp_path_factory.mktemp("played"))


@pytest.fixture
def store_and_path(walked_in: Path, tmp_path: Path) -> tuple[Store, Path]:
    """A store of one's own to forge in."""
    return copied(walked_in, tmp_path)


@pytest.fixture(scope="module")
def bundled(walked_in: Path) -> bytes:
    """The bundle of its alert."""
    store = open_store(f"sqlite:///{walked_in}")
    return make_bundle(store, 1, KEY)


def test_a_dropped_block_is_missed(store_and_path: tuple[Store, Path]) -> None:
    """The block after the gap is named."""
    store, path = store_and_path
    with forger(path) as connection:
        connection.execute("DELETE FROM journal_blocks WHERE block_id = 7")
    assert verify_journal(store).problems == (
        "journal block 8: it follows block 6: some are missing or misplaced",
    )
    assert verify_alert(store, 1).outcome is Outcome.DIFFERENT


def test_swapped_blocks_are_found(store_and_path: tuple[Store, Path]) -> None:
    """Two blocks under each other's id fit neither their ids nor each other."""
    store, path = store_and_path
    with forger(path) as connection:
        for old, new in ((7, -1), (8, 7), (-1, 8)):
            connection.execute(
                "UPDATE journal_blocks SET block_id = ? WHERE block_id = ?", (new, old)
            )
    (problem,) = verify_journal(store).problems
    assert problem.startswith("journal block 7: it is tied to")


def test_a_journal_cut_off_shows_against_a_noted_head(
    store_and_path: tuple[Store, Path],
) -> None:
    """Without a noted head a shorter chain is a chain; against one the missing block is named."""
    store, path = store_and_path
    head = verify_journal(store).head
    assert head is not None
    assert verify_journal(store, noted_head(noted(head))).outcome is Outcome.IDENTICAL
    with forger(path) as connection:
        connection.execute("DELETE FROM journal_blocks WHERE block_id > 20")
    assert verify_journal(store).outcome is Outcome.IDENTICAL
    (problem,) = verify_journal(store, head).problems
    assert problem.startswith("journal block 21: it is missing")


def replace_message(store: Store, path: Path, block_id: int) -> None:
    """Put another message into a block, with root and hash of the block made to fit."""
    with store.read() as transaction:
        block = transaction.journal.block(block_id)
    assert block is not None
    (message,) = open_block(block)
    assert isinstance(message, RawMessage)
    other = msgspec.structs.replace(message, received_at=message.received_at + 1)
    made = build_block(block_id, block.previous_hash, [other], block.committed_at)
    with forger(path) as connection:
        connection.execute(
            "UPDATE journal_blocks SET merkle_root = ?, block_hash = ?, body = ? "
            "WHERE block_id = ?",
            (made.merkle_root, made.block_hash, made.body, block_id),
        )


def test_a_message_replaced_with_its_root_breaks_the_chain(
    store_and_path: tuple[Store, Path],
) -> None:
    """A block made to fit its new message no longer fits the next block, or the head noted."""
    store, path = store_and_path
    replace_message(store, path, 7)
    (problem,) = verify_journal(store).problems
    assert problem.startswith("journal block 8: it is tied to a block with hash")


def test_the_newest_block_replaced_shows_against_a_noted_head(
    store_and_path: tuple[Store, Path],
) -> None:
    """Nothing follows the newest block yet: only a head noted elsewhere gives it away."""
    store, path = store_and_path
    head = verify_journal(store).head
    assert head is not None
    replace_message(store, path, head.block_id)
    assert verify_journal(store).outcome is Outcome.IDENTICAL
    (problem,) = verify_journal(store, head).problems
    assert problem.startswith(f"journal block {head.block_id}: its hash is")


def episode_change(name: str, value: object) -> Callable[[dict[str, object]], None]:
    """Return a forgery of a field of an episode's or alert's body."""

    def change(body: dict[str, object]) -> None:
        body[name] = value

    return change


def test_an_altered_episode_is_named_field_by_field(store_and_path: tuple[Store, Path]) -> None:
    """Each field that was changed is said as stored and as derived."""
    store, path = store_and_path
    was = alerts_of(store)[0]
    with store.read() as transaction:
        (stored,) = transaction.episodes.get(was.episode_ids)
    later = stored.episode.started.by + MINUTE

    def change(body: dict[str, dict[str, object]]) -> None:
        body["started"]["by"] = later
        body["evidence"][1]["lat"] += 0.001  # type: ignore[index]

    change_body(path, "episodes", change)
    check = verify_alert(store, 1)
    assert check.outcome is Outcome.DIFFERENT
    assert check.verdict is not None
    (episode,) = check.verdict.episodes
    paths = [each.path for each in episode.differences]
    assert paths == ["started.by", "evidence[1].lat"]
    began = episode.differences[0]
    assert (began.stored, began.derived) == (render(later), render(stored.episode.started.by))


@pytest.mark.parametrize(
    ("table", "name", "value", "path"),
    [
        ("episodes", "kind", "buffer_entered", "state"),
        ("episodes", "state", "retracted", "state"),
        ("episodes", "max_depth_m", 0.5, "max_depth_m"),
        ("episodes", "ended", None, "ended"),
        ("alerts", "severity", "advisory", "alert.severity"),
        ("alerts", "count", 2, "alert.count"),
        ("alerts", "state", "closed", "alert.state"),
        ("alerts", "page_due_at", None, "alert.page_due_at"),
        ("alerts", "episode_ids", [1, 99], "alert.episode_ids: stored is 2 entries"),
    ],
)
def test_every_altered_field_is_found(
    store_and_path: tuple[Store, Path], table: str, name: str, value: object, path: str
) -> None:
    """Whatever of a stored decision is changed, verifying says where."""
    store, file = store_and_path
    change_body(file, table, episode_change(name, value))
    check = verify_alert(store, 1)
    assert check.outcome is Outcome.DIFFERENT
    assert any(path in line for line in check.lines()), check.lines()
    with pytest.raises(NoEvidenceError):
        make_bundle(store, 1, KEY)


def test_an_expunged_message_is_no_tampering(store_and_path: tuple[Store, Path]) -> None:
    """The chain holds; a decision that rested on the message cannot be derived anew, and why."""
    store, _ = store_and_path
    with store.read() as transaction:
        (stored,) = transaction.episodes.get([1])
    key = stored.episode.evidence[1].digest
    with store.write() as transaction:
        rows = transaction.positions.track(stored.wearer_id, 0, 2**62, Page())
        block_id = next(row.block_id for row in rows if row.position.digest == key)
        block = transaction.journal.block(block_id)
        assert block is not None
        transaction.journal.rewrite(expunge(block, 0))
    assert verify_journal(store).outcome is Outcome.IDENTICAL
    check = verify_alert(store, 1)
    assert check.outcome is Outcome.UNVERIFIABLE
    (problem,) = check.problems
    assert problem.startswith(f"journal block {block_id}, message 0: it was expunged")


def test_what_was_retracted_verifies_and_stays_retracted(tmp_path: Path) -> None:
    """A silence that positions filled in later is retracted; to restore it is found."""
    path = played("silence-location-lost", tmp_path)
    store = open_store(f"sqlite:///{path}")
    scenario = scenarios.all()["silence-location-lost"]()
    (wearer,) = scenario.wearers
    with store.read() as transaction:
        (stored,) = transaction.episodes.get(alerts_of(store)[0].episode_ids)
    engine = Engine(store, scenario.start)
    since, until = stored.episode.started.after, scenario.end
    assert since is not None
    for number, time in enumerate(range(since, until, MINUTE)):
        truth = wearer.true_path.at(time)
        position = {"time": render(time), "lat": truth.lat, "lon": truth.lon + number * 1e-7}
        body = {"device": wearer.device_id, "seq": 10**6 + number, "positions": [position]}
        topic = f"ringfence/v1/{wearer.vendor}/{wearer.device_id}/telemetry"
        engine.take([Delivery(topic, msgspec.json.encode(body), until, None)], until)
    (alert,) = [each for each in alerts_of(store) if each.alert_id == 1]
    assert alert.retracted
    assert verify_alert(store, 1).outcome is Outcome.IDENTICAL
    assert verify_bundle(make_bundle(store, 1, KEY)).outcome is Outcome.IDENTICAL
    with forger(path) as connection:
        restored = "UPDATE episodes SET body = replace(body, '\"retracted\"', '\"confirmed\"')"
        connection.execute(restored)
    assert verify_alert(store, 1).outcome is Outcome.DIFFERENT


def test_a_bundle_signed_by_somebody_else_is_told_apart(bundled: bytes) -> None:
    """The right key is confirmed, a wrong one refused, and without one the fingerprint is said."""
    assert verify_bundle(bundled, PUBLIC).outcome is Outcome.IDENTICAL
    check = verify_bundle(bundled)
    assert "compare it" in check.notes[-1]
    other = verify_bundle(forged(bundled, {}), PUBLIC)
    assert other.outcome is Outcome.DIFFERENT
    assert other.problems[0].startswith(f"part {bundle.SIGNATURE}: signed by the key")
    assert verify_bundle(bundled, raw_public(FORGER.public_key())).outcome is Outcome.DIFFERENT


def test_a_forged_message_does_not_lead_to_its_root(bundled: bytes) -> None:
    """Signed anew, with its leaf made to fit, a changed message is still named by its line."""
    messages = messages_in(bundled)
    changed = msgspec.structs.replace(messages[2], received_at=messages[2].received_at + 1)
    for leaf in (messages[2].leaf, changed.raw.leaf.hex()):
        messages[2] = msgspec.structs.replace(changed, leaf=leaf)
        part = bundle_form.encode_lines(messages)
        check = verify_bundle(forged(bundled, {bundle.MESSAGES: part}))
        assert check.outcome is Outcome.DIFFERENT
        assert check.problems[0].startswith(
            f"part messages.jsonl, line 3 (block {changed.block_id}"
        )


def test_a_message_left_out_of_a_bundle_changes_the_decision(bundled: bytes) -> None:
    """Signed anew without one of its messages, the bundle no longer leads to the decision."""
    messages = messages_in(bundled)
    part = bundle_form.encode_lines(messages[:3] + messages[4:])
    check = verify_bundle(forged(bundled, {bundle.MESSAGES: part}))
    assert check.outcome is Outcome.DIFFERENT
    assert check.verdict is not None
    assert check.verdict.episodes[0].differences


def test_a_forged_decision_is_not_what_its_evidence_says(bundled: bytes) -> None:
    """Signed anew with an alert that says something else, the field is named."""
    decision = msgspec.json.decode(read_bundle(bundled)[bundle.DECISION], type=Decision)
    alert = msgspec.structs.replace(decision.alert, count=3)
    part = bundle_form.encode(msgspec.structs.replace(decision, alert=alert))
    check = verify_bundle(forged(bundled, {bundle.DECISION: part}))
    assert check.outcome is Outcome.DIFFERENT
    assert "  alert.count: stored is 3, derived is 1" in check.lines()


def test_a_bundle_fits_a_head_that_was_noted(walked_in: Path, bundled: bytes) -> None:
    """The chain in a bundle leads to every noted head in its range, and to no other."""
    store = open_store(f"sqlite:///{walked_in}")
    with store.read() as transaction:
        block = transaction.journal.block(5)
    assert block is not None
    right = noted_head(f"5:{block.block_hash.hex()}")
    assert verify_bundle(bundled, noted=right).outcome is Outcome.IDENTICAL
    wrong = noted_head(f"5:{bytes(32).hex()}")
    assert verify_bundle(bundled, noted=wrong).outcome is Outcome.DIFFERENT
    beyond = verify_bundle(bundled, noted=noted_head(f"999:{bytes(32).hex()}"))
    assert beyond.outcome is Outcome.UNVERIFIABLE
    assert "note one in between" in beyond.problems[0]
    store.close()


def test_a_later_order_leaves_earlier_decisions_as_they_were(
    store_and_path: tuple[Store, Path],
) -> None:
    """An episode that was over is derived by the registry it was judged by, windows included."""
    store, _ = store_and_path
    scenario = scenarios.all()["exclusion-walks-in"]()
    with store.write() as transaction:
        (order,) = transaction.registry.orders()
        harder = tuple(
            msgspec.structs.replace(
                each, parameters=msgspec.structs.replace(each.parameters, threshold=9)
            )
            for each in order.conditions
        )
        changed = msgspec.structs.replace(order, conditions=harder, version_from=scenario.end)
        transaction.registry.save_order(changed)
    engine = Engine(store, scenario.start)
    wearer = scenario.wearers[0]
    body = {"device": wearer.device_id, "seq": 10**6, "positions": []}
    topic = f"ringfence/v1/{wearer.vendor}/{wearer.device_id}/telemetry"
    engine.take(
        [Delivery(topic, msgspec.json.encode(body), scenario.end + MINUTE, None)],
        scenario.end + MINUTE,
    )
    check = verify_alert(store, 1)
    assert check.outcome is Outcome.IDENTICAL, check.lines()
    assert verify_bundle(make_bundle(store, 1, KEY)).outcome is Outcome.IDENTICAL
