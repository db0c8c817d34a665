"""A proposal is put in force over the window, and a wrong one is refused by field."""

from typing import Any

import msgspec
import pytest

from engine.core.compile import Registry, registry_of, supervision_of
from engine.core.concerned import concerned
from engine.core.condition_json import read_condition
from engine.core.condition_wire import ConditionError
from engine.core.order import Activation, Condition
from engine.core.plan import SupervisionPlan
from engine.core.proposal import Proposal, applied
from engine.core.proposal_json import read_question
from engine.core.registry import Order, Wearer
from engine.dry_run import planned
from tests.judgement_kit import circle
from zones.instant import DAY, Instant, parse, render

NOW = parse("2026-06-30T00:00:00Z")
SINCE = NOW - 10 * DAY
CURFEW = {
    "id": "c",
    "kind": "curfew",
    "zone": "H",
    "weekly": [{"days": "daily", "start": "22:00", "end": "06:00"}],
}
KEEP_OUT = {"id": "x", "kind": "exclusion", "zone": "X"}


def order(wearer_id: str, *conditions: dict[str, Any], **changed: Any) -> Order:  # noqa: ANN401
    """Return the order of a wearer, in force since long ago."""
    made = Order(
        order_id=f"o-{wearer_id}",
        wearer_id=wearer_id,
        agency="",
        officer="",
        effective_from=NOW - 100 * DAY,
        effective_until=None,
        plan=SupervisionPlan(),
        conditions=tuple(read_condition(each, "UTC") for each in conditions),
    )
    return msgspec.structs.replace(made, **changed)


def registry(*orders: Order) -> Registry:
    """Return a registry of these orders, each wearer with a device since long ago."""
    wearer_ids = sorted({each.wearer_id for each in orders})
    activations = [
        Activation(
            activation_id=number,
            wearer_id=wearer_id,
            vendor="v",
            device_id=f"d{number}",
            started_at=NOW - 100 * DAY,
        )
        for number, wearer_id in enumerate(wearer_ids, 1)
    ]
    wearers = [Wearer(wearer_id=each, name="", timezone="UTC") for each in wearer_ids]
    zones = [circle("H", 0, 50), circle("X", 900, 50), circle("X", 900, 60, version=2, since=NOW)]
    return registry_of(1, wearers, activations, orders, zones)


def asked(made: Registry, **question: Any) -> Registry:  # noqa: ANN401
    """Return the registry as a question in its JSON form would have it."""
    return applied(made, read_question(question, made).proposal, SINCE)


def conditions(made: Registry, condition_id: str) -> list[Condition]:
    """Return the versions of a condition of the first wearer, in order of time."""
    found = supervision_of(made, made.activations[0]).conditions
    return sorted(
        (each for each in found if each.condition_id == condition_id),
        key=lambda each: each.schedule.effective_from or 0,
    )


def spans(made: Registry, condition_id: str) -> list[tuple[str, str | None]]:
    """Return when each version of a condition is in force."""
    return [
        (_date(each.schedule.effective_from) or "", _date(each.schedule.effective_until))
        for each in conditions(made, condition_id)
    ]


def _date(instant: Instant | None) -> str | None:
    return None if instant is None else render(instant)[:10]


FEATURE = {
    "type": "Feature",
    "properties": {"zone_id": "X", "radius_m": 300},
    "geometry": {"type": "Point", "coordinates": [13.0, 52.0]},
}


def test_a_zone_has_the_proposed_geometry_in_the_whole_window() -> None:
    """Versions from before the window stay; those that began in it are left out."""
    made = registry(order("w", KEEP_OUT))
    versions = asked(made, zones=[FEATURE]).zones["X"].versions
    assert [(each.version, each.effective_from) for each in versions] == [(1, None), (3, SINCE)]


def test_an_order_is_replaced_for_the_whole_window() -> None:
    """A proposed order that is to begin next week is judged from the window's start on."""
    first = order("w", KEEP_OUT)
    second = order("w", CURFEW, version=2, version_from=NOW - 3 * DAY)
    next_week = render(NOW + 7 * DAY)
    proposed = {
        "order_id": "o-w",
        "wearer_id": "w",
        "effective_from": next_week,
        "conditions": [CURFEW | {"effective_from": next_week}, KEEP_OUT],
    }
    made = asked(registry(first, second), orders=[proposed])
    assert spans(made, "x") == [("2026-03-22", None)]
    assert spans(made, "c") == [("2026-06-20", None)]


def test_a_condition_is_put_into_every_version_of_its_order() -> None:
    """The order's other conditions stay as they were, each in its own time."""
    first = order("w", KEEP_OUT)
    second = order("w", KEEP_OUT, CURFEW, version=2, version_from=NOW - 3 * DAY)
    stricter = KEEP_OUT | {"threshold": 1}
    made = asked(registry(first, second), conditions=[{"order_id": "o-w", "condition": stricter}])
    assert [each.parameters.threshold for each in conditions(made, "x")] == [2, 1]
    assert spans(made, "x") == [("2026-03-22", "2026-06-20"), ("2026-06-20", None)]
    assert spans(made, "c") == [("2026-06-27", None)]


def test_parameters_without_an_order_are_for_every_order_that_has_the_condition() -> None:
    """One question for a whole caseload; who does not have the condition is not concerned."""
    made = registry(order("w1", KEEP_OUT), order("w2", KEEP_OUT, CURFEW), order("w3", CURFEW))
    proposed = asked(made, parameters=[{"condition_id": "x", "buffer_m": 50}])
    found = concerned(made, proposed, SINCE, NOW)
    assert [each.activation.wearer_id for each in found] == ["w1", "w2"]
    only = concerned(made, proposed, SINCE, NOW, ["w2"])
    assert [each.activation.wearer_id for each in only] == ["w2"]


def test_a_changed_zone_concerns_all_whose_conditions_use_it() -> None:
    """A new zone that no condition uses concerns nobody."""
    made = registry(order("w1", KEEP_OUT), order("w2", CURFEW))
    changed = asked(made, zones=[FEATURE])
    assert [each.activation.wearer_id for each in concerned(made, changed, SINCE, NOW)] == ["w1"]
    new = FEATURE | {"properties": {"zone_id": "NEW", "radius_m": 10}}
    assert list(concerned(made, asked(made, zones=[new]), SINCE, NOW)) == []


def test_who_wore_no_device_in_the_window_is_not_concerned() -> None:
    """An activation that ended as the window began has no say."""
    made = registry(order("w", KEEP_OUT))
    [activation] = made.activations
    for ended_at, number in ((SINCE, 0), (SINCE + 1, 1)):
        ended = msgspec.structs.replace(activation, ended_at=ended_at)
        past = msgspec.structs.replace(made, activations=(ended,))
        assert len(list(concerned(past, asked(past, zones=[FEATURE]), SINCE, NOW))) == number


def test_nothing_proposed_changes_nothing() -> None:
    """The empty proposal leaves the registry as it is."""
    made = registry(order("w", KEEP_OUT), order("v", CURFEW))
    assert applied(made, Proposal(), SINCE) == made


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ({}, ""),
        ({"zones": [FEATURE], "days": 0}, "days"),
        ({"zones": [FEATURE], "days": 91}, "days"),
        ({"zones": [FEATURE], "day": 3}, ""),
        ({"zones": [FEATURE], "wearer_ids": ["nobody"]}, "wearer_ids[0]"),
        ({"zones": [FEATURE, FEATURE]}, "zones[1].zone_id"),
        ({"zones": [FEATURE | {"geometry": None}]}, "zones[0]"),
        ({"orders": [{"order_id": "o-w"}]}, "orders[0]"),
        (
            {"orders": [{"order_id": "n", "wearer_id": "w", "effective_from": "soon"}]},
            "orders[0].effective_from",
        ),
        (
            {"orders": [{"order_id": "o-w", "wearer_id": "v", "effective_from": "2026-01-01"}]},
            "orders[0].order_id",
        ),
        (
            {"conditions": [{"order_id": "o-w", "condition": CURFEW | {"weekly": []}}]},
            "conditions[0].condition.weekly",
        ),
        (
            {"conditions": [{"order_id": "o-w", "condition": KEEP_OUT | {"zone": "NO"}}]},
            "conditions[0]",
        ),
        ({"conditions": [{"order_id": "no", "condition": CURFEW}]}, "conditions[0].order_id"),
        ({"parameters": [{"condition_id": "x"}]}, "parameters[0]"),
        ({"parameters": [{"condition_id": "x", "threshold": 0}]}, "parameters[0]"),
        ({"parameters": [{"condition_id": "x", "threshold": 1.5}]}, "parameters[0]"),
        ({"parameters": [{"condition_id": "x", "treshold": 1}]}, "parameters[0]"),
        ({"parameters": [{"condition_id": "no", "threshold": 1}]}, "parameters[0].condition_id"),
        (
            {"parameters": [{"condition_id": "x", "order_id": "no", "threshold": 1}]},
            "parameters[0].order_id",
        ),
    ],
)
def test_a_question_that_is_wrong_is_refused_by_field(question: dict[str, Any], path: str) -> None:
    """The error says where in the question it is."""
    made = registry(order("w", KEEP_OUT), order("v", CURFEW))
    with pytest.raises(ConditionError) as refused:
        read_question(question, made)
    assert refused.value.path == path


def test_too_much_at_once_is_refused_with_what_would_do() -> None:
    """Wearers times days are bounded; the error says how many days there may be."""
    made = registry(*(order(f"w{number}", KEEP_OUT) for number in range(101)))
    with pytest.raises(ConditionError, match="at most 29 days") as refused:
        planned({"zones": [FEATURE], "days": 30}, made, NOW)
    assert refused.value.path == "days"
    assert len(planned({"zones": [FEATURE], "days": 29}, made, NOW).wearer_ids) == 101
