"""The registry that follows writes one by one is the one that is read as a whole."""

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.compile import Registry, registry_of, supervision_of
from engine.core.order import Activation, ConditionKind, Parameters, Role, Supervision
from engine.core.plan import SupervisionPlan
from engine.core.proximity import Proximity
from engine.core.registry import Order, OrderCondition, ProtectedPerson, Wearer, WearerClass
from engine.core.registry_journal import RegistryValue
from engine.core.resident_registry import ResidentRegistry
from tests.judgement_kit import circle
from zones.group import ZoneGroup
from zones.instant import DAY, HOUR, Instant, parse
from zones.interval import Interval
from zones.schedule import Schedule
from zones.table import ZoneTable
from zones.weekly import WeeklyWindow, parse_days, parse_time
from zones.zone import Zone

T0 = parse("2026-06-01T00:00:00Z")
ZONES, GROUPS, CLASSES = ("z1", "z2", "z3", "z4"), ("g1", "g2"), ("c1", "c2")
WEARERS, PERSONS = ("w1", "w2", "w3"), ("p1", "p2")
instants = st.sampled_from([T0 + hours * HOUR for hours in (-30, 0, 5, 40)])
maybe = st.none() | instants


def some(names: tuple[str, ...], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a strategy for some of the names, each once."""
    return st.lists(st.sampled_from(names), unique=True, min_size=least, max_size=3).map(tuple)


NIGHT = WeeklyWindow(parse_days("daily"), parse_time("19:00"), parse_time("07:00"))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Return hours, now and then with a pass or an end."""
    absent = draw(st.sampled_from([(), (Interval(T0, T0 + HOUR),)]))
    until = draw(st.none() | st.just(T0 + 9 * DAY))
    if draw(st.booleans()):
        return Schedule("UTC", always=True, passes=absent, effective_until=until)
    place = draw(st.sampled_from([(), ("z4",)]))
    window = WeeklyWindow(NIGHT.days, NIGHT.start, NIGHT.end, place)
    return Schedule("Europe/Lisbon", weekly=(window,), passes=absent, effective_until=until)


@st.composite
def conditions(draw: st.DrawFn) -> tuple[OrderCondition, ...]:
    """Return what an order or a class asks."""
    kinds = draw(st.lists(st.sampled_from(ConditionKind), max_size=3))
    return tuple(
        OrderCondition(
            condition_id=f"k{number}",
            kind=kind,
            zone_ids=() if kind is ConditionKind.PROXIMITY else draw(some(ZONES)),
            group_ids=() if kind is ConditionKind.PROXIMITY else draw(some(GROUPS)),
            schedule=draw(schedules()),
            parameters=Parameters(threshold=draw(st.integers(1, 3))),
            proximity=Proximity(protected_persons=draw(some(PERSONS, 1)), distance_m=100.0)
            if kind is ConditionKind.PROXIMITY
            else None,
            priority=draw(st.integers(0, 1)),
        )
        for number, kind in enumerate(kinds)
        if kind is not ConditionKind.ATTENDANCE
    )


zones = st.builds(
    lambda zone_id, metres, since: circle(zone_id, metres, 60, since=since),
    st.sampled_from(ZONES),
    st.integers(0, 500),
    maybe,
)
groups = st.builds(ZoneGroup, st.sampled_from(GROUPS), some(ZONES), st.just(""), st.just(1), maybe)
classes = st.builds(
    WearerClass,
    class_id=st.sampled_from(CLASSES),
    name=st.just(""),
    timezone=st.just("UTC"),
    conditions=conditions(),
    effective_from=maybe,
)
persons = st.builds(
    ProtectedPerson,
    person_id=st.sampled_from(PERSONS),
    name=st.just(""),
    timezone=st.just("UTC"),
    plan=st.sampled_from([SupervisionPlan(60.0), SupervisionPlan(300.0)]),
)
wearers = st.builds(
    Wearer,
    wearer_id=st.sampled_from(WEARERS),
    name=st.just(""),
    timezone=st.sampled_from(["UTC", "Europe/Lisbon"]),
)
activations = st.builds(
    lambda number, who, ended: activation(number, *who, ended),
    st.integers(1, 5),
    st.sampled_from([(who, Role.WEARER) for who in WEARERS] + [("p1", Role.PROTECTED)]),
    st.none() | st.just(T0 + DAY),
)
orders = st.builds(
    Order,
    order_id=st.sampled_from(["o1", "o2"]),
    wearer_id=st.sampled_from(WEARERS),
    agency=st.just("a"),
    officer=st.just("f"),
    effective_from=st.just(T0),
    effective_until=st.none() | st.just(T0 + 8 * DAY),
    plan=st.sampled_from([SupervisionPlan(60.0), SupervisionPlan(600.0)]),
    conditions=conditions(),
    classes=some(CLASSES),
    version_from=maybe,
)


def values() -> st.SearchStrategy[RegistryValue]:
    """Return a strategy for what is written; a version is set when it is written."""
    return st.one_of(orders, activations, orders, zones, groups, classes, persons, wearers)


def activation(number: int, who: str, role: Role, ended: Instant | None) -> Activation:
    """Return who wears a device."""
    return Activation(
        activation_id=number,
        wearer_id=who,
        vendor="v",
        device_id=f"d{number}",
        started_at=T0 - DAY,
        ended_at=ended,
        role=role,
    )


class Rows:
    """What a store keeps: every version of what has versions, the rest as it stands."""

    def __init__(self) -> None:
        self.rows: dict[tuple[type, object], list[Any]] = {}
        self.carriers: dict[int, tuple[str, Role]] = {}
        self.table = ZoneTable()

    def write(self, value: RegistryValue) -> RegistryValue:
        """Keep a value; return it as it was written."""
        if isinstance(value, Activation):
            # Of an activation nothing but its end ever changes.
            kept = self.carriers.setdefault(value.activation_id, (value.wearer_id, value.role))
            value = msgspec.structs.replace(value, wearer_id=kept[0], role=kept[1])
        if isinstance(value, Order):
            # Nor does an order change hands.
            value = msgspec.structs.replace(value, order_id=f"{value.order_id}-{value.wearer_id}")
        kept_ = self.rows.setdefault((type(value), getattr(value, NAMES[type(value)])), [])
        if isinstance(value, Wearer | ProtectedPerson | Activation):
            kept_[:] = [value]
            return value
        version = len(kept_) + 1
        if isinstance(value, Order | WearerClass):
            value = msgspec.structs.replace(value, version=version)
        else:
            value = replace(value, version=version)  # type: ignore[type-var]
        kept_.append(value)
        return value

    def of(self, kind: type) -> list[Any]:
        """Return what is kept of a kind, by id and version."""
        return [
            each
            for key, kept in sorted(self.rows.items(), key=str)
            for each in kept
            if key[0] is kind
        ]

    def whole(self) -> Registry:
        """Return the registry read as a whole."""
        kinds = (Wearer, Activation, Order, Zone, ZoneGroup, WearerClass, ProtectedPerson)
        return registry_of(1, *(self.of(each) for each in kinds))

    def resident(self) -> ResidentRegistry:
        """Return the one in few bytes, filled as a whole."""
        filled = ResidentRegistry(1, self.table)
        filled.fill(
            self.of(Wearer),
            self.of(ProtectedPerson),
            self.of(Activation),
            self.of(ZoneGroup),
            self.of(WearerClass),
            [msgspec.json.encode(each).decode() for each in self.of(Order)],
            self.of(Zone),
        )
        return filled


NAMES = {
    Wearer: "wearer_id",
    ProtectedPerson: "person_id",
    Activation: "activation_id",
    Order: "order_id",
    Zone: "zone_id",
    ZoneGroup: "group_id",
    WearerClass: "class_id",
}
"""By what each kind is found."""


def judged(rows: Rows) -> dict[int, Supervision]:
    """Return what everybody is judged by, of the registry read as a whole."""
    whole = rows.whole()
    return {each.activation_id: supervision_of(whole, each) for each in whole.activations}


def made(resident: ResidentRegistry) -> dict[int, Supervision]:
    """Return the same of the one in few bytes."""
    return {each: resident.supervision(each) for each in resident.activations}


@settings(deadline=None, max_examples=120)
@given(st.lists(values(), max_size=12), st.lists(st.lists(values(), max_size=3), max_size=5))
def test_following_writes_is_reading_everything(
    first: list[RegistryValue], writes: list[list[RegistryValue]]
) -> None:
    """What is followed one by one is what a whole reading gives, for all; so is what was before."""
    rows = Rows()
    for value in first:
        rows.write(value)
    resident = rows.resident()
    before = judged(rows)
    assert made(resident) == before
    unfollowed: set[int] = set()
    for number, batch in enumerate(writes, 2):
        followed = resident.take(number, [rows.write(each) for each in batch])
        unfollowed |= set(followed.activations)
        now = judged(rows)
        assert made(resident) == now
        changed = {each for each in now if now[each] != before.get(each)}
        assert changed <= unfollowed
        for each in unfollowed:
            assert resident.former_supervision(each) == before.get(each)
        if number % 2:
            resident.former.clear()
            unfollowed, before = set(), now


@settings(deadline=None, max_examples=120)
@given(st.lists(values(), max_size=12), st.lists(values(), max_size=8))
def test_what_is_to_be_kept_out_of_is_measured(
    first: list[RegistryValue], writes: list[RegistryValue]
) -> None:
    """Every zone version that any condition keeps somebody out of is among those measured."""
    rows = Rows()
    for value in first:
        rows.write(value)
    resident = rows.resident()
    measured = resident.zones.outs().tolist()
    for number, value in enumerate(writes, 2):
        followed = resident.take(number, [rows.write(value)])
        measured += followed.zones
    assert len(set(measured)) == len(measured)
    assert set(measured) == set(resident.zones.outs().tolist())
    asked = {
        zone.key
        for each in judged(rows).values()
        for condition in each.conditions
        if condition.keep_out
        for history in condition.histories()
        for zone in history.versions
    }
    assert asked <= {rows.table.zones[number].key for number in measured}


@settings(deadline=None, max_examples=120)
@given(st.lists(values(), max_size=16))
def test_whoever_watches_a_protected_person_is_found(written: list[RegistryValue]) -> None:
    """All whom her positions concern are among those named, and no protected person is."""
    rows = Rows()
    resident = ResidentRegistry(0)
    for number, value in enumerate(written, 1):
        resident.take(number, [rows.write(value)])
    for number, supervision in judged(rows).items():
        for watched in supervision.counterparts:
            assert number in resident.watchers(watched.activation_id)
