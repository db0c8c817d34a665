"""What has to be well, each with what is wrong and since when: for monitors and for people."""

from collections.abc import Sequence
from typing import Literal

from api.schemas.operation import CheckOut
from api.services import Services
from engine.core.ailment import Ailment, ailments, in_hand, span
from engine.core.health import EngineHealth
from engine.store.protocol import StoreUnavailableError
from engine.watch import SelfStatus
from zones.instant import Instant


def checks_of(services: Services) -> list[CheckOut]:
    """Return the checks of store, engine, source and canary; the store is asked."""
    return [store_check(services), *engine_checks(services)]


def store_check(services: Services) -> CheckOut:
    """Return whether the store can be used, by asking it."""
    try:
        services.store.check()
    except StoreUnavailableError as error:
        since = services.health().busy_since
        return CheckOut(name="store", ok=False, detail=str(error), since=since)
    return CheckOut(name="store", ok=True, detail="reachable, schema current", since=None)


def engine_checks(services: Services) -> list[CheckOut]:
    """Return what the engine knows without asking anyone."""
    now, health, status = services.now(), services.health(), services.status()
    ailing = ailments(health, now, status.patience)
    engine = f"{'running' if health.running else 'not running'}, {in_hand(health, now)}"
    source = "connected" if health.connected else "not connected"
    of_canary = [] if status.canary is None else [_canary(status, now)]
    return [
        _check("engine", engine, [each for each in ailing if each.name != "source"], health, now),
        _check("source", source, [each for each in ailing if each.name == "source"], health, now),
        *of_canary,
    ]


def _canary(status: SelfStatus, now: Instant) -> CheckOut:
    lost, out_at = status.canary_ailment, None if status.canary is None else status.canary.out_at
    if lost is not None:
        return CheckOut(name="canary", ok=False, detail=lost.lasting(now), since=lost.since)
    words = "none has come out yet" if out_at is None else f"out, sent {span(now - out_at)} ago"
    return CheckOut(name="canary", ok=True, detail=words, since=None)


def _check(
    name: Literal["engine", "source"],
    words: str,
    ailing: Sequence[Ailment],
    health: EngineHealth,
    now: Instant,
) -> CheckOut:
    found = [each.lasting(now) for each in ailing]
    if name == "engine" and health.detail:
        found.append(health.detail)
    since = min((each.since for each in ailing), default=None)
    detail = ": ".join([words, *dict.fromkeys(found)])
    return CheckOut(name=name, ok=not ailing, detail=detail, since=since)
