"""What every store promises about contacts."""

from engine.core.contact import Contact, ContactRole, Phone
from engine.store import Store
from tests.store_values import T0

ROBIN = Contact(
    role=ContactRole.WEARER,
    contact_id="w1",
    name="Robin Døe",
    phones=(Phone(label="mobile", number="+1-555-0101"),),
    languages=("en",),
    updated_at=T0,
    updated_by="local/kim",
)


def test_a_contact_is_found_by_role_and_id_and_written_over(store: Store) -> None:
    """One role's id is not another's; the newest writing is the only one."""
    officer = Contact(
        role=ContactRole.OFFICER, contact_id="w1", name="Kim", updated_at=T0, updated_by="local"
    )
    newer = Contact(
        role=ContactRole.WEARER, contact_id="w1", name="R. Doe", updated_at=T0 + 1, updated_by="x"
    )
    keys = [(ContactRole.WEARER, "w1"), (ContactRole.OFFICER, "w1"), (ContactRole.AGENCY, "w1")]
    with store.write() as tx:
        tx.contacts.save(ROBIN)
        tx.contacts.save(officer)
    with store.read() as tx:
        assert tx.contacts.get(keys) == {keys[0]: ROBIN, keys[1]: officer}
        assert tx.contacts.get([]) == {}
    with store.write() as tx:
        tx.contacts.save(newer)
    with store.read() as tx:
        assert tx.contacts.get(keys[:1]) == {keys[0]: newer}


def test_contacts_are_no_part_of_the_registry_or_its_journal(store: Store) -> None:
    """What can be forgotten is in no chain: neither the revision nor the journal moves."""
    with store.read() as tx:
        before = (tx.registry.revision(), tx.journal.head())
    with store.write() as tx:
        tx.contacts.save(ROBIN)
    with store.read() as tx:
        assert (tx.registry.revision(), tx.journal.head()) == before
