"""Alerts against the truth: how many violations were found, how many alerts were false, how late.

One rule for everybody's alerts:

- A violation **counts** if the wearer was more than `DEEP_M` beyond the boundary for longer than
  two plan intervals, window by window. No receiver tells 10 m, and nobody draws a zone so exactly.
- A counting violation is **found** by an alert that overlaps it.
- An alert is **false** if it overlaps no true violation, however short or shallow, of that wearer
  and condition. The truth is widened for this by one plan interval at either end, for between two
  positions nobody knows; in space it is not widened at all.
- The **delay** runs from the true start to when the first alert that overlaps was raised, and the
  position that raised it had come in; an alert that was there before has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from zones.instant import HOUR, SECOND, Duration, Instant

DEEP_M: Final = 10.0
"""Metres beyond the boundary from which a violation counts."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What pages a person: the stretch it is about, and when it was raised (at the engine)."""

    start: Instant
    end: Instant
    raised: Instant


@dataclass(frozen=True, slots=True)
class Truth:
    """A true violation: a stretch of time, and for how long of it the wearer was deep."""

    start: Instant
    end: Instant
    deep: Duration
    story: str = ""


@dataclass(slots=True)
class Score:
    """What alerts were worth; scores of several wearers add up."""

    counting: int = 0
    found: int = 0
    alerts: int = 0
    false: int = 0
    false_apart: int = 0
    """False alerts more than an hour after the one before: what is left if repeats collapse."""
    delays_s: list[float] = field(default_factory=list)
    missed: dict[str, int] = field(default_factory=dict)
    """Missed violations by story."""

    def add(self, other: "Score") -> None:
        """Add what others' alerts were worth."""
        for name in ("counting", "found", "alerts", "false", "false_apart"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.delays_s += other.delays_s
        for story, number in other.missed.items():
            self.missed[story] = self.missed.get(story, 0) + number


def score(alerts: Sequence[Alert], truths: Sequence[Truth], interval: Duration) -> Score:
    """Return what the alerts of one wearer and condition were worth; all in order of time."""
    result = Score(alerts=len(alerts))
    for truth in truths:
        if truth.deep > 2 * interval:
            _look_for(truth, alerts, result)
    wrong = [alert for alert in alerts if not any(_near(alert, each, interval) for each in truths)]
    result.false = len(wrong)
    last: Instant | None = None
    for alert in wrong:
        result.false_apart += last is None or alert.start - last > HOUR
        last = alert.end
    return result


def _look_for(truth: Truth, alerts: Sequence[Alert], result: Score) -> None:
    result.counting += 1
    raised = [alert.raised for alert in alerts if _overlap(alert, truth.start, truth.end)]
    if raised:
        result.found += 1
        result.delays_s.append(max(0, min(raised) - truth.start) / SECOND)
    else:
        result.missed[truth.story] = result.missed.get(truth.story, 0) + 1


def _overlap(alert: Alert, start: Instant, end: Instant) -> bool:
    return alert.start <= end and alert.end >= start


def _near(alert: Alert, truth: Truth, interval: Duration) -> bool:
    return _overlap(alert, truth.start - interval, truth.end + interval)
