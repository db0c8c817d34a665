"""A real API server on loopback, and the little it needs around it."""

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvicorn

from api.app import create_app
from api.services import EngineHealth, Services
from engine.core.alert import Alert, AlertAction, AlertChange
from engine.live_positions import LivePositions
from engine.store import Store
from tests.store_values import alert

NOW = 1_772_400_000_000_000  # 2026-03-01T21:20:00Z
WELL = EngineHealth(running=True, connected=True)
PASSWORD = "correct horse"


_STATE = tempfile.TemporaryDirectory(prefix="ringfence-api-")


@dataclass
class Engine:
    """Stands for the engine beside the API: its clock, its health, its intake."""

    now: int = NOW
    health: EngineHealth = WELL
    taken: list[tuple[str, bytes]] = field(default_factory=list)

    async def submit(self, topic: str, payload: bytes) -> None:
        """Take a payload at once."""
        self.taken.append((topic, payload))


def services_on(store: Store, engine: Engine | None = None) -> Services:
    """Return services on a store, with the vendor acme."""
    engine = engine or Engine()
    return Services(
        store=store,
        now=lambda: engine.now,
        health=lambda: engine.health,
        submit=engine.submit,
        vendor_passwords={"acme": PASSWORD},
        near=LivePositions(lambda _activation_id: None).near,
        signing_key_file=Path(_STATE.name) / "signing-key.pem",
    )


def _server(services: Services) -> tuple[uvicorn.Server, socket.socket]:
    config = uvicorn.Config(
        create_app(services), log_config=None, access_log=False, timeout_graceful_shutdown=5
    )
    # With the protocol stated asyncio sets TCP_NODELAY; without, each answer takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return uvicorn.Server(config), listener


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Serve in this event loop; give a client of the server."""
    server, listener = _server(services)
    port = listener.getsockname()[1]
    task = asyncio.create_task(_serve(server, listener))
    try:
        while not server.started:
            await asyncio.sleep(0.005)
            assert not task.done()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=20, limits=limits
        ) as client:
            yield client
    finally:
        services.changes.close()
        server.should_exit = True
        await task


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    # `_serve` is `serve` without its signal handlers, which belong to the test runner.
    await server._serve(sockets=[listener])


@contextmanager
def served_in_thread(services: Services) -> Iterator[str]:
    """Serve in a thread of its own; give the server's URL."""
    server, listener = _server(services)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    ready = threading.Event()
    while not server.started and thread.is_alive():
        ready.wait(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        services.changes.close()
        server.should_exit = True
        thread.join()


def raise_alert(
    services: Services, alert_id: int, wearer_id: str = "w1", **changed: object
) -> AlertChange:
    """Do as the engine does: store an alert with its change in one transaction, then notify."""
    made = alert(alert_id, wearer_id, raised_at=NOW + alert_id, **changed)
    return store_change(services, made, AlertAction.RAISED)


def store_change(services: Services, made: Alert, action: AlertAction) -> AlertChange:
    """Store an alert and the change that made it so, then notify."""
    with services.store.write() as transaction:
        change_id = transaction.next_ids("change", 1)[0]
        change = AlertChange(
            change_id=change_id, alert_id=made.alert_id, at=NOW, actor="engine", action=action
        )
        transaction.alerts.save([msgspec.structs.replace(made)])
        transaction.alerts.append_changes([change])
    services.changes.notify(change_id)
    return change


class Event(msgspec.Struct, frozen=True):
    """One server-sent event."""

    name: str
    id: int | None
    data: Any


async def events(response: httpx.Response) -> AsyncIterator[Event]:
    """Yield the events of a stream; comments are left out."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "event" in fields:
            id_ = int(fields["id"]) if "id" in fields else None
            yield Event(fields["event"], id_, json.loads(fields["data"]))
            fields = {}
        else:
            fields = {}
