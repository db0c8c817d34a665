"""The tables of the registry: who is supervised, by which orders, and where the zones are."""

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
)

from engine.store.sql.columns import NEWEST, flag, key, metadata, partial_index, whole, words

wearers: Final = Table(
    "wearers",
    metadata,
    words("wearer_id", primary_key=True),
    words("name"),
    words("timezone"),
    words("agency"),
)

protected_persons: Final = Table(
    "protected_persons",
    metadata,
    words("person_id", primary_key=True),
    words("agency"),
    words("body"),
)

devices: Final = Table(
    "devices",
    metadata,
    words("vendor", primary_key=True),
    words("device_id", primary_key=True),
    words("model"),
)

activations: Final = Table(
    "activations",
    metadata,
    key("activation_id"),
    Column("wearer_id", Text, ForeignKey("wearers.wearer_id"), nullable=True),
    words("vendor"),
    words("device_id"),
    whole("started_at"),
    whole("ended_at", nullable=True),
    words("end_reason", nullable=True),
    Column("protected_person_id", Text, ForeignKey("protected_persons.person_id"), nullable=True),
    ForeignKeyConstraint(["vendor", "device_id"], ["devices.vendor", "devices.device_id"]),
)
Index("activations_wearer", activations.c.wearer_id)
Index(
    "activations_device",
    activations.c.vendor,
    activations.c.device_id,
    activations.c.started_at,
)

orders: Final = Table(
    "orders",
    metadata,
    words("order_id", primary_key=True),
    key("version"),
    flag("newest"),
    Column("wearer_id", Text, ForeignKey("wearers.wearer_id"), nullable=False),
    words("agency"),
    words("officer"),
    words("body"),
)
partial_index("orders_officer", NEWEST, orders.c.officer, orders.c.wearer_id)
partial_index("orders_agency", NEWEST, orders.c.agency, orders.c.wearer_id)

zones: Final = Table(
    "zones",
    metadata,
    words("zone_id", primary_key=True),
    key("version"),
    words("body"),
    whole("recorded_at", nullable=True),
    words("recorded_by", nullable=True),
    words("note", nullable=True),
)

zone_groups: Final = Table(
    "zone_groups",
    metadata,
    words("group_id", primary_key=True),
    key("version"),
    words("body"),
)

wearer_classes: Final = Table(
    "wearer_classes",
    metadata,
    words("class_id", primary_key=True),
    key("version"),
    words("body"),
)

beacons: Final = Table(
    "beacons",
    metadata,
    words("vendor", primary_key=True),
    words("beacon_id", primary_key=True),
    key("version"),
    words("body"),
)

registry_writes: Final = Table(
    "registry_writes",
    metadata,
    key("revision"),
    words("kind"),
    words("name"),
    words("vendor", nullable=True),
    whole("version", nullable=True),
)
"""What the newest revisions of the registry wrote, so that nobody has to read all of it again."""
