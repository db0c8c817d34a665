"""Numbers for Prometheus: requests as they pass, everything else when it is asked for.

Requests are counted by the route's template, never by the path itself, so that ids do not make
series. Each application has a registry of its own.
"""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.self_metrics import gauge, self_metrics
from api.shell import Shell
from engine.core.health import EngineHealth
from engine.store.protocol import StoreUnavailableError
from zones.instant import SECOND

_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STREAMS: Final = ("/v1/alerts/stream",)
"""Routes whose duration says nothing."""


class Metrics:
    """The numbers of one application."""

    media_type: Final = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        """Begin at zero."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ringfence_http_requests",
            "HTTP requests by route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "ringfence_http_request_seconds",
            "Time to answer an HTTP request, streams left out.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )

    def passed(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request."""
        route = getattr(scope.get("route"), "path", "none")
        self._requests.labels(scope["method"], route, str(status)).inc()
        if route not in _STREAMS:
            self._seconds.labels(scope["method"], route).observe(seconds)

    def text(self, shell: Shell) -> bytes:
        """Return all numbers in Prometheus' text format."""
        once = CollectorRegistry()
        once.register(_Moment(shell))
        return generate_latest(self._registry) + generate_latest(once)


class MetricsMiddleware:
    """ASGI middleware that counts requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Count into these numbers."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        started = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._metrics.passed(scope, status, time.perf_counter() - started)


class _Moment:
    """What can be read off at one moment."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers as they are now."""
        health = self._shell.services.health()
        yield from _gauges(health)
        age = GaugeMetricFamily(
            "ringfence_last_commit_age_seconds", "Time since the engine's last commit."
        )
        if health.last_commit_at is not None:
            age.add_metric([], (self._shell.now() - health.last_commit_at) / SECOND)
        yield age
        yield from self_metrics(self._shell.services, self._shell.now())
        yield gauge("ringfence_sse_clients", "Clients of the live feed.", self._shell.feed.clients)
        yield from self._store()

    def _store(self) -> Iterator[Metric]:
        alerts = GaugeMetricFamily("ringfence_alerts", "Alerts by state.", labels=["state"])
        newest = GaugeMetricFamily("ringfence_alert_change_id", "Id of the newest alert change.")
        try:
            with self._shell.services.store.read() as transaction:
                counts = transaction.alerts.count_by_state()
                newest.add_metric([], transaction.alerts.newest_change_id())
        except StoreUnavailableError:
            counts = {}
        for state, count in counts.items():
            alerts.add_metric([state.value], count)
        yield gauge("ringfence_store_up", "1 if the store can be read.", bool(counts))
        yield alerts
        yield newest


def _gauges(health: EngineHealth) -> Iterator[Metric]:
    yield gauge("ringfence_engine_running", "1 if the batch loop is alive.", health.running)
    yield gauge(
        "ringfence_source_connected", "1 if the source of telemetry is connected.", health.connected
    )
    yield gauge("ringfence_engine_backlog", "Messages that are not committed yet.", health.backlog)
    yield gauge(
        "ringfence_engine_deferred",
        "Uploads that are stored and acknowledged, and not judged yet.",
        health.deferred,
    )
    yield CounterMetricFamily(
        "ringfence_positions_stored", "Positions stored.", value=health.positions
    )
    yield CounterMetricFamily(
        "ringfence_payloads_rejected", "Payloads rejected.", value=health.rejections
    )
