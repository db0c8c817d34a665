"""Stores with a played scenario, and what a forger would do to them."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.core import bundle, bundle_form
from engine.core.alert import Alert
from engine.core.bundle import read_bundle, write_bundle
from engine.core.bundle_form import Manifest, ProvedMessage
from engine.proof.signing import sign
from engine.store import Store, migrate, open_store
from engine.store.page import Page
from simulators import scenarios
from tests.scenario_engine import play

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FORGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def played(name: str, folder: Path) -> Path:
    """Play a scenario into a new SQLite file and return its path."""
    path = folder / f"{name}.db"
    migrate(f"sqlite:///{path}")
    store = open_store(f"sqlite:///{path}")
    play(scenarios.all()[name](), store)
    store.close()
    return path


def copied(path: Path, folder: Path) -> tuple[Store, Path]:
    """Return a store on a copy of a file, and the copy's path."""
    copy = folder / "copy.db"
    shutil.copyfile(path, copy)
    return open_store(f"sqlite:///{copy}"), copy


def forger(path: Path) -> sqlite3.Connection:
    """Return a connection that writes to a store's tables past the store."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def alerts_of(store: Store) -> list[Alert]:
    """Return every alert, closed or not."""
    with store.read() as transaction:
        return list(transaction.alerts.list(Page(limit=100_000), states=()))


def change_body(path: Path, table: str, change: Callable[[Any], None]) -> None:
    """Change the JSON body of the one row of a table."""
    with forger(path) as connection:
        (body,) = connection.execute(f"SELECT body FROM {table}").fetchone()  # noqa: S608
        value = json.loads(body)
        change(value)
        connection.execute(f"UPDATE {table} SET body = ?", (json.dumps(value),))  # noqa: S608


def forged(data: bytes, changed: Mapping[str, bytes]) -> bytes:
    """Return a bundle with parts changed, hashes made to fit, signed by the forger."""
    parts = {**read_bundle(data), **changed}
    manifest = msgspec.json.decode(parts[bundle.MANIFEST], type=Manifest)
    digests = tuple(bundle_form.digest_of(each.name, parts[each.name]) for each in manifest.parts)
    encoded = bundle_form.encode(msgspec.structs.replace(manifest, parts=digests))
    signature = bundle_form.encode(sign(FORGER, encoded))
    return write_bundle(parts | {bundle.MANIFEST: encoded, bundle.SIGNATURE: signature})


def messages_in(data: bytes) -> list[ProvedMessage]:
    """Return the messages of the device in a bundle."""
    return bundle_form.decode_lines(read_bundle(data)[bundle.MESSAGES])
