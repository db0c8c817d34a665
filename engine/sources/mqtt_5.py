"""A link over MQTT 5, on the codec `mqtt5`; see `mqtt_5_wire` for how it reads.

The session never expires, and at most as many messages come unacknowledged as the source may hold
(receive maximum). A packet's greatest size is not bounded here: a broker that is told one throws
away what is larger, and calls it delivered.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn, Self

import mqtt5
import structlog

from engine.core.topic import TELEMETRY_FILTER
from engine.sources.address import BrokerLogin
from engine.sources.link import (
    KEEPALIVE_S,
    TIMEOUT_S,
    LinkError,
    UnsupportedVersionError,
    not_granted,
    refused_login,
)
from engine.sources.mqtt_5_wire import Mqtt5Wire
from engine.sources.unacknowledged import Unacknowledged
from zones.instant import Instant

NEVER: Final = 0xFFFF_FFFF
"""Session expiry interval: none."""

MOST_IN_FLIGHT: Final = 65_535
_FAILURE: Final = 0x80
_LOGIN_REFUSED: Final = (
    mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD,
    mqtt5.ConnAckReasonCode.NOT_AUTHORIZED,
)
_log = structlog.get_logger(__name__)


class Mqtt5Link:
    """One MQTT 5 connection; see `Link`."""

    def __init__(
        self,
        login: BrokerLogin,
        unacknowledged: Unacknowledged,
        now: Callable[[], Instant],
        max_in_flight: int,
    ) -> None:
        """Make a link that has not connected. `now` is asked for the time of each read."""
        self._login = login
        self._max_in_flight = min(max_in_flight, MOST_IN_FLIGHT)
        self._wire = Mqtt5Wire(unacknowledged, now, self._answered)
        self._answers: dict[int, asyncio.Future[mqtt5.Packet]] = {}
        """Who waits for an answer, by packet identifier; 0 is the CONNACK's."""
        self._accepted = mqtt5.ConnAckPacket()
        self._last_number = 0
        self._window = asyncio.Semaphore(1)

    @property
    def session_present(self) -> bool:
        """Whether the broker remembered the session."""
        return self._accepted.session_present

    async def __aenter__(self) -> Self:
        """Connect; see `Link`."""
        address = self._login.address
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await asyncio.get_running_loop().create_connection(
                    lambda: self._wire, address.host, address.port, ssl=self._login.tls
                )
        except TimeoutError:
            raise LinkError(f"there was no connection within {TIMEOUT_S:g} s") from None
        except ConnectionError as error:
            raise LinkError(f"{os.strerror(error.errno or 0)} ({error})") from error
        password = address.password
        accepted = await self._ask(
            0,
            mqtt5.ConnectPacket(
                self._login.client_id,
                username=address.username,
                password=None if password is None else password.encode(),
                clean_start=False,
                keep_alive=KEEPALIVE_S,
                session_expiry_interval=NEVER,
                receive_max=self._max_in_flight,
            ).write(),
        )
        if not isinstance(accepted, mqtt5.ConnAckPacket):
            raise LinkError(f"the broker answered CONNECT with {type(accepted).__name__}")
        _check_accepted(accepted)
        self._accepted = accepted
        self._window = asyncio.Semaphore(accepted.receive_max)
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Say goodbye; see `Link`."""
        self._wire.write(mqtt5.DisconnectPacket().write())
        await self._wire.close(TIMEOUT_S)

    async def subscribe(self) -> None:
        """Subscribe to all telemetry; see `Link`."""
        number = self._next_number()
        wanted = mqtt5.TopicFilter(
            TELEMETRY_FILTER,
            max_qos=mqtt5.QoS.AT_LEAST_ONCE,
            retain_handling=mqtt5.RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS,
        )
        granted = await self._ask(number, mqtt5.SubscribePacket(number, [wanted]).write())
        codes = granted.reason_codes if isinstance(granted, mqtt5.SubAckPacket) else []
        if codes != [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]:
            raise not_granted(", ".join(code.name for code in codes))

    async def publish(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1; see `Link`."""
        async with self._window:
            number = self._next_number()
            qos = mqtt5.QoS.AT_LEAST_ONCE
            packet = mqtt5.PublishPacket(topic, payload, qos=qos, packet_id=number).write()
            most = self._accepted.max_packet_size
            if most is not None and len(packet) > most:
                raise ValueError(f"it has {len(packet)} bytes, and the broker takes {most}")
            answer = await self._ask(number, packet)
        if isinstance(answer, mqtt5.PubAckPacket) and answer.reason_code.value >= _FAILURE:
            raise ValueError(_said("the broker refuses it", answer))

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Send the acknowledgements; see `Link`."""
        self._wire.acknowledge(packet_ids)

    async def lost(self) -> NoReturn:
        """Wait until the connection is lost, and see to it that a broker's silence is noticed."""
        interval_s = (self._accepted.server_keep_alive or KEEPALIVE_S) / 2
        while True:
            self._wire.write(mqtt5.PingReqPacket().write())
            done, _ = await asyncio.wait((self._wire.lost,), timeout=interval_s)
            if done:
                raise self._wire.lost.result()
            if not self._wire.heard():
                raise LinkError(f"the broker was not heard for {interval_s:g} s")

    def abandon(self) -> None:
        """Close the socket; see `Link`."""
        self._wire.abandon()

    async def _ask(self, number: int, packet: bytes) -> mqtt5.Packet:
        """Send a packet and return the answer to it.

        Raises:
            LinkError: the connection is lost, or the answer does not come in time.
        """
        answer: asyncio.Future[mqtt5.Packet] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        either: tuple[asyncio.Future[Any], ...] = (answer, self._wire.lost)
        self._wire.write(packet)
        try:
            await asyncio.wait(either, timeout=TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            if self._wire.lost.done():
                raise self._wire.lost.result()
            raise LinkError(f"the broker did not answer within {TIMEOUT_S:g} s")
        finally:
            del self._answers[number]

    def _answered(self, packet: mqtt5.Packet) -> None:
        """Take what is no message."""
        match packet:
            case mqtt5.ConnAckPacket():
                self._settle(0, packet)
            case mqtt5.SubAckPacket() | mqtt5.PubAckPacket():
                self._settle(packet.packet_id, packet)
            case mqtt5.DisconnectPacket():
                self._wire.fail(LinkError(_goodbye(packet)))
            case mqtt5.PingRespPacket():
                pass
            case _:
                self._wire.refuse(LinkError(f"the broker sent a {type(packet).__name__}"))

    def _settle(self, number: int, packet: mqtt5.Packet) -> None:
        answer = self._answers.get(number)
        if answer is not None and not answer.done():
            answer.set_result(packet)

    def _next_number(self) -> int:
        """Return a packet identifier that is not in use."""
        while True:
            self._last_number = self._last_number % MOST_IN_FLIGHT + 1
            if self._last_number not in self._answers:
                return self._last_number


def _check_accepted(accepted: mqtt5.ConnAckPacket) -> None:
    """Raise if the broker did not take the connection; warn if it will forget the session."""
    code = accepted.reason_code
    if code in _LOGIN_REFUSED:
        raise refused_login(_said("the broker refuses the login", accepted))
    if code == mqtt5.ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION:
        raise UnsupportedVersionError("the broker does not speak MQTT 5")
    if code.value >= _FAILURE:
        raise LinkError(_said("the broker refuses the connection", accepted))
    expiry_s = accepted.session_expiry_interval
    if expiry_s is not None and expiry_s != NEVER:
        _log.warning(
            "mqtt.session_expires",
            after_s=expiry_s,
            meaning="a longer absence of the engine loses what the broker holds for it",
            fix="let the broker never expire the engine's session",
        )


def _said(
    what: str, packet: mqtt5.ConnAckPacket | mqtt5.PubAckPacket | mqtt5.DisconnectPacket
) -> str:
    name = packet.reason_code.name.lower().replace("_", " ")
    return f"{what} ({name}{f': {packet.reason_str}' if packet.reason_str else ''})"


def _goodbye(packet: mqtt5.DisconnectPacket) -> str:
    said = _said("the broker closed the connection", packet)
    if packet.reason_code == mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER:
        return f"{said}: another client uses this client identifier; give each engine its own"
    return said
