"""A broker that does what a test tells it, over a real socket, and notes what it was told.

It speaks MQTT 3.1.1 and 5, or one of them only, and refuses the other as brokers do.
"""

import asyncio
import struct
from collections.abc import Collection
from typing import Self

import mqtt5

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ = 1, 2, 3, 4, 8, 9, 12
DISCONNECT = 14
MQTT_311, MQTT_5 = 4, 5
_REASONS_OF_5 = {3: 0x88, 5: 0x87}
"""What MQTT 5 calls the return codes of 3.1.1."""


class ScriptedBroker:
    """Serves one client at a time: accepts it, grants what it asks, and delivers on demand."""

    def __init__(self, port: int = 0, levels: Collection[int] = (MQTT_311, MQTT_5)) -> None:
        self._port = port
        self.levels = levels
        """Protocol levels it speaks."""
        self.level = 0
        """Protocol level of the present connection."""
        self.refused = 0
        """Connections refused for their level."""
        self.connects: list[mqtt5.ConnectPacket] = []
        """What clients connected with (MQTT 5)."""
        self.publish_reason = 0
        """What a PUBLISH is answered with (MQTT 5)."""
        self.answers_pings = True
        self.accept_properties = b""
        """Properties of the CONNACK, encoded (MQTT 5)."""
        self.connack_code = 0
        self.session_present = True
        self.grants = 1
        self.connections = 0
        self.acknowledged: list[int] = []
        """Packet identifiers acknowledged on the present connection, in order."""
        self.disconnects = 0
        self.published: list[bytes] = []
        self.closes_on = b"never"
        self.subscriptions: list[str] = []
        self.clean_sessions: list[bool] = []
        self._writer: asyncio.StreamWriter | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        self._server.close()
        self.drop()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def deliver(self, topic: bytes, payload: bytes, packet_id: int, qos: int = 1) -> None:
        """Send a PUBLISH packet."""
        numbered = struct.pack(">H", packet_id) if qos else b""
        if self.level == MQTT_5:
            numbered += b"\0"
        self.send(_packet(PUBLISH << 4 | qos << 1, _text(topic) + numbered + payload))

    def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        assert self._writer is not None
        self._writer.write(raw)

    def drop(self) -> None:
        """Break the connection."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._writer = writer
        self.acknowledged = []
        try:
            while True:
                self._answer(*await _read(reader), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._serving.discard(task)
            writer.close()

    def _answer(self, kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        new = self.level == MQTT_5
        if kind == CONNECT:
            self._accept(body, writer)
        elif kind == SUBSCRIBE:
            topic_filter = body[2 + new :]
            length = int.from_bytes(topic_filter[:2], "big")
            self.subscriptions.append(topic_filter[2 : 2 + length].decode())
            none = b"\0" * new
            writer.write(_packet(SUBACK << 4, body[:2] + none + bytes([self.grants])))
        elif kind == PUBACK:
            self.acknowledged.append(int.from_bytes(body[:2], "big"))
        elif kind == PUBLISH:
            end = 2 + int.from_bytes(body[:2], "big")
            payload = body[end + 2 + new :]
            self.published.append(payload)
            if payload == self.closes_on:
                writer.transport.abort()
            else:
                reason = bytes([self.publish_reason]) if self.publish_reason else b""
                writer.write(_packet(PUBACK << 4, body[end : end + 2] + reason))
        elif kind == PINGREQ and self.answers_pings:
            writer.write(b"\xd0\x00")
        elif kind == DISCONNECT:
            self.disconnects += 1

    def _accept(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        """Answer a CONNECT."""
        self.level = body[6]
        if self.level not in self.levels:
            self.refused += 1
            writer.write(_packet(CONNACK << 4, b"\0\1"))
            writer.close()
            return
        self.clean_sessions.append(bool(body[7] & 2))
        self.connections += 1
        present = self.session_present and not self.connack_code
        if self.level == MQTT_311:
            writer.write(_packet(CONNACK << 4, bytes([present, self.connack_code])))
            return
        packet = mqtt5.read(memoryview(_packet(CONNECT << 4, body)))[0]
        assert isinstance(packet, mqtt5.ConnectPacket)
        self.connects.append(packet)
        reason = _REASONS_OF_5.get(self.connack_code, self.connack_code)
        properties = bytes([len(self.accept_properties)]) + self.accept_properties
        writer.write(_packet(CONNACK << 4, bytes([present, reason]) + properties))


def _text(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


def _packet(first: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while left > 127:
        length += bytes([left % 128 | 128])
        left //= 128
    return bytes([first]) + length + bytes([left]) + body


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    length, shift = 0, 0
    while True:
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return first >> 4, await reader.readexactly(length)
