"""How the engine is: alive, ready, and in numbers."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.checks import checks_of
from api.metrics import Metrics
from api.openapi import refusals
from api.problems import ProblemError
from api.schemas.operation import Alive, ClockOut, Ready
from api.shell import AtHand

router = APIRouter(tags=["operation"])


@router.get("/healthz", operation_id="get_health", summary="Is the process alive?")
async def get_health() -> Alive:
    """Answer as long as the process serves requests at all."""
    return Alive()


@router.get("/v1/clock", operation_id="get_clock", summary="What time is it?")
async def get_clock(shell: AtHand) -> ClockOut:
    """Return the engine's time, by which ages and deadlines count, whatever a screen's clock."""
    return ClockOut(now=shell.now(), speed=shell.services.speed)


@router.get(
    "/readyz",
    operation_id="get_readiness",
    summary="Is everything well?",
    responses={503: refusals()[503]},
)
def get_readiness(shell: AtHand) -> Ready:
    """Check store, engine and source of telemetry. 503, with `checks`, if one is not well."""
    checks = checks_of(shell.services)
    bad = [each.name for each in checks if not each.ok]
    if bad:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"not ready: {', '.join(bad)}",
            kind="not-ready",
            members={"checks": [each.model_dump(mode="json") for each in checks]},
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
