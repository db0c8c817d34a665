"""The wire of an MQTT 5 connection: bytes between asyncio and the codec, coalesced under load.

A broker writes each message by itself, and reading them one by one costs more than all that is
done with them. So under load reading rests after each read, and what has come meanwhile is read at
once:

- *load*: something arrives within `LOAD_S` of the read before, or of the end of the last rest;
- *rest*: until somebody waits for deliveries, and no longer than `REST_S`, plus what the event
  loop's timer adds, which is up to a millisecond.

So no message waits for a rest that could have been taken, and where a batch takes long the next one
is read meanwhile.

Reading also rests while more is unacknowledged than the broker was allowed to send (not every
broker keeps to that), or while too many bytes wait. What comes too much waits in the broker's own
socket, so memory is bounded whatever a broker does.
"""

import asyncio
from collections.abc import Callable, Sequence
from struct import Struct as Packing
from typing import Final

import mqtt5

from engine.sources.link import LinkError
from engine.sources.mqtt_5_reader import MalformedPacketError, Reader
from engine.sources.unacknowledged import Unacknowledged
from zones.instant import Instant

REST_S: Final = 0.004
LOAD_S: Final = 0.001


class Mqtt5Wire(asyncio.BufferedProtocol):
    """One connection's protocol. `answer` is called for each packet that is no message."""

    def __init__(
        self,
        unacknowledged: Unacknowledged,
        now: Callable[[], Instant],
        answer: Callable[[mqtt5.Packet], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[LinkError] = self._loop.create_future()
        """Why the connection is no more."""
        self._heard = False
        self._unacknowledged = unacknowledged
        self._now = now
        self._answer = answer
        self._reader = Reader()
        self._transport: asyncio.Transport | None = None
        self._reading_since = float("-inf")
        self._closed = asyncio.Event()
        self._resting: asyncio.TimerHandle | None = None
        unacknowledged.when_wanted(self._wanted)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; see `asyncio.BaseProtocol`."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's promise
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that it is over; see `asyncio.BaseProtocol`."""
        reason = exc or "the broker closed it"
        self.fail(LinkError(f"the connection was lost ({reason})"))
        self._closed.set()

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Return where to put what arrives; see `asyncio.BufferedProtocol`."""
        return self._reader.room()

    def buffer_updated(self, nbytes: int) -> None:
        """Read what has arrived; see `asyncio.BufferedProtocol`."""
        if self.lost.done():
            return
        self._heard = True
        try:
            deliveries, answers = self._reader.read(nbytes, self._now())
        except LinkError as error:
            self.refuse(error)
            return
        if deliveries:
            self._unacknowledged.arrived(deliveries)
        for answer in answers:
            self._answer(answer)
        self._rest_under_load(bool(deliveries))

    def heard(self) -> bool:
        """Return whether anything came since this was asked last, or could not be read."""
        heard, self._heard = self._heard or self._unacknowledged.full, False
        return heard

    def write(self, data: bytes) -> None:
        """Send bytes; nothing happens once the connection is lost."""
        if self._transport is not None and not self.lost.done():
            self._transport.write(data)

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Send a PUBACK (0x40, 2 bytes, identifier) for each, in order, as one write."""
        if packet_ids:
            pubacks = [0x4002_0000 | number for number in packet_ids]
            self.write(Packing(f">{len(pubacks)}I").pack(*pubacks))

    def fail(self, error: LinkError) -> None:
        """Note why the connection is no more, if nothing was noted before."""
        if not self.lost.done():
            self.lost.set_result(error)

    def refuse(self, error: LinkError) -> None:
        """Close the connection for what the broker sent, and tell it why."""
        malformed = isinstance(error, MalformedPacketError)
        code = mqtt5.DisconnectReasonCode
        reason = code.MALFORMED_PACKET if malformed else code.PROTOCOL_ERROR
        self.write(mqtt5.DisconnectPacket(reason_code=reason).write())
        self.fail(error)
        if self._transport is not None:
            self._transport.close()

    async def close(self, timeout_s: float) -> None:
        """Send what was written, then close."""
        if self._transport is None:
            return
        self._transport.close()
        try:
            async with asyncio.timeout(timeout_s):
                await self._closed.wait()
        except TimeoutError:
            self._transport.abort()

    def abandon(self) -> None:
        """Close the socket at once."""
        self.fail(LinkError("the connection was closed"))
        if self._transport is not None:
            self._transport.abort()

    def _rest_under_load(self, delivered: bool) -> None:
        """Rest if what this read delivered came soon after reading began, or the read before."""
        time = self._loop.time()
        loaded = delivered and time - self._reading_since <= LOAD_S
        self._reading_since = time
        rests = loaded or self._unacknowledged.full
        if rests and self._transport is not None and self._transport.is_reading():
            self._transport.pause_reading()
            self._resting = self._loop.call_later(REST_S, self._resume)

    def _wanted(self) -> None:
        """End a rest: somebody waits."""
        if self._resting is not None and not self._unacknowledged.full:
            self._resting.cancel()
            self._resume()

    def _resume(self) -> None:
        self._resting = None
        self._reading_since = self._loop.time()
        if self._transport is None or self._transport.is_closing():
            return
        if self._unacknowledged.full:
            self._resting = self._loop.call_later(REST_S, self._resume)
        else:
            self._transport.resume_reading()
