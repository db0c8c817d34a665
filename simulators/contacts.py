"""Contacts of a simulation: numbers and addresses that are set aside for stories and nobody has."""

from collections.abc import Iterable
from typing import Final
from zlib import crc32

from engine.core.contact import Contact, ContactRole, Phone
from simulators.enrolment import AGENCY, OFFICER, Enrollable, is_protected
from zones.instant import Instant

WRITTEN_BY: Final = "simulation"
_LANGUAGES: Final = (("en",), ("en", "es"), ("es", "en"), ("en", "de"), ("pt", "en"))


def contacts_of(wearers: Iterable[Enrollable], now: Instant) -> list[Contact]:
    """Return how everyone of a simulation is reached, their officer and their agency included."""
    office = (
        _contact(ContactRole.OFFICER, OFFICER, OFFICER, now, "on call", "desk"),
        _contact(ContactRole.AGENCY, AGENCY, f"{AGENCY}, duty desk", now, "day and night"),
    )
    return [*office, *(_person(each, now) for each in wearers)]


def _person(wearer: Enrollable, now: Instant) -> Contact:
    role = ContactRole.PROTECTED_PERSON if is_protected(wearer) else ContactRole.WEARER
    return _contact(role, wearer.wearer_id, wearer.name, now, "mobile", "home")


def _contact(role: ContactRole, id_: str, name: str, now: Instant, *labels: str) -> Contact:
    seed = crc32(f"{role}/{id_}".encode())
    return Contact(
        role=role,
        contact_id=id_,
        name=name,
        phones=tuple(
            Phone(label=label, number=f"+1-555-01{(seed // 7**number) % 100:02}")
            for number, label in enumerate(labels)
        ),
        email=f"{seed:08x}@example.org",
        languages=_LANGUAGES[seed % len(_LANGUAGES)],
        note="Hard of hearing: prefers text messages." if seed % 23 == 0 else "",
        updated_at=now,
        updated_by=WRITTEN_BY,
    )
