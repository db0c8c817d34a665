"""A vendor is silent when nothing comes from any of its devices while much of it was due.

Every device that is worn, and is not known to be silent by itself, is to report once an interval of
its plan. When at least `LEAST_DEVICES` of them were due for at least `MESSAGES_DUE` messages
together, and nothing came for `LEAST_SILENCE`, one cause is likelier than many. (If devices failed
independently and each missed half of its messages, ten missing in a row would be one in a
thousand.) The first message of the vendor ends it.

A call-in that is missed while its vendor is silent is recorded as *pending*, caused by the vendor,
and makes no alert of its own. It is confirmed if the device is not heard within its plan's time
after the vendor was.
"""

from collections.abc import Iterable
from math import fsum
from typing import Final, NamedTuple

import msgspec

from engine.core.ailment import span
from engine.core.episode import Episode, EpisodeKind, EpisodeState
from engine.core.self_watch import Key, Level, Signal
from engine.core.subject import about_vendor
from zones.instant import MINUTE, SECOND, Duration, Instant

LEAST_DEVICES: Final = 3
MESSAGES_DUE: Final = 10.0
LEAST_SILENCE: Final = MINUTE


class Expectation(NamedTuple):
    """A device that should have been heard."""

    since: Instant
    """From when on nothing was heard of it: the vendor's last message, or its own beginning."""
    interval: Duration


class VendorSilence(msgspec.Struct, frozen=True, kw_only=True):
    """How silent a vendor is."""

    since: Instant
    devices: int
    messages_due: float
    missed: int = 0
    """Call-ins missed meanwhile."""


def silence(
    since: Instant, now: Instant, expected: Iterable[Expectation], missed: int = 0
) -> VendorSilence | None:
    """Return how silent a vendor is that was last heard at `since`; None if that says nothing."""
    if now - since < LEAST_SILENCE:
        return None
    listed = [each for each in expected if each.since < now]
    due = fsum((now - each.since) / each.interval for each in listed)
    if len(listed) < LEAST_DEVICES or due < MESSAGES_DUE:
        return None
    return VendorSilence(since=since, devices=len(listed), messages_due=due, missed=missed)


def vendor_signal(vendor: str, found: VendorSilence | None, now: Instant, *, heard: bool) -> Signal:
    """Return whether a vendor is silent; unknown if it neither is nor was heard since the start."""
    key = Key(EpisodeKind.VENDOR_SILENT, about_vendor(vendor))
    if found is None:
        return Signal(key, Level.CLEAR if heard else Level.BETWEEN)
    words = (
        f"nothing was received from {vendor} for {span(now - found.since)}: {found.devices:,} "
        f"devices are worn, {found.messages_due:,.0f} messages were due, "
        f"{found.missed:,} call-ins missed meanwhile make no alerts of their own"
    )
    return Signal(key, Level.HOLDS, words, found.since)


def excused(missed: Episode, vendor: str, since: Instant) -> Episode:
    """Return a missed call-in as caused by its vendor's silence."""
    return msgspec.structs.replace(
        missed,
        state=EpisodeState.PENDING,
        confirmed_at=None,
        caused_by=about_vendor(vendor),
        detail=f"{vendor} was silent, for {max(0, missed.started.by - since) // SECOND} s by then",
    )


def confirmed(missed: Episode, due: Instant) -> Episode:
    """Return a missed call-in that its vendor's silence does not explain any more."""
    return msgspec.structs.replace(missed, state=EpisodeState.CONFIRMED, confirmed_at=due)


def called_in(missed: Episode) -> EpisodeState:
    """Return the state of a missed call-in that has ended."""
    return EpisodeState.BRIEF if missed.state is EpisodeState.PENDING else missed.state
