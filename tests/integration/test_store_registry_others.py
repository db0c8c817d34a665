"""What every store promises about groups, classes and protected persons."""

import msgspec
import pytest

from engine.core.order import ConditionKind, Role
from engine.core.plan import SupervisionPlan
from engine.core.proximity import Proximity
from engine.core.registry import (
    OrderCondition,
    ProtectedPerson,
    WearerClass,
)
from engine.store import ConflictError, Store
from engine.store.page import Page
from tests.integration.test_store_registry import WEARER, order_of
from tests.store_values import (
    HOUR,
    T0,
    position,
    protect,
    put_on,
    store_positions,
    undone,
)
from zones.group import ZoneGroup
from zones.schedule import Schedule
from zones.zone import Circle, Zone


def test_groups_and_classes_keep_every_version(store: Store) -> None:
    """A group and a class get their next version at each save, and all come back as saved."""
    groups = [ZoneGroup("g", ("park",), "Parks"), ZoneGroup("g", (), effective_from=T0)]
    rule = OrderCondition(
        condition_id="c",
        kind=ConditionKind.EXCLUSION,
        zone_ids=(),
        schedule=Schedule("UTC", always=True),
        group_ids=("g",),
    )
    held = WearerClass(class_id="k", name="K", timezone="UTC", conditions=(rule,))
    with store.write() as tx:
        tx.registry.save_zone(Zone("park", Circle(0.0, 0.0, 50.0)))
        before = tx.registry.revision()
        saved = [tx.registry.save_group(each) for each in groups]
        kept = [tx.registry.save_class(each) for each in (held, held)]
        assert tx.registry.revision() == before + 4
    assert [each.version for each in (*saved, *kept)] == [1, 2, 1, 2]
    with store.read() as tx:
        assert list(tx.registry.groups()) == saved
        assert list(tx.registry.classes()) == kept


def test_groups_and_classes_name_only_what_is_stored(store: Store) -> None:
    """A group of unknown zones and a class of unknown groups are refused, by name."""
    rule = OrderCondition(
        condition_id="c",
        kind=ConditionKind.EXCLUSION,
        zone_ids=(),
        schedule=Schedule("UTC", always=True),
        group_ids=("none",),
    )
    held = WearerClass(class_id="k", name="K", timezone="UTC", conditions=(rule,))
    with (
        pytest.raises(ConflictError, match="zones that are not stored: nowhere"),
        undone(store) as tx,
    ):
        tx.registry.save_group(ZoneGroup("g", ("nowhere",)))
    with (
        pytest.raises(ConflictError, match="groups that are not stored: none"),
        undone(store) as tx,
    ):
        tx.registry.save_class(held)


PROTECTED = ProtectedPerson(person_id="w1", name="Jane Roe", timezone="UTC", agency="north")


def test_a_protected_person_comes_back_and_is_replaced(store: Store) -> None:
    """Every field is kept, the plan of the device too, under an id a wearer may have as well."""
    moved = msgspec.structs.replace(PROTECTED, timezone="Asia/Tokyo", plan=SupervisionPlan(30, 60))
    with store.write() as tx:
        tx.registry.save_wearer(WEARER)
        tx.registry.save_protected_person(PROTECTED)
        tx.registry.save_protected_person(moved)
    with store.read() as tx:
        assert tx.registry.protected_persons() == [moved]
        assert tx.registry.wearers() == [WEARER]


def test_a_device_is_on_a_wearer_or_on_a_protected_person(store: Store) -> None:
    """Her activation comes back as hers; the device is on nobody else then; tracks stay apart."""
    with store.write() as tx:
        his = put_on(tx, "p1", "d1", T0)
        hers = protect(tx, "p1", "d2", T0)
        assert (his.role, hers.role, hers.wearer_id) == (Role.WEARER, Role.PROTECTED, "p1")
        with pytest.raises(ConflictError, match="is on protected person 'p1' from"):
            put_on(tx, "w2", "d2", T0 + HOUR)
        unknown = msgspec.structs.replace(hers, wearer_id="p9")
        with pytest.raises(ConflictError, match="protected person 'p9' is not stored"):
            tx.registry.add_activation(unknown)
        ended = tx.registry.end_activation(hers.activation_id, T0 + HOUR, "swap")
        assert ended == msgspec.structs.replace(hers, ended_at=T0 + HOUR)
    with store.read() as tx:
        assert tx.registry.activations() == [his, ended]


def test_a_track_of_a_wearer_never_holds_a_protected_persons_positions(store: Store) -> None:
    """Where both have one id, the wearer's track is that of his own devices."""
    with store.write() as tx:
        put_on(tx, "p1", "d1", T0)
        hers = protect(tx, "p1", "d2", T0)
        store_positions(tx, [position(hers.activation_id, T0)])
    with store.read() as tx:
        assert tx.positions.count() == 1
        assert tx.positions.track("p1", T0 - HOUR, T0 + HOUR, Page()) == []


def test_an_order_names_protected_persons_that_are_stored(store: Store) -> None:
    """A proximity condition on somebody unknown is refused; on somebody known it comes back."""
    condition = msgspec.structs.replace(
        order_of().conditions[0],
        kind=ConditionKind.PROXIMITY,
        proximity=Proximity(protected_persons=("w1", "p2"), distance_m=300.0, pairing_age_s=90.0),
    )
    order = msgspec.structs.replace(order_of(), conditions=(condition,))
    with store.write() as tx:
        tx.registry.save_wearer(WEARER)
        tx.registry.save_protected_person(PROTECTED)
        with pytest.raises(ConflictError, match="protected persons that are not stored: p2"):
            tx.registry.save_order(order)
        tx.registry.save_protected_person(msgspec.structs.replace(PROTECTED, person_id="p2"))
        tx.registry.save_order(order)
    with store.read() as tx:
        assert tx.registry.orders() == [order]
