"""Positions that were stored as rows stay, every field, when they become pages."""

from typing import Any

from sqlalchemy import bindparam, create_engine, insert, make_url, table, text
from sqlalchemy import column as col

from engine.core.position import Mechanism, Position, Quarantine, range_digest
from engine.store import migrate, open_store
from engine.store.page import Page
from engine.store.sql.migration import upgrade
from engine.store.sql.postgresql import PostgresqlBackend
from engine.store.sql.sqlite import SqliteBackend
from engine.store.sql.tables import metadata
from tests.store_values import T0, position, put_on, store_positions

PLACES = ("position_id", "block_id", "message_index")
ROWS = table("positions", *map(col, (*Position.__struct_fields__, *PLACES)))


def _emptied(url: str) -> None:
    target = make_url(url)
    driver = "postgresql+psycopg" if target.drivername == "postgresql" else target.drivername
    engine = create_engine(target.set(drivername=driver))
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()


def _row(place: int, stored: Position) -> dict[str, Any]:
    values = {name: getattr(stored, name) for name in Position.__struct_fields__}
    values["mechanism"] = stored.mechanism.value
    values["quarantine"] = None if stored.quarantine is None else stored.quarantine.value
    return values | {
        "position_id": 5000 - place,
        "block_id": place // 7 + 1,
        "message_index": place,
    }


def test_rows_become_pages(store_url: str) -> None:
    """Each position comes back as it was, in its place, and what follows is stored beside it."""
    _emptied(store_url)
    kind = SqliteBackend if store_url.startswith("sqlite") else PostgresqlBackend
    backend = kind(make_url(store_url))
    upgrade(backend, "0012")
    rows = [position(1 + n % 2, T0 + n // 4 * 10**6, n % 4, lat=n / 7) for n in range(2500)]
    rows += [
        position(3, T0, hdop=1.5, satellites=0, battery_pct=50.0, charging=False, late=True),
        position(3, T0 + 1, quarantine=Quarantine.FUTURE, altitude_m=-0.0, speed_mps=1e300),
        Position(
            activation_id=3,
            fix_time=T0 + 2,
            received_at=T0,
            seq=-5,
            digest=range_digest(T0 + 2, -5, "b1"),
            lat=1.0,
            lon=2.0,
            accuracy_m=30.0,
            mechanism=Mechanism.RF,
            beacon_id="b1",
            beacon_zone_id="z1",
        ),
    ]
    with backend.writing.begin() as connection:
        connection.execute(insert(ROWS), [_row(place, each) for place, each in enumerate(rows)])
        given = text("INSERT INTO counters (counter, value) VALUES ('position', :last)")
        connection.execute(given.bindparams(bindparam("last", 5000)))
    backend.writing.dispose()
    migrate(store_url)
    store = open_store(store_url)
    with store.write() as tx:
        worn = put_on(tx, "w1", "d1", T0)
        assert worn.activation_id == 1
        store_positions(tx, [position(3, T0 + 3)])
    rows.append(position(3, T0 + 3))
    with store.read() as tx:
        assert tx.positions.count() == len(rows)
        for activation_id in (1, 2, 3):
            mine = [each for each in rows if each.activation_id == activation_id]
            assert list(tx.positions.since(activation_id, -(2**63))) == sorted(
                mine, key=lambda each: each.key
            )
            newest = max(each.key for each in mine)
            assert tx.positions.newest_keys()[activation_id] == newest
        (first,) = tx.positions.track("w1", T0, T0 + 10**9, Page(limit=1))
        assert (first.position_id, first.block_id, first.message_index) == (4998, 1, 2)
    store.close()
