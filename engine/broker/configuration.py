"""The configuration of the embedded NATS server, as text.

Each user may do one thing: the engine receives every vendor's telemetry and publishes rejections;
a vendor publishes its own telemetry and receives its own rejections. Users come in over MQTT only.
NATS writes a topic's levels with dots.

Nothing in here may lose a message: storage is on disk and synced before a vendor's PUBACK, the
engine's session never expires, and a vendor may connect only once that session exists.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from engine.broker.credentials import Credentials, Login

SERVER_NAME: Final = "ringfence"
ROOM_BYTES: Final = 1_000_000
"""What a start leaves free for the engine to connect."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the broker holds and for how long.

    `max_in_flight` bounds the deliveries unacknowledged by one client, `max_payload_bytes` one
    message (a little more than the wire contract allows, so that what is too large for it is
    rejected with a reason), `max_storage_bytes` all messages that wait. After `ack_wait_s` without
    an acknowledgement a message is delivered again; it is also how long the deliveries in flight
    at a crash of the engine take to return.
    """

    max_in_flight: int = 1_000
    max_payload_bytes: int = 1024 * 1024 + 64 * 1024
    max_storage_bytes: int = 16 * 1024**3
    ack_wait_s: float = 10.0
    sync_always: bool = True

    def __post_init__(self) -> None:
        for name in ("max_in_flight", "max_payload_bytes", "max_storage_bytes", "ack_wait_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}: give more than 0")
        if self.max_in_flight > 65_535:
            raise ValueError(f"max_in_flight is {self.max_in_flight}: MQTT allows 65535 at most")

    def with_room(self, stored_bytes: int) -> Self:
        """Return limits that leave room beside what is stored already.

        A full NATS lets nobody connect, not even the engine that would empty it: so a start finds
        a little more room than is used.
        """
        return replace(
            self, max_storage_bytes=max(self.max_storage_bytes, stored_bytes + ROOM_BYTES)
        )


def render(
    *,
    host: str,
    port: int,
    storage: Path,
    log: Path,
    credentials: Credentials,
    vendors: tuple[str, ...],
    limits: Limits,
) -> str:
    """Return the server's configuration, for the engine and these vendors."""
    users = [_user(credentials.engine, "ringfence.v1.*.*.rejections", "ringfence.v1.*.*.telemetry")]
    for vendor in vendors:
        own = f"ringfence.v1.{vendor}.*"
        users.append(_user(credentials.vendors[vendor], f"{own}.telemetry", f"{own}.rejections"))
    options: Mapping[str, object] = {
        "server_name": SERVER_NAME,
        "host": "127.0.0.1",
        "port": -1,
        "log_file": str(log),
        "logfile_size_limit": 10_000_000,
        "logfile_max_num": 3,
        "max_payload": limits.max_payload_bytes,
        "max_pending": 2 * limits.max_in_flight * limits.max_payload_bytes,
        "jetstream": {
            "store_dir": str(storage),
            "max_memory_store": 64 * 1024**2,
            "max_file_store": limits.max_storage_bytes,
            "sync_interval": "always" if limits.sync_always else "1s",
        },
        "mqtt": {
            "host": host,
            "port": port,
            "ack_wait": f"{round(limits.ack_wait_s * 1000)}ms",
            "max_ack_pending": limits.max_in_flight,
        },
        "authorization": {"timeout": 5, "users": users},
    }
    return json.dumps(options, indent=2) + "\n"


def _user(login: Login, publish: str, subscribe: str) -> Mapping[str, object]:
    return {
        "user": login.user,
        "password": login.password,
        "allowed_connection_types": ["MQTT"],
        "permissions": {"publish": {"allow": [publish]}, "subscribe": {"allow": [subscribe]}},
    }
