"""What tables are made of. Ids and instants are 64-bit integers; instants are microseconds, UTC."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)

INT64: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's INTEGER holds 64 bits, and only under that name is it the row's own key."""


def key(name: str) -> "Column[int]":
    """Return a column of a primary key that is a number."""
    return Column(name, INT64, primary_key=True, autoincrement=False)


def whole(name: str, *, nullable: bool = False) -> "Column[int]":
    """Return a column of whole numbers, 64 bits."""
    return Column(name, INT64, nullable=nullable)


def subject() -> "Column[str]":
    """Return the column of whom or what a row is about, if that is no wearer."""
    return Column("subject", Text, nullable=False, server_default=text("''"))


def words(name: str, *, nullable: bool = False, primary_key: bool = False) -> "Column[str]":
    """Return a column of text."""
    return Column(name, Text, nullable=nullable, primary_key=primary_key)


def octets(name: str, *, primary_key: bool = False) -> "Column[bytes]":
    """Return a column of bytes."""
    return Column(name, LargeBinary, nullable=False, primary_key=primary_key)


def real(name: str, *, nullable: bool = False) -> "Column[float]":
    """Return a column of floating-point numbers, 64 bits."""
    return Column(name, Double, nullable=nullable)


def flag(name: str, *, nullable: bool = False) -> "Column[bool]":
    """Return a column of truth values."""
    return Column(name, Boolean(create_constraint=False), nullable=nullable)


def partial_index(name: str, where: str, *columns: "Column[Any]", unique: bool = False) -> Index:
    """Return an index of the rows that a condition holds for."""
    # SQLite has no booleans, and uses such an index only if a query repeats its very condition.
    return Index(
        name,
        *columns,
        unique=unique,
        sqlite_where=text(where.replace("newest", "newest = 1")),
        postgresql_where=text(where),
    )


NEWEST: Final = "newest"
"""Of rows with versions, those that count: the condition of partial indexes."""
