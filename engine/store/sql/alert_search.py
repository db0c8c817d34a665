"""Alerts by a text that somebody types: the wearer, the kind, the subject, or the alert's number.

Capital letters and small ones are the same, in every alphabet.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, func, or_, select

from engine.store.sql.columns import INT64
from engine.store.sql.registry_schema import wearers
from engine.store.sql.schema import alerts
from engine.store.sql.session import constant

_MOST_DIGITS = 18


def with_text(text: str) -> ColumnElement[bool]:
    """Return what is true of alerts that have to do with a text."""
    row = alerts.c
    named = select(wearers.c.wearer_id).where(_has(wearers.c.name, text))
    either = [
        _has(row.wearer_id, text),
        row.wearer_id.in_(named),
        row.kind.contains("_".join(text.lower().split()), autoescape=True),
        _has(row.subject, text),
    ]
    digits = text.strip().removeprefix("#")
    if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS:
        either.append(row.alert_id == constant(int(digits)).cast(INT64))
    return or_(*either)


def _has(column: "Column[Any]", text: str) -> ColumnElement[bool]:
    return func.lower(column).contains(text.strip().lower(), autoescape=True)
