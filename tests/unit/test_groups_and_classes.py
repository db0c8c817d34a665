"""Groups of zones and classes of wearers: who has which condition, when, against which zones."""

from engine.core.compile import registry_of, supervision_of
from engine.core.condition_json import read_condition
from engine.core.order import Activation, Condition, Supervision
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, Wearer, WearerClass
from engine.core.supervision_change import changed_from
from zones.group import ZoneGroup, members
from zones.instant import DAY, Instant
from zones.interval import END
from zones.zone import Circle, Zone

T0: Instant = 1_767_225_600_000_000
SCHOOLS = tuple(Zone(f"S{number}", Circle(13.0 + number, 52.0, 100.0)) for number in range(4))
RULE = {"id": "schools", "kind": "exclusion", "groups": ["SCHOOLS"]}


def group(*zone_ids: str, version: int = 1, since: Instant | None = None) -> ZoneGroup:
    """Return a version of the group."""
    return ZoneGroup("SCHOOLS", zone_ids, version=version, effective_from=since)


def order(
    classes: tuple[str, ...] = (),
    conditions: tuple[dict[str, object], ...] = (),
    *,
    version: int = 1,
    since: Instant | None = None,
    wearer_id: str = "w1",
) -> Order:
    """Return a version of a wearer's order."""
    return Order(
        order_id=f"o-{wearer_id}",
        wearer_id=wearer_id,
        agency="",
        officer="",
        effective_from=T0,
        effective_until=None,
        plan=SupervisionPlan(),
        conditions=tuple(read_condition(each, "UTC") for each in conditions),
        classes=classes,
        version=version,
        version_from=since,
    )


def wearer_class(version: int = 1, since: Instant | None = None, threshold: int = 2) -> WearerClass:
    """Return a version of the class."""
    return WearerClass(
        class_id="minors",
        name="",
        timezone="UTC",
        conditions=(read_condition({**RULE, "threshold": threshold}, "UTC"),),
        version=version,
        effective_from=since,
    )


def supervisions(
    orders: list[Order], groups: list[ZoneGroup], classes: list[WearerClass] | None = None
) -> list[Supervision]:
    """Return what each wearer with an order is judged against."""
    ids = sorted({each.wearer_id for each in orders})
    activations = [
        Activation(activation_id=n, wearer_id=id_, vendor="v", device_id=id_, started_at=T0)
        for n, id_ in enumerate(ids, 1)
    ]
    wearers = [Wearer(wearer_id=id_, name="", timezone="UTC") for id_ in ids]
    registry = registry_of(1, wearers, activations, orders, SCHOOLS, groups, classes or [])
    return [supervision_of(registry, each) for each in activations]


def in_effect(condition: Condition, at: Instant) -> list[str]:
    """Return the zones of a condition that are in effect at an instant."""
    return [each.zone_id for each in condition.histories() if each.at(at) is not None]


def test_a_group_brings_its_zones() -> None:
    """A condition that names a group has the zones of the group."""
    (found,) = supervisions([order(conditions=(RULE,))], [group("S1", "S2")])
    assert in_effect(found.conditions[0], T0) == ["S1", "S2"]


def test_a_zone_counts_while_its_group_names_it() -> None:
    """A zone that leaves its group is withdrawn then, and one that joins it counts from then on."""
    versions = [group("S1", "S2"), group("S2", "S3", version=2, since=T0 + DAY)]
    (found,) = supervisions([order(conditions=(RULE,))], versions)
    condition = found.conditions[0]
    assert in_effect(condition, T0 + DAY - 1) == ["S1", "S2"]
    assert in_effect(condition, T0 + DAY) == ["S2", "S3"]
    assert condition.next_change(T0) == T0 + DAY


def test_a_zone_named_beside_its_group_always_counts() -> None:
    """A zone that a condition names itself counts also while its group does not name it."""
    versions = [group("S1"), group("S2", version=2, since=T0 + DAY)]
    (found,) = supervisions([order(conditions=({**RULE, "zone": "S1"},))], versions)
    assert in_effect(found.conditions[0], T0) == ["S1"]
    assert in_effect(found.conditions[0], T0 + DAY) == ["S1", "S2"]


def test_of_group_versions_with_one_date_the_last_counts() -> None:
    """A corrected version of a group replaces the one with the same effective date."""
    assert list(members([group("S1"), group("S2", version=2)], {})) == []
    (found,) = supervisions([order(conditions=(RULE,))], [group("S1"), group("S2", version=2)])
    assert in_effect(found.conditions[0], T0) == ["S2"]


def test_a_class_brings_its_conditions_while_an_order_names_it() -> None:
    """A wearer has the conditions of a class as long as his order puts him in it."""
    orders = [order(("minors",)), order(version=2, since=T0 + DAY)]
    (found,) = supervisions(orders, [group("S1")], [wearer_class()])
    (condition,) = found.conditions
    assert condition.key == ("o-w1", "minors/schools", 1)
    span = condition.schedule.effective_from, condition.schedule.effective_until
    assert span == (T0, T0 + DAY)


def test_a_class_left_and_joined_again_is_suspended_meanwhile() -> None:
    """A class that an order drops and names again is one condition, not in force in between."""
    orders = [
        order(("minors",)),
        order(version=2, since=T0 + DAY),
        order(("minors",), version=3, since=T0 + 2 * DAY),
    ]
    (found,) = supervisions(orders, [group("S1")], [wearer_class()])
    (condition,) = found.conditions
    in_force = [condition.schedule.window_at(T0 + n * DAY) is not None for n in (0, 1, 2)]
    assert in_force == [True, False, True]


def test_a_changed_class_is_another_version_of_its_condition() -> None:
    """A class that changes ends its old condition and begins the new one; unchanged ones go on."""
    changed = [wearer_class(), wearer_class(2, T0 + DAY, threshold=3)]
    (found,) = supervisions([order(("minors",))], [group("S1")], changed)
    assert [(each.version, each.parameters.threshold) for each in found.conditions] == [
        (1, 2),
        (2, 3),
    ]
    same = [wearer_class(), wearer_class(2, T0 + DAY)]
    (found,) = supervisions([order(("minors",))], [group("S1")], same)
    assert [(each.version, each.schedule.effective_until) for each in found.conditions] == [
        (1, None)
    ]


def test_the_zones_of_a_group_are_shared() -> None:
    """All wearers of a class are judged against one and the same set of zones."""
    orders = [order(("minors",), wearer_id=id_) for id_ in ("w1", "w2")]
    one, other = supervisions(orders, [group("S1")], [wearer_class()])
    assert one.conditions[0].zones is other.conditions[0].zones


def test_a_changed_group_is_judged_anew_from_its_date() -> None:
    """What a new version of a group changes is judged again from its effective date, not before."""
    orders = [order(conditions=(RULE,))]
    (before,) = supervisions(orders, [group("S1")])
    later = group("S1", "S2", version=2, since=T0 + DAY)
    (after,) = supervisions(orders, [group("S1"), later])
    assert changed_from(before, after) == T0 + DAY
    (gone,) = supervisions(orders, [group("S1"), group(version=2, since=T0 + 2 * DAY)])
    assert changed_from(before, gone) == T0 + 2 * DAY
    assert changed_from(before, before) == END
