"""Whatever single bit is changed, in the journal or in a bundle, it is found and named."""

import random
import sqlite3
from pathlib import Path

import pytest

from engine.core import bundle
from engine.core.bundle import PARTS, read_bundle, write_bundle
from engine.proof.bundle_check import verify_bundle
from engine.proof.check import Outcome
from engine.proof.evidence import make_bundle
from engine.proof.verification import verify_journal
from engine.store import open_store
from tests.proof_kit import KEY, alerts_of, copied, forger, played

FLIPS = 1000
BLOCKS = 12
NUMBERS = ("block_id", "committed_at", "messages")
HASHES = ("previous_hash", "merkle_root", "block_hash")
LOCAL_HEADER = 30


@pytest.fixture(scope="module")
def walked_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a scenario with one alert."""
    return played("exclusion-walks-in", tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="module")
def bundled(walked_in: Path) -> bytes:
    """The bundle of its alert."""
    store = open_store(f"sqlite:///{walked_in}")
    (alert,) = alerts_of(store)
    made = make_bundle(store, alert.alert_id, KEY)
    store.close()
    return made


def flipped_number(value: int, bit: int) -> int:
    """Return a 64-bit number with one bit flipped."""
    changed = (value % 2**64) ^ (1 << bit)
    return changed - 2**64 if changed >= 2**63 else changed


def flipped(data: bytes, position: int, bit: int) -> bytes:
    """Return bytes with one bit flipped."""
    return data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]


def flip(connection: sqlite3.Connection, block_id: int, column: str, dice: random.Random) -> int:
    """Flip a bit of one column of a block; return the id its row then has."""
    query = f"SELECT {column} FROM journal_blocks WHERE block_id = ?"  # noqa: S608
    (value,) = connection.execute(query, (block_id,)).fetchone()
    if isinstance(value, int):
        changed: int | bytes = flipped_number(value, dice.randrange(64))
        if column == "block_id" and isinstance(changed, int) and 1 <= changed <= BLOCKS:
            changed = flipped_number(value, dice.randrange(8, 64))
    else:
        changed = flipped(value, dice.randrange(len(value)), dice.randrange(8))
    statement = f"UPDATE journal_blocks SET {column} = ? WHERE block_id = ?"  # noqa: S608
    connection.execute(statement, (changed, block_id))
    return changed if column == "block_id" and isinstance(changed, int) else block_id


def test_a_thousand_flipped_bits_in_the_journal_are_found(walked_in: Path, tmp_path: Path) -> None:
    """One random bit in 1,000 random places of journal rows: each is found, its block named."""
    store, path = copied(walked_in, tmp_path)
    connection = forger(path)
    connection.execute("DELETE FROM journal_blocks WHERE block_id > ?", (BLOCKS,))
    rows = connection.execute("SELECT * FROM journal_blocks ORDER BY block_id").fetchall()
    sizes = {row[0]: 8 * len(NUMBERS) + 32 * len(HASHES) + len(row[-1]) for row in rows}
    assert verify_journal(store).outcome is Outcome.IDENTICAL
    dice = random.Random(20260301)
    found = 0
    for _ in range(FLIPS):
        (block_id,) = dice.choices(list(sizes), list(sizes.values()))
        weights = [8] * len(NUMBERS) + [32] * len(HASHES) + [sizes[block_id] - 120]
        (column,) = dice.choices((*NUMBERS, *HASHES, "body"), weights)
        moved_to = flip(connection, block_id, column, dice)
        check = verify_journal(store)
        named = {f"journal block {each}:" for each in (block_id, moved_to, block_id + 1)}
        if column != "block_id":
            named = {f"journal block {block_id}:"}
        assert check.outcome is Outcome.DIFFERENT, (block_id, column)
        assert any(check.problems[0].startswith(each) for each in named), check.problems
        found += 1
        connection.execute("DELETE FROM journal_blocks WHERE block_id = ?", (moved_to,))
        row = rows[block_id - 1]
        connection.execute("INSERT INTO journal_blocks VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    assert found == FLIPS
    assert verify_journal(store).outcome is Outcome.IDENTICAL
    store.close()


def part_at(data: bytes, position: int) -> str:
    """Return what of a bundle a byte is in: a part, or the directory at the end."""
    parts, end = read_bundle(data), 0
    for name in PARTS:
        end += LOCAL_HEADER + len(name) + len(parts[name])
        if position < end:
            return f"part {name}:"
    return "the directory at the end of the file:"


def test_a_thousand_flipped_bits_in_a_bundle_are_found(bundled: bytes) -> None:
    """One random bit in 1,000 random bytes of the file, ZIP and all: each is found, its part named.

    So is one in each of the file's bytes outside of the parts' contents.
    """
    assert verify_bundle(bundled).outcome is Outcome.IDENTICAL
    dice = random.Random(20260301)
    places = [dice.randrange(len(bundled)) for _ in range(FLIPS)]
    directory = len(bundled) - sum(46 + len(name) for name in PARTS) - 22
    for position in (*places, *range(200), *range(directory, len(bundled))):
        check = verify_bundle(flipped(bundled, position, dice.randrange(8)))
        assert check.outcome is Outcome.DIFFERENT, position
        assert check.problems[0].startswith(part_at(bundled, position)), check.problems


def test_bits_flipped_before_the_file_was_written_are_found(bundled: bytes) -> None:
    """Where the ZIP's own checksums are made to fit, hashes and signature find it all the same."""
    dice = random.Random(20260302)
    parts = read_bundle(bundled)
    for number in range(300):
        name = PARTS[number % len(PARTS)]
        position = dice.randrange(len(parts[name]))
        part = flipped(parts[name], position, dice.randrange(8))
        check = verify_bundle(write_bundle(parts | {name: part}))
        assert check.outcome is Outcome.DIFFERENT
        either = {f"part {name}:", f"part {bundle.MANIFEST}:"}
        expected = {f"part {name}:"} if name != bundle.SIGNATURE else either
        assert any(check.problems[0].startswith(each) for each in expected), check.problems


def test_bytes_added_or_cut_off_are_found(bundled: bytes) -> None:
    """A bundle has exactly its bytes."""
    for data in (bundled + b"\0", b"\0" + bundled, bundled[:-1], bundled[:100], b""):
        assert verify_bundle(data).outcome is Outcome.DIFFERENT
