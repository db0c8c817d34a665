"""A link is one connection to a broker: what the source needs of it, whatever its MQTT version.

A link serves once and is thrown away with its connection: packet identifiers belong to it. What
arrives goes into the `Unacknowledged` it was made with.
"""

from collections.abc import Sequence
from typing import Final, NoReturn, Protocol, Self

from engine.core.topic import TELEMETRY_FILTER

KEEPALIVE_S: Final = 15
"""A broker that is not heard for this long is taken for gone."""

TIMEOUT_S: Final = 5.0
"""How long a broker may take to answer."""


class LinkError(Exception):
    """A connection cannot be had, or is lost; the message tells the operator why."""


class UnsupportedVersionError(LinkError):
    """The broker does not speak this version of MQTT."""


class Link(Protocol):
    """One connection, from its opening to its end."""

    @property
    def session_present(self) -> bool:
        """Whether the broker remembered the session."""
        ...

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            LinkError, OSError: there is no connection; `UnsupportedVersionError`: never will be.
        """
        ...

    async def __aexit__(self, *_raised: object) -> None:
        """Say goodbye, if there is someone to say it to, and disconnect."""
        ...

    async def subscribe(self) -> None:
        """Subscribe to all telemetry at QoS 1.

        Raises:
            LinkError: the broker grants less, or the connection is lost.
        """
        ...

    async def publish(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 1, and return once the broker has acknowledged it.

        Raises:
            LinkError: the connection is lost, or does not take it.
            ValueError: no connection will ever take it.
        """
        ...

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Send a PUBACK for each, in order, as one write."""
        ...

    async def lost(self) -> NoReturn:
        """Wait until the connection is lost.

        Raises:
            LinkError: always; says why.
        """
        ...

    def abandon(self) -> None:
        """Close the socket, whatever state the connection is in."""
        ...


def not_granted(answered: object) -> LinkError:
    """Return the error of a subscription that was granted less than was asked for."""
    return LinkError(
        f"the broker does not grant {TELEMETRY_FILTER} at QoS 1 (it answered {answered}): "
        "give the engine's user the permission to subscribe"
    )


def refused_login(answered: object) -> LinkError:
    """Return the error of a login that the broker does not take."""
    return LinkError(f"{answered}: check the user and the password in the broker's URL")
