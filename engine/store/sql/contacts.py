"""How people are reached: one row a contact, written over again."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import select

from engine.core.contact import Contact, ContactRole
from engine.store.sql.backend import Conflict
from engine.store.sql.schema import contacts
from engine.store.sql.session import SqlSession, chunks

_CONTACT = msgspec.json.Decoder(Contact)


class SqlContacts:
    """Contacts by role and id."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def save(self, contact: Contact) -> None:
        """Store a contact in place of the former one."""
        body = msgspec.json.encode(contact).decode()
        row = (contact.role.value, contact.contact_id, body)
        self._session.insert(contacts, [row], Conflict.REPLACE)

    def get(
        self, keys: Collection[tuple[ContactRole, str]]
    ) -> Mapping[tuple[ContactRole, str], Contact]:
        """Return the contacts that are stored of these, by role and id."""
        row = contacts.c
        found = {}
        for role in {each for each, _ in keys}:
            for part in chunks({id_ for each, id_ in keys if each is role}):
                query = select(row.body).where(row.role == role.value, row.contact_id.in_(part))
                for each in self._session.rows(query):
                    contact = _CONTACT.decode(each.body)
                    found[contact.role, contact.contact_id] = contact
        return found
