"""Episodes that are about no wearer are about a subject: the engine, its store, a vendor, a device.

Such an episode rests on no position and belongs to no activation. It is judged by the engine's own
clock, is confirmed at once, and says in `detail` what a person needs to know. Repeats of one kind
about one subject collapse into one alert, as those about a wearer do.

A protected person is a subject too: what the fold of her device's activation finds (its faults and
its silence) is about her, and nobody finds it among what is about wearers.
"""

from typing import Final

import msgspec

from engine.core.amend import ChangeKind, EpisodeChange
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState, StoredEpisode
from engine.core.order import Activation, Role
from zones.instant import Instant

ENGINE: Final = "engine"
"""The engine itself: its loop, its sources, its canary."""

STORE: Final = "store"
"""The store and the disk it is on."""


def about_vendor(vendor: str) -> str:
    """Return the subject that is a vendor."""
    return f"vendor/{vendor}"


def about_protected(person_id: str) -> str:
    """Return the subject that is a protected person, by her id."""
    return f"protected/{person_id}"


def person_of(subject: str) -> str | None:
    """Return the protected person a subject is, or whom a moving zone is about; None if neither."""
    kind, _, person_id = subject.partition("/")
    return person_id if kind == "protected" and person_id else None


def wearer_of(activation: Activation) -> str:
    """Return the wearer whom episodes of an activation are about; empty if about somebody else."""
    return activation.wearer_id if activation.role is Role.WEARER else ""


def by_person(activation: Activation, episode: Episode) -> Episode:
    """Return an episode of an activation with its subject, where that is a protected person."""
    if activation.role is Role.WEARER:
        return episode
    return msgspec.structs.replace(episode, subject=about_protected(activation.wearer_id))


def about_device(vendor: str, device_id: str) -> str:
    """Return the subject that is a device, whoever wears it."""
    return f"device/{vendor}/{device_id}"


def opened(
    kind: EpisodeKind,
    subject: str,
    started: Bound,
    detail: str = "",
    ended: Bound | None = None,
) -> EpisodeChange:
    """Return the change that opens an episode about a subject; with `ended` it is over already.

    Raises:
        ValueError: no subject.
    """
    if not subject:
        raise ValueError("subject is empty: say what the episode is about, for example 'engine'")
    episode = Episode(
        activation_id=0,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=kind,
        state=EpisodeState.CONFIRMED,
        started=started,
        ended=ended,
        positions=0,
        max_depth_m=0.0,
        confirmed_at=started.by,
        subject=subject,
        detail=detail,
    )
    return EpisodeChange(kind=ChangeKind.NEW, episode=episode)


def going_on(stored: StoredEpisode, detail: str) -> EpisodeChange:
    """Return the change that gives an episode that runs its newest detail."""
    episode = msgspec.structs.replace(stored.episode, detail=detail)
    return EpisodeChange(kind=ChangeKind.PROGRESSED, episode=episode, shown=stored)


def ended(stored: StoredEpisode, at: Bound, detail: str | None = None) -> EpisodeChange:
    """Return the change that ends an episode that runs; its detail stays unless one is given."""
    before = stored.episode
    after = msgspec.structs.replace(
        before, ended=at, detail=before.detail if detail is None else detail
    )
    return EpisodeChange(kind=ChangeKind.PROGRESSED, episode=after, shown=stored)


def instant_bound(at: Instant) -> Bound:
    """Return a bound that is known exactly."""
    return Bound(at, at, at)
