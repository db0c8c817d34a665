"""Arbitrary values of everything a store holds, for round trips; and plain ones to fill it with."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from inspect import signature
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from engine.core.alert import Alert, AlertAction, AlertChange, AlertState, CloseCode, CollapseKey
from engine.core.device_event import DeviceEvent, EventState
from engine.core.episode import (
    Bound,
    Episode,
    EpisodeKind,
    EpisodeState,
    Evidence,
    Severity,
    StoredEpisode,
)
from engine.core.order import Activation, Role
from engine.core.plan import SupervisionPlan
from engine.core.position import Mechanism, Position, content_digest
from engine.core.position_columns import columns_of
from engine.core.registry import Device, ProtectedPerson, Wearer
from engine.core.rejection import Reason
from engine.store import Store, Transaction
from engine.store.positions_part import StoredPosition
from engine.store.protocol import StoredRejection

HOUR = 3_600_000_000
T0 = 1_750_000_000_000_000

ROUND_TRIP = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""Every example works in a transaction that is rolled back, so the store may be shared."""

ids = st.integers(1, 2**63 - 1)
instants = st.integers(-(2**63), 2**63 - 1)
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
floats = st.floats(allow_nan=False)
numbers = st.floats(allow_nan=False, allow_infinity=False)
digests = st.binary(min_size=16, max_size=16)


def maybe(strategy: "st.SearchStrategy[Any]") -> "st.SearchStrategy[Any]":
    """Return the strategy, or None."""
    return st.none() | strategy


events = st.builds(
    DeviceEvent,
    activation_id=ids,
    time=instants,
    received_at=instants,
    type=words,
    state=st.sampled_from(EventState),
    digest=digests,
)
rejections = st.builds(
    StoredRejection,
    rejection_id=ids,
    received_at=instants,
    topic=words,
    payload=st.binary(max_size=50),
    reason=st.sampled_from(Reason),
    detail=words,
    field=maybe(words),
)
bounds = st.builds(Bound, after=maybe(instants), by=instants, estimate=instants)
evidence = st.builds(
    Evidence,
    fix_time=instants,
    seq=instants,
    digest=digests,
    lat=numbers,
    lon=numbers,
    accuracy_m=numbers,
    zone_id=words,
    zone_version=ids,
    signed_distance_m=numbers,
    probability_inside=numbers,
    role=words,
)
episodes = st.builds(
    Episode,
    activation_id=ids,
    condition_id=maybe(words),
    condition_version=maybe(ids),
    zone_id=maybe(words),
    kind=st.sampled_from(EpisodeKind),
    state=st.sampled_from(EpisodeState),
    started=bounds,
    ended=maybe(bounds),
    positions=ids,
    max_depth_m=numbers,
    confirmed_at=maybe(instants),
    unconfirmed_since=maybe(instants),
    window_start=maybe(instants),
    window_end=maybe(instants),
    evidence=st.lists(evidence, max_size=3).map(tuple),
    subject=words,
    detail=words,
    caused_by=words,
)
stored_episodes = st.builds(
    StoredEpisode,
    episode_id=ids,
    revision=ids,
    wearer_id=words,
    updated_at=instants,
    episode=episodes,
)
collapse_keys = st.builds(
    CollapseKey,
    wearer_id=words,
    group=words,
    condition_id=maybe(words),
    zone_id=maybe(words),
    subject=words,
)
alerts = st.builds(
    Alert,
    alert_id=ids,
    wearer_id=words,
    activation_id=ids,
    key=collapse_keys,
    kind=st.sampled_from(EpisodeKind),
    severity=st.sampled_from(Severity),
    state=st.sampled_from(AlertState),
    raised_at=instants,
    updated_at=instants,
    started=instants,
    episode_ids=st.lists(ids, max_size=4, unique=True).map(tuple),
    count=ids,
    confirmed=st.booleans(),
    restored=st.booleans(),
    retracted=st.booleans(),
    page_due_at=maybe(instants),
    close_code=maybe(st.sampled_from(CloseCode)),
)
changes = st.builds(
    AlertChange,
    change_id=ids,
    alert_id=ids,
    at=instants,
    actor=words,
    action=st.sampled_from(AlertAction),
    note=maybe(words),
    episode_id=maybe(ids),
    episode_revision=maybe(ids),
    before=maybe(episodes),
)


class _UndoError(Exception):
    """Ends a transaction that is to leave nothing behind."""


@contextmanager
def undone(store: Store) -> Iterator[Transaction]:
    """Give a writing transaction and roll it back in the end."""
    with suppress(_UndoError), store.write() as transaction:
        yield transaction
        raise _UndoError


STATED = frozenset(signature(content_digest).parameters)
"""Fields that a digest is over."""


def position(activation_id: int, fix_time: int, seq: int = 0, **changed: object) -> Position:
    """Return a plain position whose digest follows from what it states."""
    fields: dict[str, Any] = {
        "activation_id": activation_id,
        "fix_time": fix_time,
        "seq": seq,
        "received_at": fix_time + 2_000_000,
        "lat": 51.5,
        "lon": -0.1,
        "accuracy_m": 8.0,
        "mechanism": Mechanism.GNSS,
        **changed,
    }
    stated = {name: fields[name] for name in STATED if name in fields}
    return Position(**fields, digest=content_digest(**stated))


def store_positions(transaction: Transaction, rows: list[Position]) -> list[StoredPosition]:
    """Append positions under new ids and return them as stored."""
    position_ids = transaction.next_ids("position", len(rows))
    message_index = np.arange(len(rows))
    transaction.positions.append(columns_of(rows), position_ids.start, 1, message_index)
    return [
        StoredPosition(position_id=id_, block_id=1, message_index=index, position=row)
        for index, (id_, row) in enumerate(zip(position_ids, rows, strict=True))
    ]


def episode(**changed: object) -> Episode:
    """Return a plain confirmed episode that still runs."""
    fields: dict[str, Any] = {
        "kind": EpisodeKind.EXCLUSION_ENTERED,
        "activation_id": 1,
        "condition_id": "c1",
        "condition_version": 1,
        "zone_id": "z1",
        "state": EpisodeState.CONFIRMED,
        "started": Bound(T0 - 60_000_000, T0, T0 - 30_000_000),
        "ended": None,
        "positions": 2,
        "max_depth_m": 40.0,
    }
    return Episode(**{**fields, **changed})


def stored_episode(
    episode_id: int, revision: int = 1, wearer_id: str = "w1", **changed: object
) -> StoredEpisode:
    """Return a plain episode as stored."""
    return StoredEpisode(
        episode_id=episode_id,
        revision=revision,
        wearer_id=wearer_id,
        updated_at=T0,
        episode=episode(**changed),
    )


def alert(alert_id: int, wearer_id: str = "w1", **changed: object) -> Alert:
    """Return a plain open alert."""
    fields: dict[str, Any] = {
        "activation_id": 1,
        "key": CollapseKey(wearer_id, "exclusion", "c1", "z1"),
        "kind": EpisodeKind.EXCLUSION_ENTERED,
        "severity": Severity.CRITICAL,
        "state": AlertState.OPEN,
        "raised_at": T0,
        "updated_at": T0,
        "started": T0,
        "episode_ids": (alert_id,),
        "count": 1,
        "confirmed": True,
        "restored": False,
        "retracted": False,
    }
    return Alert(alert_id=alert_id, wearer_id=wearer_id, **{**fields, **changed})


def change(change_id: int, alert_id: int = 1) -> AlertChange:
    """Return a plain change of an alert."""
    return AlertChange(
        change_id=change_id,
        alert_id=alert_id,
        at=T0,
        actor="operator:kim",
        action=AlertAction.NOTED,
    )


def put_on(transaction: Transaction, wearer_id: str, device_id: str, started_at: int) -> Activation:
    """Store wearer and device, and begin an activation."""
    registry = transaction.registry
    registry.save_wearer(Wearer(wearer_id=wearer_id, name=wearer_id, timezone="Europe/London"))
    registry.save_device(Device(vendor="acme", device_id=device_id))
    return registry.add_activation(
        Activation(
            activation_id=0,
            wearer_id=wearer_id,
            vendor="acme",
            device_id=device_id,
            started_at=started_at,
        )
    )


def protect(
    transaction: Transaction, person_id: str, device_id: str, started_at: int, name: str = "P"
) -> Activation:
    """Store a protected person and a device, and begin an activation of hers."""
    registry = transaction.registry
    registry.save_protected_person(
        ProtectedPerson(
            person_id=person_id,
            name=name,
            timezone="Europe/London",
            agency="north",
            plan=SupervisionPlan(30.0, 90.0),
        )
    )
    registry.save_device(Device(vendor="acme", device_id=device_id))
    return registry.add_activation(
        Activation(
            activation_id=0,
            wearer_id=person_id,
            vendor="acme",
            device_id=device_id,
            started_at=started_at,
            role=Role.PROTECTED,
        )
    )
