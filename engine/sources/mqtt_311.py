"""A link over MQTT 3.1.1, by aiomqtt: for brokers that speak nothing newer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NoReturn, Self

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from engine.core.topic import TELEMETRY_FILTER
from engine.sources.address import BrokerLogin
from engine.sources.link import KEEPALIVE_S, TIMEOUT_S, LinkError, not_granted, refused_login
from engine.sources.manual_ack import Arrival, ManualAck
from engine.sources.outgoing import MAX_WAITING
from engine.sources.source import Delivery
from engine.sources.unacknowledged import Unacknowledged
from zones.instant import Instant

_CREDENTIALS_REFUSED: Final = ("Bad user name or password", "Not authorized")


class Mqtt311Link:
    """One MQTT 3.1.1 connection; see `Link`."""

    def __init__(
        self, login: BrokerLogin, unacknowledged: Unacknowledged, now: Callable[[], Instant]
    ) -> None:
        """Make a link that has not connected. `now` is asked for the time of each arrival."""
        self._unacknowledged = unacknowledged
        self._now = now
        self._client = aiomqtt.Client(
            login.address.host,
            login.address.port,
            username=login.address.username,
            password=login.address.password,
            identifier=login.client_id,
            clean_session=False,
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
            tls_context=login.tls,
        )
        self._client.pending_calls_threshold = MAX_WAITING
        self._wire = ManualAck(self._client, self._arrived)

    @property
    def session_present(self) -> bool:
        """Whether the broker remembered the session."""
        return bool(self._wire.session_present)

    async def __aenter__(self) -> Self:
        """Connect; see `Link`."""
        with _in_words():
            await self._client.__aenter__()
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Say goodbye; see `Link`."""
        with _in_words():
            await self._client.__aexit__(None, None, None)

    async def subscribe(self) -> None:
        """Subscribe to all telemetry; see `Link`."""
        with _in_words():
            granted = await self._client.subscribe(TELEMETRY_FILTER, qos=1)
        codes = [code if isinstance(code, int) else code.value for code in granted]
        if codes != [1]:
            raise not_granted(codes)

    async def publish(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1; see `Link`."""
        with _in_words():
            await self._client.publish(topic, payload, qos=1)

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Send the acknowledgements; see `Link`."""
        self._wire.acknowledge(packet_ids)

    async def lost(self) -> NoReturn:
        """Wait until the connection is lost; our messages never go through aiomqtt's queue."""
        try:
            async for _ in self._client.messages:
                pass
        except aiomqtt.MqttError as error:
            raise LinkError(f"the connection was lost ({error.__cause__ or error})") from error
        raise LinkError("the connection was lost")

    def abandon(self) -> None:
        """Close the socket; see `Link`."""
        self._wire.abandon()

    def _arrived(self, arrival: Arrival) -> None:
        delivery = Delivery(arrival.topic, arrival.payload, self._now(), arrival.packet_id)
        self._unacknowledged.arrived((delivery,))


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn aiomqtt's errors into ours, in words for the operator."""
    try:
        yield
    except aiomqtt.MqttError as error:
        code = getattr(error, "rc", None)
        if isinstance(code, ReasonCode) and code.getName() in _CREDENTIALS_REFUSED:
            raise refused_login(code) from error
        raise LinkError(str(error) or type(error).__name__) from error
