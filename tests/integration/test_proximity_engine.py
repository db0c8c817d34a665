"""A wearer and a protected person through the engine's transactions, on every store."""

import json
import random
from collections.abc import Iterable, Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from engine.core.alert import Alert
from engine.core.archive import Archive
from engine.core.compile import supervision_of
from engine.core.condition_json import read_condition
from engine.core.counterpart import counterparts_of
from engine.core.docket import judge, open_docket
from engine.core.episode import Episode, EpisodeState, StoredEpisode
from engine.core.fold import Fold
from engine.core.fold import in_order as sort
from engine.core.gauge import IndexGauge
from engine.core.order import Activation, Role
from engine.core.plan import SupervisionPlan
from engine.core.position import Position
from engine.core.registry import Device, Order, ProtectedPerson, Wearer
from engine.core.replay import index_of
from engine.proof.evidence import NoEvidenceError, make_bundle
from engine.proof.verification import verify_alert
from engine.registry_reading import read_registry
from engine.sources.source import Delivery
from engine.store import Store, Transaction
from engine.store.page import Page
from tests.judgement_kit import ORIGIN, lon
from tests.scenario_engine import Engine
from zones.instant import SECOND, Instant, parse, render

VENDOR = "acme"
T0 = parse("2026-06-01T12:45:00Z")
"""Both devices are put on; a quarter of an hour later the hour, and a checkpoint, is full."""
END_S = 2400
MINUTES = 22
DELAYS_S = (0, 0, 0, 40, 200, 700)
HIS, HERS, HER_NEXT = "A-1", "B-1", "B-2"


def at(seconds: float) -> Instant:
    """Return the instant so many seconds into the story."""
    return T0 + round(seconds * SECOND)


def fix(device: str, seconds: float, metres: float, received: float | None = None) -> Delivery:
    """Return a position of a device, so many metres east of the origin, as it is delivered."""
    body = {
        "device": device,
        "seq": round(seconds),
        "positions": [
            {"time": render(at(seconds)), "lat": ORIGIN[1], "lon": lon(metres), "accuracy_m": 10.0}
        ],
    }
    topic = f"ringfence/v1/{VENDOR}/{device}/telemetry"
    when = at(seconds if received is None else received)
    return Delivery(topic, json.dumps(body).encode(), when, None)


def register(tx: Transaction, *, order: bool = True) -> None:
    """Store him, her, their devices and the order that keeps them apart."""
    registry = tx.registry
    registry.save_wearer(Wearer(wearer_id="w1", name="Robin Doe", timezone="UTC"))
    registry.save_protected_person(
        ProtectedPerson(person_id="p1", name="Jane Roe", timezone="UTC", agency="north")
    )
    for device, person, role in ((HIS, "w1", Role.WEARER), (HERS, "p1", Role.PROTECTED)):
        put_on(tx, device, person, role)
    if order:
        keep_apart(tx)


def put_on(tx: Transaction, device: str, person: str, role: Role, started: float = 0) -> None:
    """Store a device and put it on a person."""
    tx.registry.save_device(Device(vendor=VENDOR, device_id=device))
    tx.registry.add_activation(
        Activation(
            activation_id=0,
            wearer_id=person,
            vendor=VENDOR,
            device_id=device,
            started_at=at(started),
            role=role,
        )
    )


def keep_apart(tx: Transaction, **changed: object) -> None:
    """Store the order."""
    asked = {"id": "away", "kind": "proximity", "protected_person": "p1", "distance_m": 300}
    tx.registry.save_order(
        Order(
            order_id="o1",
            wearer_id="w1",
            agency="north",
            officer="kim",
            effective_from=T0,
            effective_until=None,
            plan=SupervisionPlan(),
            conditions=(read_condition({**asked, "buffer_m": 200, **changed}, "UTC"),),
        )
    )


def story() -> list[Delivery]:
    """He comes near her between minutes 5 and 10 and goes; she sits still."""
    near = {5: 400.0, 6: 150.0, 7: 120.0, 8: 100.0, 9: 250.0, 10: 700.0}
    his = [fix(HIS, 60 * k + 30, near.get(k, 1500.0) + k * 0.5) for k in range(MINUTES)]
    hers = [fix(HERS, 60 * k, k * 0.3) for k in range(MINUTES)]
    return sorted([*his, *hers], key=lambda each: each.received_at)


def play(store: Store, deliveries: Sequence[Delivery], engine: Engine | None = None) -> Engine:
    """Give an engine deliveries a few at a time, on a clock that goes on with them."""
    engine = Engine(store, T0) if engine is None else engine
    for first in range(0, len(deliveries), 3):
        part = deliveries[first : first + 3]
        engine.take(part, part[-1].received_at)
    return engine


def shown(store: Store) -> list[StoredEpisode]:
    """Return every episode of the condition."""
    with store.read() as tx:
        found = tx.episodes.list(Page(limit=1000))
    return [each for each in found if each.episode.condition_id == "away"]


def standing(store: Store) -> list[Episode]:
    """Return the episodes that were not retracted."""
    found = (each.episode for each in shown(store))
    stand = [each for each in found if each.state is not EpisodeState.RETRACTED]
    return sorted(stand, key=lambda each: (each.started.by, repr(each)))


def kinds(episodes: Iterable[Episode]) -> list[tuple[str, str]]:
    """Return kinds and states."""
    return [(each.kind.value, each.state.value) for each in episodes]


def test_an_approach_raises_a_critical_alert_and_one_about_nobody_else(store: Store) -> None:
    """Told in order: ring, violation, both ended; one alert each, about him."""
    with store.write() as tx:
        register(tx)
    play(store, story())
    assert sorted(kinds(standing(store))) == [
        ("buffer_entered", "brief"),
        ("proximity", "confirmed"),
    ]
    found = [each for each in alerts(store) if not each.subject]
    assert {(each.wearer_id, each.severity.value, each.key.zone_id) for each in found} == {
        ("w1", "critical", "protected/p1"),
        ("w1", "advisory", "protected/p1"),
    }


def in_order(store: Store) -> list[Episode]:
    """Return what one fold in order says of the positions that are stored."""
    with store.read() as tx:
        registry = read_registry(tx.registry)
        his = supervision_of(registry, registry.activations[0])
        own = tx.positions.since(1, T0)
        hers = [each for watched in his.counterparts for each in positions(tx, watched)]
    fold = Fold(his, IndexGauge(index_of([his])))
    reports = sort([*own, *counterparts_of(his, hers)])
    judged = judge(open_docket(his), fold, reports, at(END_S), Archive("w1").history())
    found = (change.episode for change in judged.changes)
    return sorted(found, key=lambda each: (each.started.by, repr(each)))


def positions(tx: Transaction, activation: Activation) -> Sequence[Position]:
    """Return the stored positions of an activation."""
    return tx.positions.since(activation.activation_id, T0)


@pytest.mark.parametrize("seed", range(4))
def test_any_arrival_of_both_devices_ends_the_same(store: Store, seed: int) -> None:
    """Late, permuted, doubled, with restarts and ticks: the episodes of in-order delivery."""
    with store.write() as tx:
        register(tx)
    chance = random.Random(seed)
    arriving = [
        replace(each, received_at=each.received_at + chance.choice(DELAYS_S) * SECOND)
        for each in story()
    ]
    arriving = sorted(arriving + chance.sample(arriving, 20), key=lambda each: each.received_at)
    engine = Engine(store, T0)
    for first in range(0, len(arriving), 7):
        part = arriving[first : first + 7]
        if chance.random() < 0.3:
            engine = Engine(store, T0)
        engine.take(part, part[-1].received_at)
        engine.tick(part[-1].received_at + SECOND)
    engine.take([], at(END_S))
    engine.tick(at(END_S))
    stands = [each for each in standing(store) if each.activation_id == 1]
    assert stands == in_order(store)
    assert len(stands) == 2


def test_what_her_device_kept_back_creates_an_alert(store: Store) -> None:
    """She had no network; her upload half an hour later shows that he had been beside her."""
    with store.write() as tx:
        register(tx)
    told = story()
    kept_back = [each for each in told if HERS in each.topic and each.received_at > at(200)]
    engine = play(store, [each for each in told if each not in kept_back])
    assert kinds(standing(store)) == [("counterpart_unknown", "confirmed")]
    engine.take(kept_back, at(END_S))
    assert sorted(kinds(standing(store))) == [
        ("buffer_entered", "brief"),
        ("proximity", "confirmed"),
    ]
    states = {each.episode.kind.value: each.episode.state.value for each in shown(store)}
    assert states["counterpart_unknown"] == "retracted"


def test_what_her_device_kept_back_retracts_an_alert(store: Store) -> None:
    """Two stray positions of hers placed her beside him; those between say that they were."""
    with store.write() as tx:
        register(tx)
    his = [fix(HIS, 60 * k + 30, 1500 + k * 0.5) for k in range(10)]
    stray = [fix(HERS, 240, 1400), fix(HERS, 300, 1410), fix(HERS, 480, 0)]
    engine = play(store, sorted([fix(HERS, 0, 0), *his, *stray], key=lambda e: e.received_at))
    (alert,) = [each for each in alerts(store) if each.wearer_id]
    assert (alert.confirmed, alert.retracted) == (True, False)
    engine.take(
        [fix(HERS, seconds, 0.1 * seconds) for seconds in (235, 239, 241, 299, 301)], at(600)
    )
    (alert,) = [each for each in alerts(store) if each.wearer_id]
    assert alert.retracted


def alerts(store: Store) -> Sequence[Alert]:
    """Return the alerts that are open: of the condition, and about her."""
    with store.read() as tx:
        found = tx.alerts.list(Page(limit=50))
    return [each for each in found if each.key.condition_id == "away" or each.subject]


def test_pairs_follow_the_person_when_her_device_is_swapped(store: Store) -> None:
    """Her new device, registered while she is being watched, is paired from its start on."""
    with store.write() as tx:
        register(tx)
    told = [each for each in story() if each.received_at <= at(200)]
    engine = play(store, told)
    with store.write() as tx:
        tx.registry.end_activation(2, at(205), "battery")
        put_on(tx, HER_NEXT, "p1", Role.PROTECTED, started=205)
    rest = [each for each in story() if each.received_at > at(200)]
    swapped = [
        fix(HER_NEXT, (each.received_at - T0) / SECOND, 0.3) if HERS in each.topic else each
        for each in rest
    ]
    play(store, swapped, engine)
    assert ("proximity", "confirmed") in kinds(standing(store))
    proofs = [each.counterpart for episode in standing(store) for each in episode.evidence]
    assert 3 in {each.activation_id for each in proofs if each is not None}
    assert [each for each in standing(store) if each.activation_id == 1] == in_order(store)


def test_an_order_made_afterwards_judges_what_is_stored_of_both(store: Store) -> None:
    """Stored from the order's beginning on, though nobody watched her when it was delivered."""
    with store.write() as tx:
        register(tx, order=False)
    engine = play(store, story())
    assert standing(store) == []
    with store.write() as tx:
        keep_apart(tx)
    engine.take([], at(END_S))
    assert ("proximity", "confirmed") in kinds(standing(store))
    assert [each for each in standing(store) if each.activation_id == 1] == in_order(store)


def test_a_device_of_his_registered_afterwards_sees_what_is_stored_of_hers(store: Store) -> None:
    """Her positions came first; his device is put on, and dated back, only then."""
    with store.write() as tx:
        register(tx)
        tx.registry.end_activation(1, T0 + 1, "broken")
    engine = play(store, [each for each in story() if HERS in each.topic])
    with store.write() as tx:
        put_on(tx, HIS, "w1", Role.WEARER, started=1)
    engine.take([each for each in story() if HIS in each.topic], at(END_S))
    assert sorted(kinds(standing(store))) == [
        ("buffer_entered", "brief"),
        ("proximity", "confirmed"),
    ]


def test_what_fails_on_her_device_is_an_alert_about_her(store: Store) -> None:
    """Silence and tamper are told as of a protected person; no list of a wearer has them."""
    with store.write() as tx:
        register(tx)
    body = {
        "device": HERS,
        "seq": 1,
        "sent_at": render(at(60)),
        "events": [{"type": "strap_tamper", "state": "start", "time": render(at(60))}],
    }
    topic = f"ringfence/v1/{VENDOR}/{HERS}/telemetry"
    engine = play(
        store, [fix(HERS, 0, 0), Delivery(topic, json.dumps(body).encode(), at(61), None)]
    )
    engine.tick(at(1000))
    found = {(each.subject, each.kind.value, each.wearer_id) for each in alerts(store)}
    assert ("protected/p1", "strap_tamper", "") in found
    assert ("protected/p1", "missed_call_in", "") in found
    with store.read() as tx:
        assert tx.alerts.list(Page(limit=50), wearer_id="p1") == []
        assert len(tx.alerts.list(Page(limit=50), subject="protected/p1")) >= 2


def test_an_auditor_derives_the_same_from_the_journal(store: Store) -> None:
    """Both devices' messages are in it, and the registry that says who is to be kept from whom."""
    with store.write() as tx:
        register(tx)
    play(store, story())
    checks = [verify_alert(store, each.alert_id) for each in alerts(store)]
    assert len(checks) >= 2
    assert {(check.outcome.value, check.problems) for check in checks} == {("identical", ())}


def test_no_bundle_says_where_she_was(store: Store) -> None:
    """Evidence of a proximity alert, or of one about her device, is not made for others to open."""
    with store.write() as tx:
        register(tx)
    engine = play(store, story())
    engine.tick(at(4000))
    key = Ed25519PrivateKey.generate()
    about = {each.key.zone_id or each.subject for each in alerts(store)}
    assert "protected/p1" in about
    for each in alerts(store):
        if "protected/p1" in (each.key.zone_id, each.subject):
            with pytest.raises(NoEvidenceError, match="where a protected person was"):
                make_bundle(store, each.alert_id, key)
