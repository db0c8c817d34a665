"""What every store promises about the queue of alerts: filters, sorts, pages."""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any, Final

from engine.core.alert import Alert, AlertState, CollapseKey
from engine.core.episode import Bound, EpisodeKind, Severity
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, Wearer
from engine.store import Store, Transaction
from engine.store.page import Page
from engine.store.sql.alerts import SEVERITY_RANK, STATE_RANK, Sort
from tests.integration.test_store_judgement import walk
from tests.store_values import T0, alert

SORTS: Final[tuple[Sort, ...]] = ("oldest", "newest", "severity")
ENDED = Bound(T0, T0 + 10, T0 + 5)


SUPERVISED = {"w1": ("north", "kim"), "w2": ("north", "lee"), "w3": ("south", "kim")}


NAMES = {"w1": "Robin Doe", "w2": "R. O'Neill 100%", "w3": "Åsa_Öberg"}
HANDS = [None, "kim", "lee"]
SUBJECTS = ["", "engine", "vendor/acme", "", "device/acme/engine"]


def _many_alerts() -> list[Alert]:
    wearers, kinds = [*SUPERVISED, "w4"], list(EpisodeKind)[:3]
    return [
        alert(
            n + 1,
            wearer_id=wearers[n % 4],
            kind=kinds[n % 3],
            severity=list(Severity)[n * 7 % 4],
            state=list(AlertState)[n * 5 % 3],
            raised_at=T0 + n * 13 % 17,
            key=CollapseKey("", "g", None, None, SUBJECTS[n % 5]),
            assigned_to=HANDS[n % 3],
        )
        for n in range(60)
    ]


def _save_orders(tx: Transaction) -> None:
    for number, (wearer_id, (agency, officer)) in enumerate(SUPERVISED.items()):
        tx.registry.save_wearer(Wearer(wearer_id=wearer_id, name=NAMES[wearer_id], timezone="UTC"))
        # The former version names another officer, who is no longer in charge.
        for named in ("former", officer):
            tx.registry.save_order(
                Order(
                    order_id=f"o{number}",
                    wearer_id=wearer_id,
                    agency=agency,
                    officer=named,
                    effective_from=T0,
                    effective_until=None,
                    plan=SupervisionPlan(),
                    conditions=(),
                )
            )


def _sort_key(each: Alert, sort: str) -> tuple[int, ...]:
    state, worst = STATE_RANK[each.state], SEVERITY_RANK[each.severity]
    return {
        "oldest": (state, each.raised_at, each.alert_id),
        "newest": (state, -each.raised_at, -each.alert_id),
        "severity": (state, worst, each.raised_at, each.alert_id),
    }[sort]


def _cursor(each: Alert, sort: str) -> tuple[int, ...]:
    return tuple(map(abs, _sort_key(each, sort)))


FILTERS: list[tuple[dict[str, Any], Callable[[Alert], bool]]] = [
    ({}, lambda each: each.state != AlertState.CLOSED),
    ({"states": ()}, lambda each: True),
    ({"states": [AlertState.CLOSED]}, lambda each: each.state == AlertState.CLOSED),
    (
        {"severities": [Severity.CRITICAL, Severity.SYSTEM]},
        lambda each: (
            each.state != AlertState.CLOSED
            and each.severity in (Severity.CRITICAL, Severity.SYSTEM)
        ),
    ),
    (
        {"states": (), "kinds": [EpisodeKind.INCLUSION_LEFT]},
        lambda each: each.kind == EpisodeKind.INCLUSION_LEFT,
    ),
    (
        {"states": (), "subject": "engine"},
        lambda each: each.subject == "engine",
    ),
    ({"states": (), "wearer_id": "w4"}, lambda each: each.wearer_id == "w4"),
    ({"states": (), "officer": "kim"}, lambda each: each.wearer_id in ("w1", "w3")),
    ({"states": (), "officer": "former"}, lambda each: False),
    ({"states": (), "agency": "north"}, lambda each: each.wearer_id in ("w1", "w2")),
    (
        {"states": (), "agency": "north", "officer": "kim"},
        lambda each: each.wearer_id == "w1",
    ),
    ({"states": (), "assigned_to": "kim"}, lambda each: each.assigned_to == "kim"),
    ({"states": (), "assigned_to": ""}, lambda each: each.assigned_to is None),
    ({"states": (), "text": "robin d"}, lambda each: each.wearer_id == "w1"),
    ({"states": (), "text": "0%"}, lambda each: each.wearer_id == "w2"),
    ({"states": (), "text": "o'n"}, lambda each: each.wearer_id == "w2"),
    ({"states": (), "text": "ÖBERG"}, lambda each: each.wearer_id == "w3"),
    ({"states": (), "text": "åsa_ö"}, lambda each: each.wearer_id == "w3"),
    ({"states": (), "text": "W4"}, lambda each: each.wearer_id == "w4"),
    ({"states": (), "text": "%"}, lambda each: each.wearer_id == "w2"),
    (
        {"states": (), "text": "Inclusion left"},
        lambda each: each.kind == EpisodeKind.INCLUSION_LEFT,
    ),
    ({"states": (), "text": "acme"}, lambda each: "acme" in each.subject),
    ({"states": (), "text": "#17"}, lambda each: each.alert_id == 17),
    ({"states": (), "text": "9" * 30}, lambda each: False),
]


def test_every_filter_and_sort_of_the_queue_gives_what_a_plain_list_gives(store: Store) -> None:
    """Each filter with each sort, read in pages, equals filtering and sorting all alerts."""
    rows = _many_alerts()
    with store.write() as tx:
        _save_orders(tx)
        tx.alerts.save(rows)
    with store.read() as tx:
        for (filters, keep), sort in product(FILTERS, SORTS):
            expected = sorted(filter(keep, rows), key=partial(_sort_key, sort=sort))
            found = walk(partial(tx.alerts.list, sort=sort, **filters), partial(_cursor, sort=sort))
            assert found == expected, (filters, sort)


def test_paging_the_queue_misses_nothing_while_alerts_are_raised(store: Store) -> None:
    """New alerts neither hide nor repeat those that were open when the reading began."""
    rows = [alert(n, raised_at=T0 + n // 4) for n in range(1, 41)]
    with store.write() as tx:
        tx.alerts.save(rows)
    for sort in SORTS:
        with store.read() as tx:
            open_now = len(tx.alerts.list(Page(limit=1000)))
        seen: list[Alert] = []
        while len(seen) < open_now:
            after = _cursor(seen[-1], sort) if seen else None
            with store.write() as tx:
                part = tx.alerts.list(Page(limit=6, after=after), sort=sort)
                new = 1000 + tx.next_ids("alert", 1)[0]
                tx.alerts.save([alert(new, raised_at=T0 + new)])
            assert part
            assert part[0] not in seen
            seen += part
        ids = [each.alert_id for each in seen]
        assert len(set(ids)) == len(ids)
        assert set(ids) >= {row.alert_id for row in rows}
