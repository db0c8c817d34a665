"""What every store says of the newest writes of its registry."""

import pytest

from engine.core.beacon import Beacon
from engine.core.registry import Device, Wearer
from engine.core.registry_journal import RegistryValue
from engine.store import ConflictError, Store
from engine.store.sql import registry_log
from tests.integration.test_store_registry import WEARER, order_of
from tests.store_values import HOUR, T0, protect, put_on
from zones.group import ZoneGroup
from zones.zone import Circle, Zone


def test_what_was_written_since_comes_as_it_stands(store: Store) -> None:
    """After a revision: every write in order, each value whole, and all others not at all."""
    with store.write() as tx:
        tx.registry.save_wearer(WEARER)
    written: list[RegistryValue] = []
    with store.write() as tx:
        since = tx.registry.revision()
        other = Wearer(wearer_id="w9", name="Nine", timezone="UTC", agency="a")
        tx.registry.save_wearer(other)
        tx.registry.save_device(Device(vendor="v", device_id="d9", model="m"))
        written += [other, Device(vendor="v", device_id="d9", model="m")]
        written.append(tx.registry.save_zone(Zone("park", Circle(1.0, 2.0, 50.0), "Park")))
        written.append(tx.registry.save_zone(Zone("park", Circle(1.0, 3.0, 50.0), "", 7, T0)))
        written.append(tx.registry.save_group(ZoneGroup("g", ("park",))))
        beacon = Beacon(vendor="v", beacon_id="b", zone_id="park", lat=2.0, lon=1.0)
        written.append(tx.registry.save_beacon(beacon))
        written.append(tx.registry.save_order(order_of()))
    with store.read() as tx:
        found = tx.registry.written_since(since)
        assert found is not None
        assert [each.value for each in found] == written
        assert [each.revision for each in found] == list(range(since + 1, since + 8))
        assert tx.registry.written_since(since + 7) == []


def test_an_end_and_a_person_come_as_they_stand(store: Store) -> None:
    """Of a device taken off the end comes; of a protected person what is known of her last."""
    with store.write() as tx:
        since = tx.registry.revision()
        worn = put_on(tx, "w1", "d1", T0)
        ended = tx.registry.end_activation(worn.activation_id, T0 + HOUR, "over")
        her = protect(tx, "p1", "d2", T0)
    with store.read() as tx:
        found = tx.registry.written_since(since)
        assert found is not None
        values = [each.value for each in found]
        assert values.count(ended) == 2
        assert her in values
        assert tx.registry.protected_persons()[0] in values


def test_a_refused_write_leaves_no_gap(store: Store) -> None:
    """A revision whose write was refused says nothing, and what follows it is there."""
    with store.write() as tx:
        since = tx.registry.revision()
        with pytest.raises(ConflictError):
            tx.registry.save_order(order_of(zone_ids=("nowhere",)))
        tx.registry.save_wearer(WEARER)
    with store.read() as tx:
        found = tx.registry.written_since(since)
        assert found is not None
        assert [each.value for each in found] == [WEARER]


def test_who_is_too_far_behind_is_told_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is no longer kept there is no answer; nor of what is yet to come."""
    monkeypatch.setattr(registry_log, "KEPT", 3)
    with store.write() as tx:
        for number in range(5):
            tx.registry.save_wearer(Wearer(wearer_id=f"w{number}", name="", timezone="UTC"))
        now = tx.registry.revision()
    with store.read() as tx:
        assert tx.registry.written_since(now - 4) is None
        assert tx.registry.written_since(now + 1) is None
        found = tx.registry.written_since(now - 3)
        assert found is not None
        assert len(found) == 3


def test_everything_comes_one_at_a_time_too(store: Store) -> None:
    """The streams for large registries hold what the lists hold."""
    with store.write() as tx:
        tx.registry.save_wearer(WEARER)
        zones = [
            tx.registry.save_zone(Zone("park", Circle(1.0, 2.0, 50.0), "Park", 1, since))
            for since in (None, T0)
        ]
        order = tx.registry.save_order(order_of())
    with store.read() as tx:
        assert sorted(tx.registry.every_zone(), key=lambda each: each.version) == zones
        (body,) = tx.registry.every_order()
        assert order.order_id in body
