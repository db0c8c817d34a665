"""Contacts on the wire. A protected person's is left out unless it is to be revealed."""

from api.schemas.contact import ContactIn, ContactOut, PhoneEntry
from engine.core.contact import Contact, ContactRole, Phone
from zones.instant import Instant


def contact_out(contact: Contact, *, reveal: bool = False) -> ContactOut:
    """Return a contact, or of a protected person that there is one."""
    if contact.role is ContactRole.PROTECTED_PERSON and not reveal:
        return ContactOut(
            role=contact.role,
            contact_id=contact.contact_id,
            withheld=True,
            name="",
            phones=[],
            email="",
            languages=[],
            note="",
            updated_at=None,
            updated_by=None,
        )
    return ContactOut(
        role=contact.role,
        contact_id=contact.contact_id,
        withheld=False,
        name=contact.name,
        phones=[PhoneEntry(label=each.label, number=each.number) for each in contact.phones],
        email=contact.email,
        languages=list(contact.languages),
        note=contact.note,
        updated_at=contact.updated_at,
        updated_by=contact.updated_by,
    )


def read_contact(
    role: ContactRole, contact_id: str, body: ContactIn, now: Instant, actor: str
) -> Contact:
    """Return the contact a body asks for, written by somebody now."""
    return Contact(
        role=role,
        contact_id=contact_id,
        name=body.name,
        phones=tuple(Phone(label=each.label, number=each.number) for each in body.phones),
        email=body.email,
        languages=tuple(body.languages),
        note=body.note,
        updated_at=now,
        updated_by=actor,
    )
