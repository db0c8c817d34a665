"""Messages to publish wait here for a connection, a bounded number, each tried a few times.

Publishing never holds up the batch loop. What does not fit, or fails three times (a broker closes
the connection on what it will not take), is dropped, counted and logged: the rejection it tells of
is kept in the store.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import structlog

from engine.sources.link import Link, LinkError

MAX_WAITING: Final = 1_000
_TOGETHER: Final = 10
_TRIES: Final = 3
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Message:
    topic: str
    payload: bytes
    tries: int = 0


class Outgoing:
    """A bounded queue of messages, sent in order at QoS 1 while there is a connection."""

    def __init__(self, max_waiting: int = MAX_WAITING) -> None:
        self._max_waiting = max_waiting
        self._waiting: deque[_Message] = deque()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self.dropped = 0

    def __len__(self) -> int:
        """Return how many messages the broker has not acknowledged."""
        return len(self._waiting)

    def put(self, topic: str, payload: bytes) -> None:
        """Add a message, or drop it when the queue is full."""
        if len(self._waiting) >= self._max_waiting:
            self._drop(topic, "too many wait to be published")
            return
        self._waiting.append(_Message(topic, payload))
        self._filled.set()
        self._emptied.clear()

    async def emptied(self) -> None:
        """Wait until nothing is left to send."""
        await self._emptied.wait()

    async def send(self, link: Link) -> None:
        """Send what waits and what comes, until cancelled.

        Raises:
            LinkError: the connection does not take messages; what was not sent waits for the next.
        """
        while True:
            await self._filled.wait()
            if not (together := self._next()):
                continue
            outcomes = await asyncio.gather(
                *(link.publish(message.topic, message.payload) for message in together),
                return_exceptions=True,
            )
            self._settle(together, outcomes)
            for outcome in outcomes:
                if isinstance(outcome, LinkError):
                    raise outcome

    def _next(self) -> list[_Message]:
        """Return the first messages of the queue, which stay in it, less those tried enough.

        After a failure they go one by one: the one that is not taken fails alone.
        """
        while self._waiting and self._waiting[0].tries >= _TRIES:
            self._drop(self._waiting.popleft().topic, f"the broker did not take it {_TRIES} times")
        self._note_empty()
        failed = bool(self._waiting and self._waiting[0].tries)
        together = list(islice(self._waiting, 1 if failed else _TOGETHER))
        for message in together:
            message.tries += 1
        return together

    def _settle(
        self, messages: Sequence[_Message], outcomes: Sequence[BaseException | None]
    ) -> None:
        """Take what was sent, and what can never be, out of the front of the queue."""
        again = []
        for message, outcome in zip(messages, outcomes, strict=True):
            self._waiting.popleft()
            if isinstance(outcome, ValueError):
                self._drop(message.topic, str(outcome))
            elif outcome is not None:
                again.append(message)
        self._waiting.extendleft(reversed(again))
        self._note_empty()

    def _note_empty(self) -> None:
        if not self._waiting:
            self._filled.clear()
            self._emptied.set()

    def _drop(self, topic: str, reason: str) -> None:
        self.dropped += 1
        if self.dropped.bit_count() == 1:  # 1, 2, 4, 8 …: a flood must not flood the log as well
            _log.warning("mqtt.publish_dropped", topic=topic, reason=reason, dropped=self.dropped)
