"""A scenario played through the engine's own transactions, on a clock that is told the time."""

from collections.abc import Sequence

from engine.caseload import Caseload
from engine.ruling import Ruling
from engine.sources.source import Delivery
from engine.store import Store
from simulators.enrolment import enrol
from simulators.scenario import Scenario
from zones.instant import SECOND, Instant

TICK = 5 * SECOND


class Engine:
    """The engine's transactions on a clock that is told the time."""

    def __init__(self, store: Store, since: Instant) -> None:
        self.store, self.caseload, self.since = store, Caseload(), since
        with store.read() as transaction:
            self.caseload.load(transaction)

    def take(self, batch: Sequence[Delivery], now: Instant) -> None:
        with self.store.write() as transaction:
            ruling = Ruling(self.caseload, transaction, now)
            ruling.take(batch)
        self.settle(ruling)

    def tick(self, now: Instant) -> None:
        due, silent = self.caseload.due(now), self.caseload.call_ins_missed(now, self.since)
        if due or silent:
            with self.store.write() as transaction:
                ruling = Ruling(self.caseload, transaction, now)
                ruling.tick(due, silent)
            self.settle(ruling)

    def settle(self, ruling: Ruling) -> None:
        self.caseload.keep(ruling.ruled.quiet, ruling.ruled.cases.values())


def play(scenario: Scenario, store: Store) -> Engine:
    """Play a scenario's deliveries at their simulated instants, with a tick every few seconds."""
    with store.write() as transaction:
        enrol(
            transaction.registry,
            scenario.wearers,
            scenario.zones,
            scenario.start,
            beacons=scenario.beacons,
        )
    engine = Engine(store, scenario.start)
    arrivals = sorted(
        (each for wearer in scenario.wearers for each in wearer.deliveries),
        key=lambda each: each.at,
    )
    now = scenario.start
    for arrival in arrivals:
        while now + TICK < arrival.at:
            now += TICK
            engine.tick(now)
        if arrival.at <= scenario.end:
            batch = [Delivery(arrival.topic, arrival.payload, arrival.at, None)]
            engine.take(batch, arrival.at)
    engine.tick(scenario.end)
    return engine
