"""What every store promises about judgement: episodes and their revisions, alerts, the outbox."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from engine.core.alert import Alert, AlertChange, AlertState, CollapseKey
from engine.core.episode import Bound, EpisodeKind, EpisodeState, Severity, StoredEpisode
from engine.store import ConflictError, Store
from engine.store.page import Page
from engine.store.protocol import OutboxEntry
from engine.store.sql import schema
from engine.store.sql.alerts import Sort
from tests import store_values
from tests.store_values import ROUND_TRIP, T0, alert, change, stored_episode, undone

SORTS: Final[tuple[Sort, ...]] = ("oldest", "newest", "severity")
ENDED = Bound(T0, T0 + 10, T0 + 5)


@ROUND_TRIP
@given(st.lists(store_values.stored_episodes, max_size=4, unique_by=lambda row: row.episode_id))
def test_every_field_of_an_episode_comes_back(store: Store, rows: list[StoredEpisode]) -> None:
    """Episodes come back exactly as they were stored, evidence included."""
    with undone(store) as tx:
        tx.episodes.save(rows)
        expected = sorted(rows, key=lambda row: row.episode_id)
        assert list(tx.episodes.get([row.episode_id for row in rows])) == expected
        for row in rows:
            assert tx.episodes.revisions(row.episode_id) == [row]
        assert tx.episodes.count() == len(rows)


def test_every_revision_of_an_episode_stays_readable(store: Store) -> None:
    """The newest revision is shown, each former one is kept, the same one again replaces itself."""
    first, grown = stored_episode(1, positions=2), stored_episode(1, positions=3)
    second = stored_episode(1, 2, started=Bound(None, T0 + 7, T0 + 7))
    third = stored_episode(1, 3, state=EpisodeState.RETRACTED)
    with store.write() as tx:
        tx.episodes.save([first, stored_episode(2)])
        tx.episodes.save([grown])
        assert tx.episodes.get([1]) == [grown]
    with store.write() as tx:
        tx.episodes.save([second])
        assert tx.episodes.get([1]) == [second]
        tx.episodes.save([third])
    with store.read() as tx:
        assert tx.episodes.revisions(1) == [grown, second, third]
        assert tx.episodes.get([2, 1, 3]) == [third, stored_episode(2)]
        assert tx.episodes.list(Page()) == [stored_episode(2), third]
        assert tx.episodes.count() == 2


def test_two_revisions_saved_at_once_are_both_kept(store: Store) -> None:
    """Of several revisions of one episode in a batch the last is shown, whatever their order."""
    rows = [stored_episode(1, 2), stored_episode(1, 1), stored_episode(1, 3)]
    with store.write() as tx:
        tx.episodes.save(rows)
    with store.read() as tx:
        assert tx.episodes.get([1]) == [rows[2]]
        assert tx.episodes.revisions(1) == sorted(rows, key=lambda row: row.revision)


def test_a_superseded_revision_never_becomes_the_newest(store: Store) -> None:
    """Saving an older revision than the stored one is a conflict, not a step back."""
    with store.write() as tx:
        tx.episodes.save([stored_episode(1, 3)])
    with pytest.raises(ConflictError), store.write() as tx:
        tx.episodes.save([stored_episode(1, 2)])
    with store.read() as tx:
        assert tx.episodes.revisions(1) == [stored_episode(1, 3)]


def test_running_and_touching_follow_the_newest_revision(store: Store) -> None:
    """`running` has no end, `touching` reaches the instant; neither shows what was retracted."""
    rows = [
        stored_episode(1),
        stored_episode(2, ended=ENDED),
        stored_episode(3, ended=Bound(T0, T0 + 9, T0 + 9)),
        stored_episode(4, state=EpisodeState.RETRACTED),
        stored_episode(5, activation_id=2),
        stored_episode(6),
        stored_episode(7, activation_id=0, subject="engine"),
    ]
    with store.write() as tx:
        tx.episodes.save(rows)
        tx.episodes.save([stored_episode(6, 2, state=EpisodeState.RETRACTED)])
    with store.read() as tx:
        assert list(tx.episodes.running()) == [rows[0], rows[4], rows[6]]
        assert list(tx.episodes.touching(1, T0 + 10)) == [rows[0], rows[1]]
        assert list(tx.episodes.touching(1, T0 + 11)) == [rows[0]]
        assert list(tx.episodes.touching(2, 0)) == [rows[4]]
        assert list(tx.episodes.reaching(T0 + 10)) == [rows[0], rows[1], rows[4]]
        assert list(tx.episodes.reaching(T0 + 11)) == [rows[0], rows[4]]


def test_a_heartbeat_is_the_last_one_of_its_name(store: Store) -> None:
    """Each name has one instant, the one stored last; other names have none."""
    with store.write() as tx:
        tx.heartbeats.beat("engine", T0)
        tx.heartbeats.beat("other", T0 + 1)
    with store.write() as tx:
        tx.heartbeats.beat("engine", T0 + 2)
    with store.read() as tx:
        names = ("engine", "other", "none")
        assert [tx.heartbeats.last(name) for name in names] == [T0 + 2, T0 + 1, None]


def test_the_episode_list_filters_and_pages_newest_start_first(store: Store) -> None:
    """Every combination of filters gives what a plain filter over all episodes gives, in pages."""
    wearers, kinds = ["w1", "w2"], list(EpisodeKind)[:3]
    rows = [
        stored_episode(
            n + 1,
            wearer_id=wearers[n % 2],
            kind=kinds[n % 3],
            state=list(EpisodeState)[n % 4],
            started=Bound(None, T0 + n // 5, T0 + n // 5),
            subject="" if n % 4 else f"vendor/v{n % 8}",
        )
        for n in range(60)
    ]
    with store.write() as tx:
        tx.episodes.save(rows)
    newest_first = sorted(rows, key=lambda row: (-row.episode.started.estimate, -row.episode_id))
    with store.read() as tx:
        every = product([None, "w1"], [None, "vendor/v4"], [(), kinds[:2]], [(), ["brief"]])
        for wearer_id, subject, kind, state in every:
            expected = [
                row
                for row in newest_first
                if wearer_id in (None, row.wearer_id)
                and subject in (None, row.episode.subject)
                and (not kind or row.episode.kind in kind)
                and (not state or row.episode.state in state)
            ]
            found = walk(
                partial(
                    tx.episodes.list,
                    wearer_id=wearer_id,
                    subject=subject,
                    kinds=kind,
                    states=[EpisodeState(each) for each in state],
                ),
                lambda row: (row.episode.started.estimate, row.episode_id),
            )
            assert found == expected


def walk(
    read: Callable[[Page], Sequence[Any]], cursor: Callable[[Any], tuple[int | str, ...]]
) -> list[Any]:
    """Read a list page by page to its end."""
    seen: list[Any] = []
    while True:
        part = read(Page(limit=7, after=cursor(seen[-1]) if seen else None))
        if not part:
            return seen
        assert part[0] not in seen
        seen += part


@ROUND_TRIP
@given(
    st.lists(store_values.alerts, max_size=4, unique_by=lambda each: each.alert_id),
    st.lists(store_values.changes, max_size=4, unique_by=lambda each: each.change_id),
)
def test_every_field_of_an_alert_and_its_history_comes_back(
    store: Store, alerts: list[Alert], changes: list[AlertChange]
) -> None:
    """Alerts and changes come back exactly as they were stored."""
    with undone(store) as tx:
        tx.alerts.save(alerts)
        tx.alerts.append_changes(changes)
        for each in alerts:
            assert tx.alerts.get(each.alert_id) == each
        assert tx.alerts.get(2**62 + 12345) is None
        in_order = sorted(changes, key=lambda each: each.change_id)
        assert list(tx.alerts.changes_after(0)) == in_order
        for id_ in {each.alert_id for each in changes}:
            mine = [each for each in in_order if each.alert_id == id_]
            assert list(tx.alerts.history(id_)) == mine
        assert tx.alerts.newest_change_id() == max((c.change_id for c in changes), default=0)


def test_an_alert_stored_by_an_older_version_is_read_with_defaults(store: Store) -> None:
    """A field that is new since is filled from its default, one that is gone is ignored."""
    with store.write() as tx:
        tx.alerts.save([alert(1)])
        body = msgspec.json.decode(msgspec.json.encode(alert(1)))
        del body["page_due_at"], body["close_code"]
        body["dropped_since"] = 1
        part: Any = tx.alerts
        part._session.change(update(schema.alerts).values(body=msgspec.json.encode(body).decode()))
        assert tx.alerts.get(1) == alert(1)


def test_changes_are_followed_from_any_id_in_pages(store: Store) -> None:
    """`changes_after` gives the next changes in the order of their ids."""
    with store.write() as tx:
        tx.alerts.append_changes([change(id_) for id_ in range(1, 11)])
    with store.read() as tx:
        assert [c.change_id for c in tx.alerts.changes_after(3, limit=4)] == [4, 5, 6, 7]
        assert tx.alerts.changes_after(10) == []
        assert tx.alerts.newest_change_id() == 10


def test_a_collapse_key_finds_the_alert_that_is_not_closed(store: Store) -> None:
    """Open and acknowledged alerts are found by their whole key, closed ones are not."""
    keys = [
        CollapseKey("w1", "exclusion", "c1", "z1"),
        CollapseKey("w1", "exclusion", "c1", None),
        CollapseKey("w1", "exclusion", None, "c1"),
        CollapseKey("w1", "null", None, None),
        CollapseKey("", "null", None, None, "vendor/w1"),
    ]
    states = [AlertState(each) for each in ("open", "acknowledged", "closed", "open", "open")]
    rows = [
        alert(n, key=key, state=state)
        for n, (key, state) in enumerate(zip(keys, states, strict=True), start=1)
    ]
    with store.write() as tx:
        tx.alerts.save(rows)
    with store.read() as tx:
        others = [
            CollapseKey("w2", "exclusion", "c1", "z1"),
            CollapseKey("", "null", None, None, "vendor/w2"),
        ]
        found = tx.alerts.not_closed([*keys, *others])
        assert found == {keys[n]: rows[n] for n in (0, 1, 3, 4)}
        assert tx.alerts.not_closed([]) == {}
    with store.write() as tx:
        tx.alerts.save([msgspec.structs.replace(rows[0], state=AlertState.CLOSED)])
        assert tx.alerts.not_closed(keys[:1]) == {}
        tx.alerts.save([alert(9, key=keys[0])])
        assert tx.alerts.not_closed(keys[:1]) == {keys[0]: alert(9, key=keys[0])}


def test_an_episode_leads_to_its_alert(store: Store) -> None:
    """Each episode of an alert leads to it as it stands now; others lead nowhere."""
    with store.write() as tx:
        tx.alerts.save([alert(1, episode_ids=(10, 11)), alert(2, episode_ids=(20,))])
        grown = alert(1, episode_ids=(10, 11, 12), count=3)
        tx.alerts.save([grown])
    with store.read() as tx:
        assert tx.alerts.of_episodes([10, 12, 20, 30]) == {
            10: grown,
            12: grown,
            20: alert(2, episode_ids=(20,)),
        }


def test_outbox_entries_come_back_in_the_order_of_their_ids(store: Store) -> None:
    """What people are to be told is read from any id on, every field kept."""
    entries = [
        OutboxEntry(outbox_id=2**40 + n, alert_id=n, change_id=n + 1, due_at=T0 + n, created_at=T0)
        for n in range(5)
    ]
    with store.write() as tx:
        tx.alerts.append_outbox(entries)
    with store.read() as tx:
        assert list(tx.alerts.outbox_after(0)) == entries
        assert list(tx.alerts.outbox_after(2**40 + 1, limit=2)) == entries[2:4]


def test_alerts_are_counted_by_state_with_zeros(store: Store) -> None:
    """Every state has a number, also one without alerts."""
    with store.write() as tx:
        assert set(tx.alerts.count_by_state().values()) == {0}
        tx.alerts.save([alert(1), alert(2), alert(3, state=AlertState.CLOSED)])
        assert tx.alerts.count_by_state() == {
            AlertState.OPEN: 2,
            AlertState.ACKNOWLEDGED: 0,
            AlertState.CLOSED: 1,
        }


def test_open_alerts_are_counted_by_age_severity_and_state(store: Store) -> None:
    """An age is how many instants an alert was raised before; what is closed is not counted."""
    with store.write() as tx:
        tx.alerts.save(
            [
                alert(1, raised_at=T0),
                alert(2, raised_at=T0 - 1),
                alert(3, raised_at=T0 - 1, state=AlertState.ACKNOWLEDGED),
                alert(4, raised_at=T0 - 500, severity=Severity.ADVISORY),
                alert(5, raised_at=T0 - 500, severity=Severity.ADVISORY),
                alert(6, raised_at=T0 - 500, state=AlertState.CLOSED),
            ]
        )
    severity = alert(1).severity
    with store.read() as tx:
        assert set(tx.alerts.count_open([T0, T0 - 100])) == {
            (AlertState.OPEN, severity, 0, 1),
            (AlertState.OPEN, severity, 1, 1),
            (AlertState.ACKNOWLEDGED, severity, 1, 1),
            (AlertState.OPEN, Severity.ADVISORY, 2, 2),
        }
        assert sum(each.alerts for each in tx.alerts.count_open([])) == 5
