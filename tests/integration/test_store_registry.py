"""What every store promises about the registry: versions kept, one wearer per device, revisions."""

import dataclasses
from datetime import datetime, time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.order import Activation, ConditionKind, Parameters
from engine.core.plan import SupervisionPlan
from engine.core.recorded import Recorded
from engine.core.registry import (
    Device,
    Order,
    OrderCondition,
    Wearer,
)
from engine.core.registry_journal import RegistryEntry, read_entry, write_entry
from engine.store import ConflictError, Store
from tests.store_values import (
    HOUR,
    ROUND_TRIP,
    T0,
    numbers,
    put_on,
    undone,
    words,
)
from zones.instant import DAY
from zones.schedule import Interval, Recurrence, Schedule, WeeklyWindow, Window
from zones.zone import Area, Circle, Zone

SQUARE = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))
names = words.filter(bool)
hours = st.times().map(lambda each: each.replace(second=0, microsecond=0))
days = st.integers(T0 // DAY, T0 // DAY + 1000).map(lambda day: day * DAY)
spans = st.builds(lambda start, length: (start, start + length), days, st.integers(1, 10 * DAY))
walls = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001 - wall times
schedules = st.builds(
    Schedule,
    timezone=st.sampled_from(["Europe/London", "America/Sao_Paulo", "UTC"]),
    weekly=st.lists(
        st.builds(
            WeeklyWindow,
            days=st.frozensets(st.integers(0, 6), min_size=1),
            start=hours,
            end=hours,
            places=st.just(()) | st.just(("home", "work")),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    extra=st.lists(spans.map(lambda span: Window(*span)), max_size=2).map(tuple),
    passes=st.lists(spans.map(lambda span: Interval(*span)), max_size=2).map(tuple),
    suspensions=st.lists(spans.map(lambda span: Interval(*span)), max_size=2).map(tuple),
    recurrences=st.lists(
        st.builds(
            lambda start, rule: Recurrence(
                "Europe/London",
                start,
                start.replace(year=2031),
                rule,
                (start.replace(year=2032),),
                (start,),
            ),
            walls,
            st.sampled_from(["", "FREQ=YEARLY;COUNT=3"]),
        ),
        max_size=1,
    ).map(tuple),
    effective_from=st.none() | st.just(T0),
    effective_until=st.none() | st.just(T0 + 1000 * DAY),
)
parameters = st.builds(
    Parameters,
    threshold=st.integers(1, 100),
    buffer_m=st.floats(0, 1e6),
    dwell_s=st.floats(0, 1e6),
    grace_s=st.floats(0, 1e6),
    confidence=st.floats(0.51, 0.999),
)
orders = st.builds(
    Order,
    order_id=names,
    wearer_id=st.just("w1"),
    agency=words,
    officer=words,
    effective_from=days,
    effective_until=st.none() | days,
    plan=st.builds(SupervisionPlan, interval_s=numbers, buffer_s=numbers),
    conditions=st.lists(
        st.builds(
            OrderCondition,
            condition_id=names,
            kind=st.sampled_from(ConditionKind),
            zone_ids=st.just(()) | st.just(("home", "work")),
            schedule=schedules | st.just(Schedule("UTC", always=True)),
            parameters=parameters,
            version=st.integers(1, 2**40),
        ),
        max_size=2,
    ).map(tuple),
)
shapes = st.builds(
    Circle, lat=st.floats(-80, 80), lon=st.floats(-179, 179), radius_m=st.floats(1, 10_000)
) | st.builds(
    lambda lat, lon, size: Area((((_square(lat, lon, size), _square(lat, lon, size / 3))),)),
    st.floats(-80, 80),
    st.floats(-170, 170),
    st.floats(0.001, 5),
)
zones = st.builds(
    Zone,
    zone_id=st.sampled_from(["z1", "Z1", "ä"]),
    shape=shapes,
    name=words.map(str.strip),
    effective_from=st.none() | st.integers(0, T0 * 2),
    withdrawn=st.booleans(),
)


def _square(lat: float, lon: float, size: float) -> tuple[tuple[float, float], ...]:
    """A closed ring round a place, in degrees."""
    corners = ((-size, -size), (size, -size), (size, size), (-size, size), (-size, -size))
    return tuple((lon + east, lat + north) for east, north in corners)


def order_of(order_id: str = "o1", zone_ids: tuple[str, ...] = (), officer: str = "kim") -> Order:
    """Return an order with one condition."""
    condition = OrderCondition(
        condition_id="c1",
        kind=ConditionKind.EXCLUSION,
        zone_ids=zone_ids,
        schedule=Schedule("UTC", always=True),
    )
    return Order(
        order_id=order_id,
        wearer_id="w1",
        agency="north",
        officer=officer,
        effective_from=T0,
        effective_until=None,
        plan=SupervisionPlan(),
        conditions=(condition,),
    )


WEARER = Wearer(wearer_id="w1", name="Ann", timezone="Europe/London", agency="north")
HOME = Zone("home", Circle(lat=51.5, lon=-0.1, radius_m=50.0))
WORK = Zone("work", Circle(lat=51.6, lon=-0.1, radius_m=50.0))


@ROUND_TRIP
@given(
    st.lists(st.builds(Wearer, wearer_id=names, name=words, timezone=words, agency=words)),
    st.lists(st.builds(Device, vendor=names, device_id=names, model=words)),
)
def test_wearers_and_devices_come_back_and_are_replaced(
    store: Store, wearers: list[Wearer], devices: list[Device]
) -> None:
    """Each id is there once, with what was saved last, sorted alike on every store."""
    with undone(store) as tx:
        for wearer in wearers:
            tx.registry.save_wearer(wearer)
        for device in devices:
            tx.registry.save_device(device)
        by_id = {each.wearer_id: each for each in wearers}
        assert list(tx.registry.wearers()) == [by_id[key] for key in sorted(by_id)]
        by_name = {(each.vendor, each.device_id): each for each in devices}
        assert list(tx.registry.devices()) == [by_name[key] for key in sorted(by_name)]
        assert tx.registry.revision() == len(wearers) + len(devices)


@given(st.integers(1, 2**60), orders | zones)
def test_orders_and_zones_are_rebuilt_from_the_journal(revision: int, value: Order | Zone) -> None:
    """What a registry message says is the value it was written from, but for names."""
    nameless = (
        msgspec.structs.replace(value, officer="")
        if isinstance(value, Order)
        else dataclasses.replace(value, name="")
    )
    read = read_entry(*write_entry(RegistryEntry(revision, value)))
    assert read == RegistryEntry(revision, nameless)
    assert write_entry(read) == write_entry(RegistryEntry(revision, value))


@ROUND_TRIP
@given(orders)
def test_every_field_of_an_order_comes_back(store: Store, order: Order) -> None:
    """An order comes back as it was given, its schedules to the last pass, as version 1."""
    with undone(store) as tx:
        tx.registry.save_wearer(WEARER)
        tx.registry.save_zone(HOME)
        tx.registry.save_zone(WORK)
        saved = tx.registry.save_order(msgspec.structs.replace(order, version=99))
        assert saved == order
        assert tx.registry.orders() == [order]


def test_how_a_zone_version_came_to_be_is_kept(store: Store) -> None:
    """Who wrote a version, when and why comes back by version; of others nothing is known."""
    written = Recorded(at=T0, by="local/kim", note="moved house")
    with store.write() as tx:
        tx.registry.save_zone(HOME)
        tx.registry.save_zone(HOME, written)
        tx.registry.save_zone(WORK, written)
    with store.read() as tx:
        assert tx.registry.zone_recorded("home") == {2: written}
        assert tx.registry.zone_recorded("nowhere") == {}


def test_every_version_of_an_order_is_kept(store: Store) -> None:
    """Saving an order again makes the next version; the former one stays as it was."""
    with store.write() as tx:
        tx.registry.save_wearer(WEARER)
        tx.registry.save_zone(HOME)
        first = tx.registry.save_order(order_of())
        other = tx.registry.save_order(order_of("o0"))
        second = tx.registry.save_order(order_of(zone_ids=("home",), officer="lee"))
    with store.read() as tx:
        assert (first.version, second.version, other.version) == (1, 2, 1)
        assert tx.registry.orders() == [other, first, second]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (msgspec.structs.replace(order_of(), wearer_id="w9"), "wearer 'w9' is not stored"),
        (order_of(zone_ids=("home", "nowhere")), "zones that are not stored: nowhere"),
        (
            msgspec.structs.replace(
                order_of(),
                conditions=(
                    msgspec.structs.replace(
                        order_of().conditions[0],
                        schedule=Schedule(
                            "UTC",
                            weekly=(WeeklyWindow(frozenset({0}), time(9), time(10), ("away",)),),
                        ),
                    ),
                ),
            ),
            "zones that are not stored: away",
        ),
    ],
)
def test_an_order_that_names_what_is_not_there_is_refused(
    store: Store, order: Order, message: str
) -> None:
    """An order's wearer and zones, also those of a window, must be stored before it."""
    with store.write() as tx:
        tx.registry.save_wearer(WEARER)
        tx.registry.save_zone(HOME)
    with pytest.raises(ConflictError, match=message), store.write() as tx:
        tx.registry.save_order(order)
    with store.read() as tx:
        assert tx.registry.orders() == []


@ROUND_TRIP
@given(st.lists(zones, min_size=1, max_size=3))
def test_every_version_of_a_zone_comes_back(store: Store, versions: list[Zone]) -> None:
    """Each save is the next version of its zone, and all come back with their exact geometry."""
    with undone(store) as tx:
        saved = [tx.registry.save_zone(zone) for zone in versions]
        numbers_given: dict[str, int] = {}
        for given_zone, zone in zip(versions, saved, strict=True):
            numbers_given[zone.zone_id] = numbers_given.get(zone.zone_id, 0) + 1
            assert zone == dataclasses.replace(given_zone, version=numbers_given[zone.zone_id])
        assert list(tx.registry.zones()) == sorted(saved, key=lambda zone: zone.key)


def test_an_activation_gets_an_id_and_ends_once(store: Store) -> None:
    """The id given is the store's; an end is kept with its activation and is not changed again."""
    with store.write() as tx:
        first = put_on(tx, "w1", "d1", T0)
        assert first.activation_id == 1
        assert first.ended_at is None
        ended = tx.registry.end_activation(1, T0 + HOUR, "order expired")
        assert ended == msgspec.structs.replace(first, ended_at=T0 + HOUR)
        with pytest.raises(ConflictError, match="ended at 2025-06-15T16:06:40Z already"):
            tx.registry.end_activation(1, T0 + 2 * HOUR, "again")
        with pytest.raises(ConflictError, match="activation 9 is not stored"):
            tx.registry.end_activation(9, T0, "unknown")
    with store.read() as tx:
        assert tx.registry.activations() == [ended]


@pytest.mark.parametrize(
    ("started_at", "ended_at", "taken"),
    [
        (T0 - 2, T0 - 1, False),
        (T0 - 1, T0, False),
        (T0 - 1, T0 + 1, True),
        (T0, T0 + HOUR, True),
        (T0 + 1, T0 + 2, True),
        (T0 + HOUR - 1, None, True),
        (T0 + HOUR, T0 + 2 * HOUR, False),
        (T0 + HOUR, None, False),
        (T0 - HOUR, None, True),
    ],
)
def test_a_device_is_on_one_wearer_at_a_time(
    store: Store, started_at: int, ended_at: int | None, *, taken: bool
) -> None:
    """An activation that overlaps another of its device, both half-open, is refused."""
    with store.write() as tx:
        put_on(tx, "w1", "d1", T0)
        put_on(tx, "w2", "d2", T0)
        tx.registry.end_activation(1, T0 + HOUR, "swap")
        asked = Activation(
            activation_id=77,
            wearer_id="w2",
            vendor="acme",
            device_id="d1",
            started_at=started_at,
            ended_at=ended_at,
        )
        if taken:
            with pytest.raises(ConflictError, match=r"'d1' of 'acme' is on wearer 'w1' .*end that"):
                tx.registry.add_activation(asked)
        else:
            added = tx.registry.add_activation(asked)
            assert added == msgspec.structs.replace(asked, activation_id=3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"wearer_id": "w9"}, "wearer 'w9' is not stored: save it first"),
        ({"vendor": "other"}, "device 'd1' of 'other' is not stored: save it first"),
        ({"ended_at": T0 - 1}, "before its start"),
    ],
)
def test_an_activation_that_cannot_be_is_refused(
    store: Store, changed: dict[str, object], message: str
) -> None:
    """Wearer and device must be stored, and the end not before the start."""
    with store.write() as tx:
        activation = put_on(tx, "w1", "d1", T0)
        tx.registry.end_activation(activation.activation_id, T0, "put on by mistake")
        with pytest.raises(ConflictError, match=message):
            tx.registry.add_activation(msgspec.structs.replace(activation, **changed))


def test_an_activation_of_no_length_blocks_no_other(store: Store) -> None:
    """A device put on by mistake and ended at its start is free again, also around that instant."""
    with store.write() as tx:
        mistake = put_on(tx, "w1", "d1", T0)
        tx.registry.end_activation(mistake.activation_id, T0, "put on by mistake")
        added = put_on(tx, "w2", "d1", T0 - HOUR)
        assert added.activation_id == 2


def test_every_write_raises_the_revision(store: Store) -> None:
    """Whoever noted the revision sees that something changed, and reads leave it alone."""
    revisions = []
    with store.write() as tx:
        for write in (
            lambda: tx.registry.save_wearer(WEARER),
            lambda: tx.registry.save_device(Device(vendor="acme", device_id="d1")),
            lambda: put_on(tx, "w1", "d1", T0),
            lambda: tx.registry.end_activation(1, T0 + 1, "swap"),
            lambda: tx.registry.save_zone(HOME),
            lambda: tx.registry.save_order(order_of()),
            tx.registry.orders,
            tx.registry.activations,
        ):
            write()
            revisions.append(tx.registry.revision())
    assert revisions == [1, 2, 5, 6, 7, 8, 8, 8]
