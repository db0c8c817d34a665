"""How the engine is: alive, ready, and in numbers."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request, Response

from api.metrics import Metrics
from api.openapi import refusals
from api.problems import ProblemError
from api.schemas.operation import Alive, CheckOut, Ready
from api.shell import AtHand, Shell
from engine.core.ailment import Ailment, ailments, in_hand, span
from engine.core.health import EngineHealth
from engine.store.protocol import StoreUnavailableError
from engine.watch import SelfStatus
from zones.instant import Instant

router = APIRouter(tags=["operation"])


@router.get("/healthz", operation_id="get_health", summary="Is the process alive?")
async def get_health() -> Alive:
    """Answer as long as the process serves requests at all."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="get_readiness",
    summary="Is everything well?",
    responses={503: refusals()[503]},
)
def get_readiness(shell: AtHand) -> Ready:
    """Check store, engine and source of telemetry. 503, with `checks`, if one is not well."""
    checks = [_store(shell), *_engine(shell)]
    bad = [each.name for each in checks if not each.ok]
    if bad:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"not ready: {', '.join(bad)}",
            kind="not-ready",
            members={"checks": [each.model_dump() for each in checks]},
        )
    return Ready(checks=checks)


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Everything in numbers, for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_metrics(shell: AtHand, request: Request) -> Response:
    """Return counters and gauges in Prometheus' text format."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(shell), media_type=metrics.media_type)


def _store(shell: Shell) -> CheckOut:
    try:
        shell.services.store.check()
    except StoreUnavailableError as error:
        return CheckOut(name="store", ok=False, detail=str(error))
    return CheckOut(name="store", ok=True, detail="reachable, schema current")


def _engine(shell: Shell) -> list[CheckOut]:
    now, health, status = shell.now(), shell.services.health(), shell.services.status()
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
        return CheckOut(name="canary", ok=False, detail=lost.lasting(now))
    words = "none has come out yet" if out_at is None else f"out, sent {span(now - out_at)} ago"
    return CheckOut(name="canary", ok=True, detail=words)


def _check(
    name: Literal["engine", "source"],
    words: str,
    ailing: list[Ailment],
    health: EngineHealth,
    now: Instant,
) -> CheckOut:
    found = [each.lasting(now) for each in ailing]
    if name == "engine" and health.detail:
        found.append(health.detail)
    return CheckOut(name=name, ok=not ailing, detail=": ".join([words, *dict.fromkeys(found)]))
