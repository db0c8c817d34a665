"""What of all that has arrived is judged at once, and what is kept and judged behind it.

After an outage everybody uploads hours at once. In order of arrival an alert of now would wait for
all of it. So of a batch

- a message of up to `BULK_BYTES` is judged at once: a dozen positions at most;
- an upload (anything larger) too, as long as a batch's uploads fit into `AT_ONCE_BYTES`: on a calm
  day nothing waits. Beyond that they are *put off*: stored, acknowledged, and judged in pieces;
- an upload of a device of which something is put off is put off behind it;
- before a message that is judged at once, what was put off of its device is judged, in the same
  transaction, up to `CAUGHT_UP` uploads a batch. The fold takes what is late: of other devices the
  message of now is judged first, and the past when its turn comes.

What was put off is judged urgent first (it states events, or its wearer is not at rest: an episode
runs, a protected person is near), else in the order of arrival; of one device always in that order.
A piece takes about `PIECE_S`, so that a batch never waits long. While more than `QUEUE` messages
are in hand there is a piece every `LEAST_EVERY_S` only, but always that: nothing starves.
"""

from collections.abc import Container, Sequence
from typing import Final, NamedTuple

BULK_BYTES: Final = 2_048
"""Payload bytes of which more make a message an upload."""

AT_ONCE_BYTES: Final = 128 * 1024
"""Payload bytes of uploads judged at once in a batch: some 1,300 positions."""

CAUGHT_UP: Final = 16
"""Most uploads that a batch judges for the sake of messages of now."""

PIECE_S: Final = 0.05
"""Seconds of processor time that a piece of what was put off should take."""

MOST_IN_PIECE: Final = 128
"""Messages in a piece at most."""

QUEUE: Final = 2_000
"""Messages in hand from which on batches go first."""

LEAST_EVERY_S: Final = 0.5
"""Longest time between pieces, in seconds, however much arrives."""

_EVENTS: Final = b'"events"'


class Divided(NamedTuple):
    """A batch divided."""

    at_once: list[int]
    """Which messages are judged now, in their order."""
    put_off: list[int]
    """Which are put off, in their order."""
    behind: list[str]
    """Topics of which something was put off before and something is judged now."""


def divide(topics: Sequence[str], sizes: Sequence[int], waiting: Container[str]) -> Divided:
    """Return how a batch is divided, given each message's topic and payload bytes.

    `waiting` are the topics of which something was put off before.
    """
    uploads = {index for index, size in enumerate(sizes) if size > BULK_BYTES}
    said_now = [topic for index, topic in enumerate(topics) if index not in uploads]
    new = {index for index in uploads if topics[index] not in waiting}
    put_off = uploads - new
    if sum(sizes[index] for index in new) > AT_ONCE_BYTES:
        put_off = uploads - _called_for(topics, new, said_now)
    at_once = [index for index in range(len(topics)) if index not in put_off]
    behind = dict.fromkeys(topic for topic in said_now if topic in waiting)
    return Divided(at_once, sorted(put_off), list(behind))


def _called_for(topics: Sequence[str], new: set[int], said_now: Sequence[str]) -> set[int]:
    """Return the uploads of devices that also say something of now, of a bounded number."""
    also = set(said_now)
    called = dict.fromkeys(topics[index] for index in sorted(new) if topics[index] in also)
    chosen = set(list(called)[:CAUGHT_UP])
    return {index for index in new if topics[index] in chosen}


def states_events(payload: bytes) -> bool:
    """Tell whether a payload may state events: never wrong where it does by that very name."""
    return _EVENTS in payload


def next_piece(messages: int, took_s: float) -> int:
    """Return how many messages to take next, after so many took that much processor time."""
    fitting = round(messages * PIECE_S / max(took_s, 1e-6))
    return max(1, min(MOST_IN_PIECE, 2 * messages, fitting))
