"""Durable storage: one `Store` protocol, on SQLite by default and on PostgreSQL at scale."""

from engine.store.opening import migrate, open_store
from engine.store.protocol import ConflictError, Store, StoreUnavailableError, Transaction

__all__ = [
    "ConflictError",
    "Store",
    "StoreUnavailableError",
    "Transaction",
    "migrate",
    "open_store",
]
