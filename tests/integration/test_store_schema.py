"""The migrations end at the schema in code, and a store that cannot be used says the fix."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url, text

from engine.core.order import Activation
from engine.store import Store, StoreUnavailableError, migrate, open_store
from engine.store.page import Page
from engine.store.sql.migration import needed_revision, upgrade
from engine.store.sql.postgresql import PostgresqlBackend
from engine.store.sql.sqlite import SqliteBackend
from engine.store.sql.store import SqlStore
from engine.store.sql.tables import metadata
from tests.store_values import T0, alert, position, store_positions


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    target = make_url(url)
    if target.drivername == "postgresql":
        target = target.set(drivername="postgresql+psycopg")
    engine = create_engine(target)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _backend(url: str, lock_wait_s: float = 30.0) -> SqliteBackend | PostgresqlBackend:
    kind = SqliteBackend if url.startswith("sqlite") else PostgresqlBackend
    return kind(make_url(url), lock_wait_s)


_SQLITE = (
    # Not the words of CREATE TABLE: a column added later stands elsewhere in them.
    """SELECT t.name, t.wr, c.name, c.type, c."notnull", c.dflt_value, c.pk
       FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
       WHERE t.name NOT LIKE 'sqlite_%'""",
    """SELECT t.name, f."table", f."from", f."to"
       FROM pragma_table_list AS t JOIN pragma_foreign_key_list(t.name) AS f""",
    "SELECT name, sql FROM sqlite_master WHERE type = 'index'",
)
_POSTGRESQL = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT table_name, column_name, data_type, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace""",
)


def _indexes_and_columns(connection: Connection) -> set[tuple[Any, ...]]:
    """Everything a schema consists of, as the database itself describes it."""
    queries = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    return {
        tuple(row)
        for query in queries
        for row in connection.execute(text(query))
        if "alembic" not in row[0]
    }


def test_the_migrations_end_at_the_schema_in_code(store_url: str) -> None:
    """Alembic finds no difference, and the database describes both alike, partial indexes too."""
    with _connected(store_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        migrated = _indexes_and_columns(connection)
    with _connected(store_url) as connection:
        metadata.drop_all(connection)
        assert _indexes_and_columns(connection) == set()
        metadata.create_all(connection)
        assert _indexes_and_columns(connection) == migrated


def test_alerts_stored_before_there_were_subjects_still_collapse(empty_url: str) -> None:
    """What was stored at the first schema is about a wearer, and further episodes join it."""
    backend, stored = _backend(empty_url), alert(1)
    upgrade(backend, "0001")
    key = msgspec.json.encode(stored.key[:4]).decode()
    body = msgspec.to_builtins(stored) | {"key": stored.key[:4]}
    insert = text(
        "INSERT INTO alerts (alert_id, state_rank, severity_rank, raised_at, wearer_id, kind, "
        "collapse_key, body) VALUES (1, 0, 0, 0, 'w1', 'k', :key, :body)"
    )
    with _connected(empty_url) as connection:
        connection.execute(insert, {"key": key, "body": msgspec.json.encode(body).decode()})
    migrate(empty_url)
    with SqlStore(backend, empty_url).read() as tx:
        assert tx.alerts.not_closed([stored.key]) == {stored.key: stored}
        assert tx.alerts.list(Page(), subject="engine") == []
    backend.reading.dispose()


def test_every_number_column_holds_64_bits(store_url: str) -> None:
    """No id, instant or count is kept in 32 bits."""
    with _connected(store_url) as connection:
        narrow = [
            (table.name, column.name)
            for table in metadata.sorted_tables
            for column in table.columns
            if column.type.compile(connection.dialect) in ("INTEGER", "SMALLINT", "REAL")
            and not (connection.dialect.name == "sqlite" or column.name.endswith("_rank"))
        ]
    assert narrow == []


def test_migrating_again_keeps_what_is_stored(store: Store, store_url: str) -> None:
    """A migrated store is current; migrating it once more changes nothing."""
    with store.write() as tx:
        store_positions(tx, [position(1, T0)])
    migrate(store_url)
    store.check()
    with store.read() as tx:
        assert tx.positions.count() == 1


@pytest.fixture
def empty_url(store_url: str) -> str:
    """URL of a database that was never migrated."""
    with _connected(store_url) as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    return store_url


def test_a_store_without_schema_names_the_command_to_run(empty_url: str) -> None:
    """Checking, reading and writing an empty database all say to run the migration."""
    store = open_store(empty_url)
    with pytest.raises(StoreUnavailableError, match=r"schema is empty.*run `ringfence migrate`"):
        store.check()
    with pytest.raises(StoreUnavailableError, match="run `ringfence migrate`"), store.read():
        pass
    with pytest.raises(StoreUnavailableError, match="run `ringfence migrate`"), store.write() as tx:
        tx.next_ids("alert", 1)
    store.close()


_WAITING = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
              WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"""


def _somebody_waits(url: str) -> bool:
    """Whether a transaction waits for the writers' lock; SQLite, which cannot tell, always."""
    if url.startswith("sqlite"):
        return True
    with _connected(url) as connection:
        return bool(connection.execute(text(_WAITING)).scalar_one())


def test_engines_that_start_together_migrate_one_after_the_other(empty_url: str) -> None:
    """A migration waits for whoever else is writing, and migrating what is migrated is harmless."""
    other = _backend(empty_url)
    with ThreadPoolExecutor() as pool:
        with other.writing.begin() as connection:
            other.lock_writers(connection)
            migrations = [pool.submit(migrate, empty_url) for _ in range(3)]
            assert wait(migrations, timeout=0.1).done == set()
            while not _somebody_waits(empty_url):
                assert wait(migrations, timeout=0.05).done == set()
        for migration in migrations:
            migration.result()
    other.writing.dispose()
    store = open_store(empty_url)
    store.check()
    with store.write() as tx:
        assert tx.next_ids("alert", 1) == range(1, 2)
    store.close()


def test_a_schema_newer_than_the_engine_is_not_touched(store: Store, store_url: str) -> None:
    """An engine that is too old says so instead of guessing at tables it does not know."""
    with _connected(store_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailableError, match=f"9999 is newer.*needs {needed_revision()}"):
        store.check()


def test_an_sqlite_file_that_is_missing_is_not_made_by_opening_it(tmp_path: Path) -> None:
    """A wrong path is an error that names it, not a new empty database."""
    path = tmp_path / "nowhere.db"
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailableError, match=r"nowhere\.db.*path.*ringfence migrate"):
        store.check()
    assert not path.exists()
    migrate(f"sqlite:///{path}")
    store.check()
    store.close()


def test_migrating_creates_the_folder_of_an_sqlite_file(tmp_path: Path) -> None:
    """`var/` need not exist; a folder that cannot be made is named."""
    migrate(f"sqlite:///{tmp_path}/var/deep/ringfence.db")
    open_store(f"sqlite:///{tmp_path}/var/deep/ringfence.db").check()
    with pytest.raises(StoreUnavailableError, match="cannot be created"):
        migrate(f"sqlite:///{tmp_path}/var/deep/ringfence.db/file.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Some other file is refused and left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for the header of one" * 20)
    with pytest.raises(StoreUnavailableError, match="not an SQLite database"):
        migrate(f"sqlite:///{path}")
    assert path.read_text().startswith("not a database")


def test_a_full_disk_says_so_and_loses_nothing(sqlite_url: str) -> None:
    """A batch that no longer fits is rolled back whole; the store works once there is room."""
    backend = SqliteBackend(make_url(sqlite_url))
    store = SqlStore(backend, sqlite_url)
    with backend.writing.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreUnavailableError, match="disk is full: free"), store.write() as tx:
        store_positions(tx, [position(1, T0 + n, lat=n / 7) for n in range(5000)])
    with store.write() as tx:
        assert tx.positions.count() == 0
        store_positions(tx, [position(1, T0)])
    store.close()


def test_a_writer_in_another_process_that_hangs_is_reported(store_url: str) -> None:
    """Waiting for the writers' lock ends with an error that says who to look for."""
    store = SqlStore(_backend(store_url, lock_wait_s=0.1), store_url)
    holder = open_store(store_url)
    with holder.write() as tx:
        tx.next_ids("alert", 1)
        with pytest.raises(StoreUnavailableError, match="stop it"), store.write() as late:
            late.alerts.save([alert(1)])
    with store.write() as tx:
        tx.alerts.save([alert(1)])
    store.close()
    holder.close()


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    """The message says where the server was sought, and keeps the password to itself."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        store = open_store(f"postgresql://ann:hunter2@127.0.0.1:{port}/ringfence")
        with pytest.raises(StoreUnavailableError, match="check the server") as raised:
            store.check()
    assert f"127.0.0.1:{port}/ringfence" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_database_that_is_not_there_is_named(postgres_url: str) -> None:
    """The server's own words are passed on: a PostgreSQL database is made by its administrator."""
    url = make_url(postgres_url).set(database="absent")
    with pytest.raises(StoreUnavailableError, match='database "absent" does not exist'):
        migrate(url.render_as_string(hide_password=False))


_TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND datname = current_database()"""


def test_a_connection_lost_in_a_transaction_is_reported_and_replaced(postgres_url: str) -> None:
    """When the server ends a session its batch fails as a whole, and the next one works."""
    store = open_store(postgres_url)

    def interrupted() -> None:
        with store.write() as tx:
            store_positions(tx, [position(1, T0)])
            with _connected(postgres_url) as connection:
                connection.execute(text(_TERMINATE))
            tx.positions.count()

    with pytest.raises(StoreUnavailableError):
        interrupted()
    with store.write() as tx:
        assert tx.positions.count() == 0
        store_positions(tx, [position(1, T0)])
    store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "cannot be read"),
        ("ringfence.db", "cannot be read"),
        ("mysql://root@host/x", "begins with 'mysql'"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_a_url_that_names_no_store_is_refused(url: str, message: str) -> None:
    """A wrong URL says what to write instead."""
    with pytest.raises(ValueError, match=message) as raised:
        open_store(url)
    assert "sqlite:///" in str(raised.value)


def test_a_commit_waits_for_the_disk(sqlite_url: str) -> None:
    """SQLite is opened with the settings that durability and integrity rest on."""
    backend = SqliteBackend(make_url(sqlite_url))
    settings = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with backend.writing.connect() as connection:
        for name, expected in settings.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == expected
    with backend.reading.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar_one() == 1
    backend.reading.dispose()
    backend.writing.dispose()


def test_expunged_bytes_leave_the_file(sqlite_url: str, tmp_path: Path) -> None:
    """What is overwritten or deleted is not left in free pages of an SQLite file."""
    marker = b"a secret that must be gone " * 500
    backend = SqliteBackend(make_url(sqlite_url))
    with backend.writing.begin() as connection:
        insert = "INSERT INTO checkpoints (activation_id, cut, state) VALUES (1, 1, ?)"
        connection.exec_driver_sql(insert, (marker,))
    with backend.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM checkpoints")
    backend.writing.dispose()
    assert marker[:27] not in (tmp_path / "ringfence.db").read_bytes()
    assert not (tmp_path / "ringfence.db-wal").exists()


def test_activations_from_before_there_were_protected_persons_stay(empty_url: str) -> None:
    """What was stored then is a wearer's activation, with every field, and can be ended."""
    backend = _backend(empty_url)
    upgrade(backend, "0007")
    with _connected(empty_url) as connection:
        for statement in (
            "INSERT INTO wearers VALUES ('w1', 'Ann', 'UTC', '')",
            "INSERT INTO devices VALUES ('acme', 'd1', '')",
            "INSERT INTO activations VALUES (7, 'w1', 'acme', 'd1', 5, NULL, NULL)",
        ):
            connection.execute(text(statement))
    migrate(empty_url)
    worn = Activation(activation_id=7, wearer_id="w1", vendor="acme", device_id="d1", started_at=5)
    with open_store(empty_url).write() as tx:
        assert tx.registry.activations() == [worn]
        assert tx.registry.end_activation(7, 9, "swap").ended_at == 9
