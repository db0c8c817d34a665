"""A history played through the engine's own transactions on a store: wire, intake, ruling, restart.

One store serves any number of plays: it is emptied before each.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import create_engine, delete, make_url

from engine.caseload import Caseload
from engine.core.alert import Alert
from engine.core.device_event import HEARD
from engine.core.episode import Episode, EpisodeKind, EpisodeState
from engine.core.fold import Report, report_order
from engine.core.order import Condition, Supervision
from engine.core.position import Position, PositionKey
from engine.core.registry import Device, Order, OrderCondition, Wearer
from engine.deferral import Deferral, Turn
from engine.ruling import Ruling
from engine.sources.source import Delivery
from engine.store import Store, open_store
from engine.store.page import Page
from engine.store.protocol import Transaction
from engine.store.sql.tables import metadata
from tests.judgement_kit import circle
from zones.instant import Instant, render
from zones.zone import Zone

ALL = Page(limit=100_000)
ABOUT_ARRIVAL = frozenset(
    {
        EpisodeKind.MISSED_CALL_IN,
        EpisodeKind.NEVER_REPORTED,
        EpisodeKind.POSITION_WITHOUT_ACTIVATION,
    }
)
"""Kinds that follow from when messages arrived, and may differ."""


class Known(msgspec.Struct, frozen=True):
    """What a store is told of a supervision."""

    judged_by: Supervision
    zones: tuple[Zone, ...]
    """Every version of every zone, in the order in which they are saved."""
    order: Order

    @classmethod
    def of(cls, judged_by: Supervision) -> "Known":
        """Return everything that a supervision is made of."""
        versions = {
            zone.key: zone
            for condition in judged_by.conditions
            for history in condition.histories()
            for zone in history.versions
        }
        named = {
            place
            for condition in judged_by.conditions
            for window in condition.schedule.weekly
            for place in window.places
        }
        for place in named - {zone_id for zone_id, _ in versions}:
            versions[place, 1] = circle(place, 0, 60)
        activation = judged_by.activation
        order = Order(
            order_id="o",
            wearer_id=activation.wearer_id,
            agency="a",
            officer="f",
            effective_from=activation.started_at,
            effective_until=None,
            plan=judged_by.plans.plans[0],
            conditions=tuple(_written(each) for each in judged_by.conditions),
        )
        return cls(judged_by, tuple(versions[key] for key in sorted(versions)), order)


def _written(condition: Condition) -> OrderCondition:
    """Return a condition as an order says it: its zones by id."""
    fields = {name: getattr(condition, name, None) for name in OrderCondition.__struct_fields__}
    fields["zone_ids"] = tuple(condition.zones.by_id)
    fields["group_ids"] = ()
    return OrderCondition(**fields)


class Stored:
    """One activation judged by the engine's transactions on a store."""

    def __init__(self, url: str) -> None:
        self.store: Store = open_store(url)
        self._engine = create_engine(make_url(url))
        self.now: Instant = 0

    def close(self) -> None:
        """Close every connection."""
        self.store.close()
        self._engine.dispose()

    def begin(self, known: Known) -> None:
        """Empty the store, enrol the wearer and start an engine."""
        with self._engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        activation = known.judged_by.activation
        device = Device(vendor=activation.vendor, device_id=activation.device_id)
        wearer = Wearer(wearer_id=activation.wearer_id, name="", timezone="UTC")
        with self.store.write() as transaction:
            transaction.registry.save_wearer(wearer)
            transaction.registry.save_device(device)
            transaction.registry.add_activation(activation)
            self._learn(transaction, known.zones, known.order)
        self.now = self.since = activation.started_at
        self.restart()

    def learn(self, zones: Iterable[Zone] = (), order: Order | None = None) -> None:
        """Write what became known to the registry; the engine is not told."""
        with self.store.write() as transaction:
            self._learn(transaction, zones, order)

    def _learn(self, transaction: Transaction, zones: Iterable[Zone], order: Order | None) -> None:
        for zone in zones:
            transaction.registry.save_zone(zone)
        if order is not None:
            transaction.registry.save_order(order)

    def restart(self) -> None:
        """Begin anew from what the store holds."""
        self.caseload = Caseload()
        self.deferral = Deferral(self.caseload.lanes.at_rest)
        with self.store.read() as transaction:
            self.caseload.load(transaction)
            self.deferral.load(transaction)

    def take(
        self,
        reports: Sequence[Report],
        now: Instant,
        put_off: Sequence[Report] = (),
        caught_up: int = 0,
    ) -> int:
        """Judge a batch as of a time, each report in a message of its own.

        So many of those put off before are judged first, and some are put off. Returns how many
        positions were quiet.
        """
        self.now = max(self.now, now)
        at_once, later = (
            [delivery(each, self.now) for each in some] for some in (reports, put_off)
        )
        turn = Turn(at_once, later, self.deferral.piece(caught_up) if caught_up else {})
        with self.store.write() as transaction:
            ruling = Ruling(self.caseload, transaction, self.now)
            noted = self.deferral.take(transaction, ruling, turn)
        self._settle(ruling)
        self.deferral.keep(noted, turn.caught_up)
        quiet = ruling.ruled.quiet
        return 0 if quiet is None else len(quiet.positions)

    def tick(self, now: Instant) -> None:
        """Let time pass for whom it changes something."""
        self.now = max(self.now, now)
        due = self.caseload.due(self.now)
        silent = self.caseload.call_ins_missed(self.now, self.since)
        with self.store.write() as transaction:
            ruling = Ruling(self.caseload, transaction, self.now)
            ruling.tick(due, silent)
        self._settle(ruling)

    def _settle(self, ruling: Ruling) -> None:
        self.caseload.keep(ruling.ruled.quiet, ruling.ruled.cases.values())

    def standing(self) -> list[Episode]:
        """Return the episodes that were not retracted, by content; versions of orders left out."""
        with self.store.read() as transaction:
            stored = transaction.episodes.list(ALL)
        found = [
            replace(each.episode, condition_version=None)
            for each in stored
            if each.episode.state is not EpisodeState.RETRACTED
            and each.episode.kind not in ABOUT_ARRIVAL
        ]
        return sorted(found, key=lambda each: (each.started.by, repr(each)))

    def verdicts(self) -> dict[PositionKey, object]:
        """Return why each position is not judged."""
        with self.store.read() as transaction:
            every = transaction.positions.since(1, -(10**17))
        return {each.key: each.quarantine for each in every}

    def alerts(self) -> list[tuple[Any, ...]]:
        """Return what stands in the queue, but not since when: what anything makes an alert."""
        with self.store.read() as transaction:
            every = transaction.alerts.list(ALL)
        standing = (each for each in every if each.count)
        return sorted(
            (_said(each) for each in standing if each.kind not in ABOUT_ARRIVAL), key=repr
        )

    def check_history(self) -> None:
        """Raise unless every revision and every step that was ever shown can still be read."""
        with self.store.read() as transaction:
            episodes = transaction.episodes.list(ALL)
            assert sorted(each.episode_id for each in episodes) == list(range(1, len(episodes) + 1))
            for each in episodes:
                revisions = transaction.episodes.revisions(each.episode_id)
                assert [one.revision for one in revisions] == list(range(1, each.revision + 1))
            changes = transaction.alerts.changes_after(0, ALL.limit)
            assert [each.change_id for each in changes] == list(range(1, len(changes) + 1))


def _said(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.key,
        alert.kind,
        alert.severity,
        alert.count,
        alert.confirmed,
        alert.restored,
        alert.started,
        alert.page_due_at,
    )


def delivery(report: Report, received_at: Instant) -> Delivery:
    """Return a report as the device's message."""
    at = render(report_order(report)[0])
    said: dict[str, Any] = {"device": "d", "sent_at": at}
    if isinstance(report, Position):
        place = {"time": at, "lat": report.lat, "lon": report.lon, "mechanism": report.mechanism}
        if not report.accuracy_assumed:
            place["accuracy_m"] = report.accuracy_m
        said |= {"seq": report.seq, "positions": [place]}
        vitals = {"battery_pct": report.battery_pct, "charging": report.charging}
        said |= {name: value for name, value in vitals.items() if value is not None}
    elif report.type != HEARD:
        said["events"] = [{"type": report.type, "state": report.state, "time": at}]
    return Delivery("ringfence/v1/v/d/telemetry", msgspec.json.encode(said), received_at, None)
