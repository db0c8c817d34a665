"""Numbers for Prometheus: requests as they pass, everything else when it is asked for.

Requests are counted by the route's template, never by the path itself, so that ids do not make
series. Each application has a registry of its own.
"""

import time
from collections import Counter as Counts
from collections.abc import Iterator
from http import HTTPStatus
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.shell import Shell
from engine.core.health import EngineHealth
from engine.logbook import KINDS
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
        yield from self._self()
        yield _gauge("ringfence_sse_clients", "Clients of the live feed.", self._shell.feed.clients)
        yield from self._store()

    def _self(self) -> Iterator[Metric]:
        """Yield what the engine knows of itself."""
        services, now = self._shell.services, self._shell.now()
        health, status, delays = services.health(), services.status(), services.delays()
        bounds = [f"{bound:g}" for bound in delays.buckets_s] + ["+Inf"]
        yield HistogramMetricFamily(
            "ringfence_decision_delay_seconds",
            "From measured by the device to judged and committed, by message.",
            buckets=list(zip(bounds, accumulate(delays.counts), strict=True)),
            sum_value=delays.sum_s,
        )
        oldest = health.oldest_in_hand
        yield _gauge(
            "ringfence_backlog_age_seconds",
            "Age of the oldest message that is not committed; 0 if there is none.",
            0 if oldest is None else (now - oldest) / SECOND,
        )
        yield _gauge(
            "ringfence_listening",
            "1 while telemetry can be heard and silence be told from a message on its way.",
            health.listening_since is not None,
        )
        yield CounterMetricFamily(
            "ringfence_coverage_gap_seconds",
            "Time in which the engine, not the wearer, failed.",
            value=status.gap_s,
        )
        yield _gauge(
            "ringfence_findings_unwritten",
            "What the watch found and could not store yet.",
            status.unwritten,
        )
        running = Counts(each.kind.value for each in status.running)
        alarms = GaugeMetricFamily(
            "ringfence_system_episodes", "System episodes that run, by kind.", labels=["kind"]
        )
        for kind in KINDS:
            alarms.add_metric([kind.value], running[kind.value])
        yield alarms

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
        yield _gauge("ringfence_store_up", "1 if the store can be read.", bool(counts))
        yield alerts
        yield newest


def _gauges(health: EngineHealth) -> Iterator[Metric]:
    yield _gauge("ringfence_engine_running", "1 if the batch loop is alive.", health.running)
    yield _gauge(
        "ringfence_source_connected", "1 if the source of telemetry is connected.", health.connected
    )
    yield _gauge("ringfence_engine_backlog", "Messages that are not committed yet.", health.backlog)
    yield CounterMetricFamily(
        "ringfence_positions_stored", "Positions stored.", value=health.positions
    )
    yield CounterMetricFamily(
        "ringfence_payloads_rejected", "Payloads rejected.", value=health.rejections
    )


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))
