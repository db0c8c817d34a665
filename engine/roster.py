"""The roster: when each vendor was last heard, and which of them are silent.

The rule is `core.vendor_silence`. It belongs to the thread that makes transactions; others read.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from engine.core.canary import CANARY
from engine.core.episode import EpisodeState
from engine.core.order import Activation
from engine.core.plan import PlanHistory
from engine.core.self_watch import Signal
from engine.core.vendor_silence import (
    LEAST_SILENCE,
    Expectation,
    VendorSilence,
    silence,
    vendor_signal,
)
from zones.instant import Instant, seconds

LOOK_S: Final = 0.5
"""Real seconds between looks at a vendor that is not silent yet."""

COUNT_S: Final = 5.0
"""Real seconds between counts at one that is."""


class Worn:
    """What the roster needs to know of one activation."""

    __slots__ = ("activation", "missed", "plans")

    def __init__(
        self, activation: Activation, plans: PlanHistory, missed: EpisodeState | None
    ) -> None:
        """Take an activation, and how far its missed call-in has come, if one runs."""
        self.activation = activation
        self.plans = plans
        self.missed = missed


class VendorNow(NamedTuple):
    """How a vendor stands."""

    vendor: str
    heard_at: Instant | None
    """When it was last heard; None: not since the process started."""
    silent_since: Instant | None
    """None unless it is silent."""


class Roster:
    """Every vendor with activations."""

    def __init__(self) -> None:
        self.heard: dict[str, Instant] = {}
        self.silent: dict[str, VendorSilence] = {}
        self.back: dict[str, Instant] = {}
        """When each vendor that was silent was heard again."""
        self._worn: dict[str, dict[int, Worn]] = defaultdict(dict)
        self._look_after: dict[str, float] = {}

    def put(self, activation: Activation, plans: PlanHistory, missed: EpisodeState | None) -> None:
        """Take note of an activation as it stands."""
        if activation.vendor != CANARY:
            worn = Worn(activation, plans, missed)
            self._worn[activation.vendor][activation.activation_id] = worn

    def hear(self, heard: Mapping[str, Instant]) -> None:
        """Take note of who was heard, and when."""
        for vendor, at in heard.items():
            self.heard[vendor] = max(at, self.heard.get(vendor, at))
            if self.silent.pop(vendor, None) is not None:
                self.back[vendor] = at

    def look(self, now: Instant, listening_since: Instant | None) -> None:
        """See who is silent; an engine that does not listen cannot tell."""
        if listening_since is None:
            return
        for vendor, worn in self._worn.items():
            last = max(self.heard.get(vendor, listening_since), listening_since)
            if now - last >= LEAST_SILENCE and time.monotonic() >= self._look_after.get(vendor, 0):
                self._look_at(vendor, worn, last, now)

    def _look_at(self, vendor: str, worn: Mapping[int, Worn], last: Instant, now: Instant) -> None:
        standing = self.silent.get(vendor)
        since = last if standing is None else standing.since
        missed = sum(each.missed is EpisodeState.PENDING for each in worn.values())
        found = silence(since, now, _expected(worn, since, now), missed)
        if found is not None:
            self.silent[vendor] = found
        again_s = LOOK_S if found is None else COUNT_S
        self._look_after[vendor] = time.monotonic() + again_s

    def vendors(self) -> tuple[VendorNow, ...]:
        """Return how every vendor stands that has activations or was heard."""
        silent, heard = dict(self.silent), dict(self.heard)
        names = sorted({*list(self._worn), *heard} - {CANARY})
        return tuple(
            VendorNow(name, heard.get(name), silent[name].since if name in silent else None)
            for name in names
        )

    def signals(self, now: Instant) -> Sequence[Signal]:
        """Return for each vendor whether it is silent."""
        silent = dict(self.silent)
        return [
            vendor_signal(vendor, silent.get(vendor), now, heard=vendor in self.heard)
            for vendor in list(self._worn)
        ]


def _expected(worn: Mapping[int, Worn], since: Instant, now: Instant) -> Iterator[Expectation]:
    for each in worn.values():
        activation = each.activation
        ended = activation.ended_at is not None and activation.ended_at <= now
        if not ended and each.missed is not EpisodeState.CONFIRMED:
            interval = seconds(each.plans.at(now).interval_s)
            yield Expectation(max(since, activation.started_at), interval)
