"""Whom to call about an alert, and in which order.

Whoever may be in danger comes first: a protected person before anybody is asked anything. Else the
wearer, who can most often explain or mend it; then the officer, who decides; then the agency, where
somebody is when the officer is not. What is about the engine is for those who run it: the run-book
says what to do, and there is nobody to call.
"""

from collections.abc import Sequence
from typing import NamedTuple

from engine.core.alert import Alert
from engine.core.contact import ContactRole
from engine.core.registry import Order
from engine.core.subject import person_of


class Call(NamedTuple):
    """One to call."""

    role: ContactRole
    contact_id: str


def call_sheet(alert: Alert, orders: Sequence[Order], agency: str = "") -> list[Call]:
    """Return whom to call, first to last.

    `orders` are those of the wearer in force; `agency` protects the person whom an alert is about
    that is about no wearer.
    """
    person_id = person_of(alert.key.zone_id or "") or person_of(alert.subject)
    calls = [] if person_id is None else [Call(ContactRole.PROTECTED_PERSON, person_id)]
    officers = [Call(ContactRole.OFFICER, each.officer) for each in orders if each.officer]
    agencies = [each.agency for each in orders] if alert.wearer_id else [agency]
    if alert.wearer_id:
        wearer = Call(ContactRole.WEARER, alert.wearer_id)
        calls += [wearer, *officers] if person_id is None else [*officers, wearer]
    calls += [Call(ContactRole.AGENCY, each) for each in agencies if each]
    return list(dict.fromkeys(calls))
