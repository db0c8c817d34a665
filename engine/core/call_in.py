"""Silence: nothing at all was received from a device for plan interval + buffer.

This is about arrival itself, so it is the one rule judged by the time of receipt. The engine must
have been listening: time in which it could not have heard anything does not count. Silence after a
first report is a missed call-in; an activation of which nothing was ever received has never
reported. Both end with the next message, whatever it says.
"""

from typing import Final

import msgspec

from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from engine.core.order import Activation, Supervision
from engine.core.plan import PlanHistory
from engine.core.subject import by_person
from zones.instant import Instant

ABOUT_ARRIVAL: Final = frozenset((EpisodeKind.MISSED_CALL_IN, EpisodeKind.NEVER_REPORTED))
"""Kinds that follow from when messages were received, not from what they say."""


class CallIn(msgspec.Struct, frozen=True):
    """When a device called in last, and by when it has to again."""

    last_received: Instant | None
    """None: nothing was received since the engine started."""
    due: Instant | None
    """None: it is not awaited, as the engine itself does not listen, or the device is off."""


def deadline(
    supervision: Supervision, last_received: Instant | None, listening_since: Instant
) -> Instant:
    """Return by when something has to be received."""
    activation, plans = supervision.activation, supervision.plans
    return due_by(activation, plans, last_received, listening_since)


def due_by(
    activation: Activation,
    plans: PlanHistory,
    last_received: Instant | None,
    listening_since: Instant,
) -> Instant:
    """Return by when something has to be received, given no more than the plans."""
    started_at = activation.started_at
    last = started_at if last_received is None else last_received
    return plans.due_after(max(last, started_at, listening_since))


def missed(
    supervision: Supervision, last_received: Instant | None, due: Instant, *, reported: bool
) -> Episode:
    """Return the episode of a call-in that was due and did not come.

    `reported` says whether anything was ever received from the activation.
    """
    activation = supervision.activation
    heard = activation.started_at if last_received is None else last_received
    episode = Episode(
        activation_id=activation.activation_id,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=EpisodeKind.MISSED_CALL_IN if reported else EpisodeKind.NEVER_REPORTED,
        state=EpisodeState.CONFIRMED,
        started=Bound(min(heard, due), due, due),
        ended=None,
        positions=0,
        max_depth_m=0.0,
        confirmed_at=due,
    )
    return by_person(activation, episode)
