"""Messages to publish wait here for a connection, a bounded number, each tried a few times.

Publishing never holds up the batch loop. What does not fit, or fails three times (a broker closes
the connection on what it will not take), is dropped, counted and logged: the rejection it tells of
is kept in the store.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

import aiomqtt
import structlog

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
        """Return how many messages wait."""
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

    async def send(self, client: aiomqtt.Client) -> None:
        """Send what waits and what comes, until cancelled.

        Raises:
            MqttError: the connection does not take messages; what was not sent waits for the next.
        """
        while True:
            await self._filled.wait()
            together = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
            try:
                await self._send_together(client, together)
            finally:
                if not self._waiting:
                    self._filled.clear()
                    self._emptied.set()

    async def _send_together(self, client: aiomqtt.Client, messages: list[_Message]) -> None:
        """Publish some at once; put back, in order, what was not acknowledged."""
        outcomes: list[BaseException | None] = [asyncio.CancelledError()] * len(messages)
        try:
            outcomes = await asyncio.gather(
                *(client.publish(message.topic, message.payload, qos=1) for message in messages),
                return_exceptions=True,
            )
        finally:
            failed = [
                message
                for message, outcome in zip(messages, outcomes, strict=True)
                if outcome is not None and self._may_try_again(message, outcome)
            ]
            self._waiting.extendleft(reversed(failed))
        for outcome in outcomes:
            if isinstance(outcome, aiomqtt.MqttError):
                raise outcome

    def _may_try_again(self, message: _Message, outcome: BaseException) -> bool:
        message.tries += 1
        if message.tries < _TRIES and not isinstance(outcome, ValueError):
            return True
        self._drop(message.topic, str(outcome))
        return False

    def _drop(self, topic: str, reason: str) -> None:
        self.dropped += 1
        _log.warning("mqtt.publish_dropped", topic=topic, reason=reason, dropped=self.dropped)
