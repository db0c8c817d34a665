"""Journal blocks, appended one after the other; only expunging ever rewrites a body."""

from collections.abc import Sequence

from sqlalchemy import select, update

from engine.core.journal import GENESIS, JournalBlock, RawMessage, build_block
from engine.core.registry_journal import RegistryEntry, write_entry
from engine.store.protocol import ConflictError
from engine.store.sql.counters import take_ids
from engine.store.sql.schema import journal_blocks
from engine.store.sql.session import AnyRow, SqlSession
from zones.instant import Instant

_ROW = journal_blocks.c
_HEAD = "SELECT block_id, block_hash FROM journal_blocks ORDER BY block_id DESC LIMIT 1"
_APPEND = (
    "INSERT INTO journal_blocks (block_id, committed_at, messages, previous_hash, merkle_root, "
    "block_hash, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class SqlJournal:
    """Raw journal blocks."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def append(self, block: JournalBlock) -> None:
        """Store a new block."""
        self._session.lock()
        self._session.check_writable()
        self._session.fixed(
            _APPEND,
            block.block_id,
            block.committed_at,
            block.messages,
            block.previous_hash,
            block.merkle_root,
            block.block_hash,
            block.body,
        )

    def append_registry(self, entries: Sequence[RegistryEntry], now: Instant) -> None:
        """Seal writes of the registry in a block of their own; no entries, no block."""
        if not entries:
            return
        # Taking an id takes the writers' lock: only then can nobody else add to the head.
        (block_id,) = take_ids(self._session, "block", 1)
        _, head = self.head() or GENESIS
        messages = [RawMessage(now, *write_entry(entry)) for entry in entries]
        self.append(build_block(block_id, head, messages, now))

    def rewrite(self, block: JournalBlock) -> None:
        """Replace the body of a stored block by one in which messages are expunged.

        Raises:
            ConflictError: there is no block with that id and hash.
        """
        self._session.lock()
        same = (_ROW.block_id == block.block_id) & (_ROW.block_hash == block.block_hash)
        if not self._session.change(update(journal_blocks).where(same).values(body=block.body)):
            raise ConflictError(
                f"block {block.block_id} with hash {block.block_hash.hex()} is not stored: "
                "only a stored block can be rewritten, and its hash stays"
            )

    def head(self) -> tuple[int, bytes] | None:
        """Return id and hash of the newest block; None if there is none."""
        self._session.lock()
        row = self._session.fixed(_HEAD)
        return None if row is None else (int(row[0]), bytes(row[1]))

    def block(self, block_id: int) -> JournalBlock | None:
        """Return one block."""
        row = self._session.first(select(journal_blocks).where(_ROW.block_id == block_id))
        return None if row is None else _block(row)

    def blocks(self, after_block_id: int = 0, limit: int = 100) -> Sequence[JournalBlock]:
        """Return the blocks after one, oldest first."""
        query = select(journal_blocks).where(_ROW.block_id > after_block_id)
        rows = self._session.rows(query.order_by(_ROW.block_id).limit(limit))
        return [_block(row) for row in rows]


def _block(row: AnyRow) -> JournalBlock:
    return JournalBlock(
        block_id=row.block_id,
        committed_at=row.committed_at,
        messages=row.messages,
        previous_hash=row.previous_hash,
        merkle_root=row.merkle_root,
        block_hash=row.block_hash,
        body=row.body,
    )
