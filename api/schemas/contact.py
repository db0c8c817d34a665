"""Contacts and call sheets on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.fields import Id, InstantOut, NoteText, Text, Wire
from engine.core.contact import ContactRole

PhoneNumber = Annotated[
    str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()./,;#*pPwWxX-]{1,40}$", max_length=42)
]
Language = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$", max_length=40)
]
Email = Annotated[str, StringConstraints(pattern=r"^([^@\s\x00]+@[^@\s\x00]+)?$", max_length=254)]


class PhoneEntry(Wire):
    """A telephone number."""

    label: Text = Field(description="What it is for.", examples=["mobile"])
    number: PhoneNumber = Field(description="The number as it is dialled.", examples=["+15550101"])


class ContactIn(Wire):
    """How somebody is reached."""

    name: Text = Field(min_length=1, description="Whom to ask for.", examples=["Robin Doe"])
    phones: list[PhoneEntry] = Field(
        default=[], max_length=20, description="In the order in which they are to be tried."
    )
    email: Email = Field(default="", description="Address.", examples=["robin@example.org"])
    languages: list[Language] = Field(
        default=[], max_length=20, description="BCP 47 tags, the best one first.", examples=[["en"]]
    )
    note: NoteText = Field(default="", description="What a caller has to know.", examples=[""])


class ContactOut(Wire):
    """How somebody is reached, or that it is not shown."""

    role: ContactRole = Field(description="Who it is.", examples=["wearer"])
    contact_id: str = Field(
        description="Id of the wearer or the protected person; the officer or the agency as orders "
        "name them.",
        examples=["w1"],
    )
    withheld: bool = Field(
        description="A protected person's, and not asked for: everything below is empty.",
        examples=[False],
    )
    name: str = Field(description="Whom to ask for.", examples=["Robin Doe"])
    phones: list[PhoneEntry] = Field(description="In the order in which they are to be tried.")
    email: str = Field(description="Address; may be empty.", examples=["robin@example.org"])
    languages: list[str] = Field(
        description="BCP 47 tags, the best one first.", examples=[["en", "es"]]
    )
    note: str = Field(description="What a caller has to know; may be empty.", examples=[""])
    updated_at: InstantOut | None = Field(
        description="When it was written (UTC); null if withheld.",
        examples=["2026-03-01T21:20:00Z"],
    )
    updated_by: str | None = Field(
        description="Who wrote it; null if withheld.", examples=["local/kim"]
    )


class CallOut(Wire):
    """One to call."""

    role: ContactRole = Field(description="Who it is.", examples=["officer"])
    contact_id: str = Field(
        description="Id of the wearer or the protected person; the officer or the agency as orders "
        "name them.",
        examples=["officer.kim"],
    )
    name: str = Field(
        description="Name by the contact, else as it is registered; a protected person's is empty "
        "unless asked for.",
        examples=["Kim Officer"],
    )
    contact: ContactOut | None = Field(description="How; null if nobody wrote it down.")


class CallSheet(Wire):
    """Whom to call about an alert, first to last."""

    alert_id: Id = Field(description="The alert.", examples=[42])
    calls: list[CallOut] = Field(
        description="A protected person in danger first; else the wearer, then the officers, then "
        "the agencies. Empty where there is nobody to call."
    )
