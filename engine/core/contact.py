"""How a person or an organisation is reached: not evidence, and no part of any judgement.

Contacts are kept beside the registry, not in its journal: what is written over is gone, and what a
person wants forgotten can be.
"""

from enum import StrEnum

import msgspec

from zones.instant import Instant


class ContactRole(StrEnum):
    """Who it is that is reached; with the role, an id names one contact."""

    WEARER = "wearer"
    """By the wearer's id."""
    OFFICER = "officer"
    """By the officer as orders name them."""
    PROTECTED_PERSON = "protected_person"
    """By the protected person's id."""
    AGENCY = "agency"
    """By the agency as orders name it."""


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """One number, and what it is for."""

    label: str
    number: str


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody is reached."""

    role: ContactRole
    contact_id: str
    name: str
    phones: tuple[Phone, ...] = ()
    """In the order in which they are to be tried."""
    email: str = ""
    languages: tuple[str, ...] = ()
    """BCP 47 tags, the best one first."""
    note: str = ""
    updated_at: Instant
    updated_by: str
    """Actor who wrote it."""
