"""Whether the broker serves: asked by really connecting over MQTT.

Uses paho's own client in a worker thread, for it can leave a message unacknowledged: opening the
engine's session must not take anything out of it.
"""

import asyncio
import time
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from engine.broker.credentials import Login
from engine.core.topic import TELEMETRY_FILTER

ANSWER_S: Final = 5.0


async def accepts(host: str, port: int, login: Login) -> bool:
    """Return whether the broker lets this login in now."""
    return await asyncio.to_thread(_converse, host, port, login, "")


async def open_session(host: str, port: int, login: Login, client_id: str) -> bool:
    """Make sure the persistent session has its subscription; return whether it has."""
    return await asyncio.to_thread(_converse, host, port, login, client_id)


def _converse(host: str, port: int, login: Login, client_id: str) -> bool:
    """Connect, subscribe if the session is a named one, and disconnect."""
    answers: list[bool] = []
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=not client_id,
        manual_ack=True,
        reconnect_on_failure=False,
    )
    client.username_pw_set(login.user, login.password)

    def on_connect(
        client: paho.Client, _data: object, _flags: object, reason: ReasonCode, _more: object
    ) -> None:
        if reason.is_failure or not client_id:
            answers.append(not reason.is_failure)
        else:
            client.subscribe(TELEMETRY_FILTER, qos=1)

    def on_subscribe(
        _client: paho.Client,
        _data: object,
        _packet_id: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        answers.append(not any(reason.is_failure for reason in reasons))

    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    deadline = time.monotonic() + ANSWER_S
    try:
        client.connect(host, port)
        while not answers and time.monotonic() < deadline:
            if client.loop(0.1) != paho.MQTT_ERR_SUCCESS:
                break
    except OSError:
        return False
    finally:
        client.disconnect()
        client.loop(0.1)
    return answers == [True]
