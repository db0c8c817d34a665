"""What a broker sends over MQTT 5 becomes deliveries and answers: bytes in, values out, no I/O.

A PUBLISH is taken apart here, all else by the codec. Brokers that are not told to be strict pass on
text that is not UTF-8, and the codec panics at it. Such a topic is delivered readable, for the
decoder to reject: refused here, the message would come again for ever. The usual PUBLISH (QoS 1, no
properties, 128 to 16,383 bytes) takes two reads of a few bytes, and costs what the codec would.

The buffer grows by what has arrived, never by what a length promises, up to the protocol's limit
of 256 MiB for one packet.
"""

from struct import Struct as Packing
from typing import Final

import mqtt5

from engine.sources.link import LinkError, UnsupportedVersionError
from engine.sources.source import Delivery
from zones.instant import Instant

BUFFER_BYTES: Final = 256 * 1024
_CONNACK_OF_3_1_1: Final = b"\x20\x02"
_PUBLISH: Final = 0x30
_QOS: Final = 0b110
_HEAD: Final = Packing(">BBBH")
"""First byte, two bytes of remaining length, size of the topic."""
_NUMBER: Final = Packing(">HB")
"""Packet identifier, length of the properties."""


class MalformedPacketError(LinkError):
    """The broker sent what is no MQTT 5, or what it must not send."""


class Reader:
    """The receiving end of one connection."""

    def __init__(self) -> None:
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._end = 0

    def room(self) -> memoryview:
        """Return where to put what arrives next; it is never empty."""
        return self._view[self._end :]

    def read(self, count: int, received_at: Instant) -> tuple[list[Delivery], list[mqtt5.Packet]]:
        """Return what is complete, now that so many bytes more are in the buffer.

        Deliveries have their packet identifier as token, 0 at QoS 0.

        Raises:
            MalformedPacketError: it is not what a broker may send.
            UnsupportedVersionError: the broker does not speak MQTT 5.
        """
        self._end += count
        data, size = bytes(self._view[: self._end]), self._end
        head, numbered, deliver = _HEAD.unpack_from, _NUMBER.unpack_from, Delivery
        deliveries: list[Delivery] = []
        answers: list[mqtt5.Packet] = []
        at, last_head = 0, size - 5
        while at < size:
            if at <= last_head:
                first, low, high, topic_size = head(data, at)
                if first == 0x32 and low > 0x7F >= high:  # QoS 1, neither retained nor duplicate
                    topic_end = at + 5 + topic_size
                    payload, stop = topic_end + 3, at + 3 + (low & 0x7F | high << 7)
                    if payload <= stop <= size:
                        number, properties = numbered(data, topic_end)
                        topic = data[at + 5 : topic_end]
                        if number and not properties and topic.isascii():
                            deliveries.append(
                                deliver(topic.decode(), data[payload:stop], received_at, number)
                            )
                            at = stop
                            continue
            stop = _end_of_packet(data, at)
            if stop > size:
                break
            packet = data[at:stop]
            if packet[0] & 0xF0 == _PUBLISH:
                deliveries.append(_any_publish(packet, received_at))
            else:
                answers.append(_answer(packet))
            at = stop
        self._keep_from(at)
        return deliveries, answers

    def _keep_from(self, at: int) -> None:
        """Move the beginning of a packet that is not complete to the front, and leave it room."""
        rest = self._end - at
        if rest == len(self._buffer):
            self._resize(self._buffer)
        elif not rest and len(self._buffer) > BUFFER_BYTES:
            self._resize(b"")
        elif at:
            self._buffer[:rest] = self._buffer[at : self._end]
        self._end = rest

    def _resize(self, kept: bytes | bytearray) -> None:
        self._buffer = bytearray(kept) + bytes(max(BUFFER_BYTES, len(kept)))
        self._view = memoryview(self._buffer)


def _any_publish(packet: bytes, received_at: Instant) -> Delivery:
    """Read a whole PUBLISH of any kind; its properties say nothing that concerns us."""
    qos = (packet[0] & _QOS) >> 1
    if qos > 1:
        raise _malformed(packet, f"QoS {qos} was not asked for")
    topic = _after_length(packet, 1) + 2
    topic_end = topic + int.from_bytes(packet[topic - 2 : topic], "big")
    properties = topic_end + 2 * qos
    number = int.from_bytes(packet[topic_end:properties], "big")
    payload = _end_of_length(packet, properties)
    if payload > len(packet) or number < qos:
        raise _malformed(packet, "its lengths do not fit, or it has no packet identifier")
    return Delivery(_text(packet[topic:topic_end]), packet[payload:], received_at, number)


def _answer(packet: bytes) -> mqtt5.Packet:
    """Read a whole packet that is no PUBLISH."""
    try:
        return mqtt5.read(memoryview(packet))[0]
    except (ValueError, IndexError) as error:
        if packet.startswith(_CONNACK_OF_3_1_1):
            raise UnsupportedVersionError("the broker does not speak MQTT 5") from error
        raise _malformed(packet, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the codec's, on text that is not UTF-8
            raise
        raise _malformed(packet, "text that is not UTF-8") from error


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace")


def _end_of_packet(data: bytes, at: int) -> int:
    """Return where the packet at `at` ends, beyond the data if not all of it is there."""
    return _end_of_length(data, at + 1)


def _end_of_length(data: bytes, at: int) -> int:
    """Return where ends what the variable byte integer (MQTT 5, 1.5.5) at `at` is the length of.

    Beyond the data where the integer itself is not complete.
    """
    value = 0
    for index, digit in enumerate(data[at : at + 4]):
        value |= (digit & 0x7F) << 7 * index
        if digit < 0x80:
            return at + index + 1 + value
    if at + 4 <= len(data):
        raise _malformed(data[at - 1 :], "its length has no end")
    return len(data) + 1


def _after_length(data: bytes, at: int) -> int:
    """Return the place after the variable byte integer at `at`."""
    while data[at] > 0x7F:
        at += 1
    return at + 1


def _malformed(packet: bytes, reason: object) -> MalformedPacketError:
    return MalformedPacketError(
        f"the broker sent a malformed packet ({reason}; it begins with {packet[:16].hex(' ')})"
    )
