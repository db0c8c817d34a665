"""What the engine knows of itself, as numbers for Prometheus."""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from api.services import Services
from engine.core.capacity import GREATEST_ID
from engine.core.histogram import Histogram
from engine.logbook import KINDS
from engine.survey import Capacity
from engine.watch import SelfStatus
from zones.instant import SECOND, Instant


def _age_s(oldest: Instant | None, now: Instant) -> float:
    return 0 if oldest is None else (now - oldest) / SECOND


def self_metrics(services: Services, now: Instant) -> Iterator[Metric]:
    """Yield what the engine knows of itself."""
    health, status, delays = services.health(), services.status(), services.delays()
    yield histogram(
        "ringfence_decision_delay_seconds",
        "From measured by the device to judged and committed, by message.",
        delays,
    )
    yield gauge(
        "ringfence_backlog_age_seconds",
        "Age of the oldest message that is not committed; 0 if there is none.",
        _age_s(health.oldest_in_hand, now),
    )
    yield gauge(
        "ringfence_deferred_age_seconds",
        "Age of the oldest upload that is stored and not judged yet; 0 if there is none.",
        _age_s(health.oldest_deferred, now),
    )
    yield gauge(
        "ringfence_listening",
        "1 while telemetry can be heard and silence be told from a message on its way.",
        health.listening_since is not None,
    )
    yield CounterMetricFamily(
        "ringfence_coverage_gap_seconds",
        "Time in which the engine, not the wearer, failed.",
        value=status.gap_s,
    )
    yield gauge(
        "ringfence_findings_unwritten",
        "What the watch found and could not store yet.",
        status.unwritten,
    )
    running = Counter(each.key.kind.value for each in status.running)
    alarms = GaugeMetricFamily(
        "ringfence_system_episodes", "System episodes that run, by kind.", labels=["kind"]
    )
    for kind in KINDS:
        alarms.add_metric([kind.value], running[kind.value])
    yield alarms
    vendors = GaugeMetricFamily(
        "ringfence_vendor_silence_seconds",
        "Time since anything was received from a vendor.",
        labels=["vendor"],
    )
    for vendor, heard in services.vendors_heard().items():
        vendors.add_metric([vendor], (now - heard) / SECOND)
    yield vendors
    yield from _capacity(services.capacity())
    yield from _canary(status, now)


def _capacity(capacity: Capacity | None) -> Iterator[Metric]:
    if capacity is None:
        return
    size, room = capacity
    numbers: dict[tuple[str, str], float | None] = {
        ("ringfence_store_bytes", "Bytes the store takes."): size.used_bytes,
        ("ringfence_store_free_bytes", "Bytes it has left."): size.free_bytes,
        ("ringfence_store_growth_bytes_per_day", "Bytes by which it grows."): room.bytes_a_day,
        ("ringfence_store_headroom_days", "Days until its disk is full."): room.disk_days,
        ("ringfence_id_headroom_days", "Days until the first ids run out."): room.id_days,
        ("ringfence_id_limit", "Greatest id there can be."): GREATEST_ID,
    }
    for (name, words), value in numbers.items():
        if value is not None:
            yield gauge(name, words, value)
    ids = GaugeMetricFamily("ringfence_last_id", "Last id given out.", labels=["counter"])
    for counter, value in size.ids.items():
        ids.add_metric([counter], value)
    yield ids


def _canary(status: SelfStatus, now: Instant) -> Iterator[Metric]:
    canary = status.canary
    if canary is None:
        return
    yield histogram(
        "ringfence_canary_latency_seconds",
        "From a canary published to its episode read from the store.",
        canary.latencies,
    )
    yield CounterMetricFamily("ringfence_canaries", "Canaries sent.", value=canary.sent)
    yield gauge("ringfence_canary_lost", "1 while it is lost.", canary.lost_since is not None)
    if canary.out_at is not None:
        yield gauge(
            "ringfence_canary_age_seconds",
            "Time since the last canary that came out was sent.",
            (now - canary.out_at) / SECOND,
        )


def histogram(name: str, words: str, counted: Histogram) -> Metric:
    """Return a histogram without labels."""
    bounds = [f"{bound:g}" for bound in counted.buckets_s] + ["+Inf"]
    buckets = list(zip(bounds, accumulate(counted.counts), strict=True))
    return HistogramMetricFamily(name, words, buckets=buckets, sum_value=counted.sum_s)


def gauge(name: str, words: str, value: float) -> Metric:
    """Return a gauge without labels."""
    return GaugeMetricFamily(name, words, value=float(value))
