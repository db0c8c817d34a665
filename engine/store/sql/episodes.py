"""Episodes: every revision is a row, and one of them is the newest."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, or_, select, update

from engine.core.canary import CANARY
from engine.core.episode import Episode, EpisodeKind, EpisodeState, StoredEpisode
from engine.store.page import Page
from engine.store.sql.backend import Conflict
from engine.store.sql.keyset import Sorting, paged
from engine.store.sql.schema import episodes
from engine.store.sql.session import AnyRow, SqlSession, constant
from zones.instant import Instant
from zones.interval import END

_ROW: Final = episodes.c
_DECODER: Final = msgspec.json.Decoder(Episode)
_ENCODER: Final = msgspec.json.Encoder()
_OF_PEOPLE: Final = _ROW.wearer_id != constant(CANARY)
_HAPPENED: Final = _ROW.state != constant(EpisodeState.RETRACTED.value)

_COLUMNS: Final = "episode_id, revision, wearer_id, updated_at, body, registry_revision"
_NEWEST_OF: Final = f"SELECT {_COLUMNS} FROM episodes WHERE newest AND episode_id IN (?)"  # noqa: S608 - own names
_CONFIRMED_ABOUT: Final = (
    f"SELECT {_COLUMNS} FROM episodes WHERE newest AND subject <> '' AND subject = ? "  # noqa: S608
    "AND kind = ? AND state = ? ORDER BY started DESC, episode_id DESC LIMIT ?"
)
"""Of each alert raised these are run: see `SqlSession.fixed_rows`."""


class SqlEpisodes:
    """Episodes, each revision kept."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, rows: Sequence[StoredEpisode]) -> None:
        """Store new episodes and new revisions; the former revision stays readable."""
        newest = {row.episode_id: row.revision for row in rows}
        for row in rows:
            newest[row.episode_id] = max(newest[row.episode_id], row.revision)
        # A stored revision greater than these stays the newest, and the insert then fails: loudly
        # rather than showing what is superseded.
        superseded = (
            update(episodes)
            .where(
                _ROW.episode_id == bindparam("id"),
                _ROW.newest,
                _ROW.revision <= bindparam("up_to"),
            )
            .values(newest=False)
        )
        amended = [{"id": id_, "up_to": last} for id_, last in newest.items() if last > 1]
        self._session.change(superseded, amended)
        values = (_values(row, newest=row.revision == newest[row.episode_id]) for row in rows)
        self._session.insert(episodes, values, Conflict.REPLACE)

    def running(self) -> Sequence[StoredEpisode]:
        """Return every episode without an end that was not retracted."""
        return self._newest(_ROW.ended_by.is_(None), _HAPPENED)

    def touching(
        self, activation_id: int, since: Instant, until: Instant = END
    ) -> Sequence[StoredEpisode]:
        """Return the episodes that run or whose end's `by` >= `since`, begun before `until`."""
        reaches = or_(_ROW.ended_by.is_(None), _ROW.ended_by >= since)
        begun = _ROW.started < until
        return self._newest(_ROW.activation_id == activation_id, reaches, begun, _HAPPENED)

    def reaching(self, since: Instant) -> Sequence[StoredEpisode]:
        """Return the episodes of wearers that run or whose end's `by` >= `since`, not retracted."""
        # Sorted here: asked for the order of ids, the database reads through all of them.
        query = select(episodes).where(_ROW.newest, _ROW.ended_by >= since, _HAPPENED)
        found = [*map(_episode, self._session.rows(query)), *self.running()]
        of_wearers = [each for each in found if not each.episode.subject]
        return sorted(of_wearers, key=lambda each: each.episode_id)

    def get(self, episode_ids: Collection[int]) -> Sequence[StoredEpisode]:
        """Return the newest revisions of episodes, by id."""
        found = map(_of_values, self._session.fixed_rows_of(_NEWEST_OF, episode_ids))
        return sorted(found, key=lambda each: each.episode_id)

    def confirmed_about(
        self, subject: str, kind: EpisodeKind, limit: int
    ) -> Sequence[StoredEpisode]:
        """Return the confirmed episodes of a kind about a subject that began last, newest first."""
        state = EpisodeState.CONFIRMED
        asked = (subject, kind.value, state.value, limit)
        return [_of_values(row) for row in self._session.fixed_rows(_CONFIRMED_ABOUT, *asked)]

    def revisions(self, episode_id: int) -> Sequence[StoredEpisode]:
        """Return every revision, oldest first."""
        query = select(episodes).where(_ROW.episode_id == episode_id).order_by(_ROW.revision)
        return [_episode(row) for row in self._session.rows(query)]

    def list(
        self,
        page: Page,
        *,
        wearer_id: str | None = None,
        subject: str | None = None,
        kinds: Collection[EpisodeKind] = (),
        states: Collection[EpisodeState] = (),
    ) -> Sequence[StoredEpisode]:
        """Newest start first; the cursor is (started estimate, episode_id)."""
        query = select(episodes).where(_ROW.newest)
        if wearer_id is None:
            query = query.where(_OF_PEOPLE)
        else:
            query = query.where(_ROW.wearer_id == wearer_id)
        if subject is not None:
            query = query.where(_ROW.subject != constant(""), _ROW.subject == subject)
        if kinds:
            query = query.where(_ROW.kind.in_([kind.value for kind in kinds]))
        if states:
            query = query.where(_ROW.state.in_([state.value for state in states]))
        order = (Sorting(_ROW.started, descending=True), Sorting(_ROW.episode_id, descending=True))
        return [_episode(row) for row in self._session.rows(paged(query, order, page))]

    def count(self) -> int:
        """Return how many episodes are stored, retracted ones included, the canary's not."""
        return self._session.number(
            select(func.count()).select_from(episodes).where(_ROW.newest, _OF_PEOPLE)
        )

    def _newest(self, *conditions: ColumnElement[bool]) -> Sequence[StoredEpisode]:
        query = select(episodes).where(_ROW.newest, *conditions).order_by(_ROW.episode_id)
        return [_episode(row) for row in self._session.rows(query)]


def _values(row: StoredEpisode, *, newest: bool) -> tuple[Any, ...]:
    episode = row.episode
    return (
        row.episode_id,
        row.revision,
        newest,
        row.wearer_id,
        episode.activation_id,
        episode.kind.value,
        episode.state.value,
        episode.started.estimate,
        None if episode.ended is None else episode.ended.by,
        row.updated_at,
        _ENCODER.encode(episode).decode(),
        episode.subject,
        row.registry_revision,
    )


def _of_values(values: tuple[Any, ...]) -> StoredEpisode:
    episode_id, revision, wearer_id, updated_at, body, registry_revision = values
    return StoredEpisode(
        episode_id=episode_id,
        revision=revision,
        wearer_id=wearer_id,
        updated_at=updated_at,
        episode=_DECODER.decode(body),
        registry_revision=registry_revision,
    )


def _episode(row: AnyRow) -> StoredEpisode:
    return _of_values(
        (
            *(row.episode_id, row.revision, row.wearer_id, row.updated_at),
            *(row.body, row.registry_revision),
        )
    )
