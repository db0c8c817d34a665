"""One process: broker (if embedded), engine and API, started in this order and stopped in reverse.

SIGTERM or SIGINT: the API takes nothing new, the engine finishes the batch in hand and acknowledges
it, then the broker goes.
"""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import structlog
import uvicorn

from api.app import create_app
from api.base_map import base_map_of
from api.binding import check_host
from api.feed import ChangeSignal
from api.services import Services
from engine.broker.embedded import EmbeddedBroker
from engine.canary import Canary, Publish, memory_publisher, mqtt_publisher, retire
from engine.clock import Clock
from engine.core.canary import CANARY
from engine.proof.signing import key_file
from engine.service import Service
from engine.settings import EMBEDDED, Settings
from engine.sources.address import TlsFiles
from engine.sources.memory import MemorySource
from engine.sources.merged import MergedSource
from engine.sources.mqtt import MqttSource
from engine.store import Store, open_store
from engine.survey import Survey
from engine.watch import Watch

SWITCH_S: Final = 0.0005
"""Seconds after which a thread that computes lets another go on that waits for it. A batch hands
the interpreter over some fifteen times, and where somebody asks the API for much it waits so long
at each; by default it would be 5 ms."""

_log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """A server that leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings) -> None:
    """Run until a signal comes.

    Raises:
        UnsafeHostError, BrokerError, StoreUnavailableError, ValueError, OSError: it cannot start.
    """
    check_host(settings.host)
    sys.setswitchinterval(SWITCH_S)
    base_map = base_map_of(settings)
    listening = _listening(settings)
    clock = settings.clock()
    store = open_store(settings.database_url, clock.now)
    store.check()
    async with AsyncExitStack() as stack:
        stack.callback(store.close)
        broker = await stack.enter_async_context(_broker(settings))
        intake = MemorySource(clock.now)
        tls = TlsFiles(ca_file=settings.broker_ca_file)
        mqtt = MqttSource(
            broker.url,
            clock.now,
            version=settings.mqtt_version,
            tls=tls,
            max_in_flight=settings.max_in_flight,
        )
        changes = ChangeSignal()
        service = Service(store, MergedSource(mqtt, intake), clock, changes.notify)
        login = broker.canary_url
        publish = mqtt_publisher(login, tls) if login else memory_publisher(intake.submit)
        canary = await _canary(settings, store, clock, publish)
        limit_bytes = round(settings.store_limit_gb * 1e9) or None
        survey = Survey(store, clock, settings.watch_forecast_days, limit_bytes)
        watch = Watch(
            store,
            clock,
            service.health,
            settings.limits(),
            changes.notify,
            canary,
            [service.vendor_signals, survey.signals],
        )
        services = Services(
            store=store,
            now=clock.now,
            speed=clock.speed,
            submit=intake.submit,
            vendor_passwords=broker.passwords,
            signing_key_file=key_file(settings),
            health=service.health,
            status=watch.status,
            delays=lambda: service.delays,
            vendors_heard=service.vendors_heard,
            capacity=survey.capacity,
            time_allowed=settings.time_allowed(),
            changes=changes,
            near=service.near,
            call_in=service.call_in,
            base_map=base_map,
            on_call=settings.on_call,
            floor=service.floor,
        )
        watch.start()
        stack.push_async_callback(asyncio.to_thread, watch.stop)
        if canary is not None:
            await stack.enter_async_context(_aside(canary.run()))
        await stack.enter_async_context(_aside(survey.run()))
        await _until_signal(settings, listening, service, services)


async def _canary(
    settings: Settings, store: Store, clock: Clock, publish: Publish
) -> Canary | None:
    """Return the canary to keep; None, with a former one's device taken off, if none is wanted."""
    if settings.canary_interval_s:
        return Canary(store, clock, publish, settings.canary_interval_s, settings.canary_lost_s)
    await asyncio.to_thread(retire, store, clock.now())
    return None


@asynccontextmanager
async def _aside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let something that never ends run beside the engine, until the block ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Broker(NamedTuple):
    """The broker as the engine finds it."""

    url: str
    passwords: dict[str, str]
    """Of the vendors, by name."""
    canary_url: str
    """Empty if the canary has no login."""


@asynccontextmanager
async def _broker(settings: Settings) -> AsyncIterator[_Broker]:
    """Yield the broker: the given one, or one that runs until the block ends."""
    url = settings.broker_url.get_secret_value()
    passwords = _passwords(settings.vendor_passwords_file)
    if url != EMBEDDED:
        yield _Broker(url, passwords, settings.canary_broker_url.get_secret_value())
        return
    folder = settings.state_dir / "broker"
    broker = EmbeddedBroker(
        folder, (*settings.vendors, CANARY), settings.broker_port, binary=settings.broker_binary
    )
    async with broker:
        logins = broker.credentials.vendors.items()
        own = {name: login.password for name, login in logins if name != CANARY}
        _log.info("the embedded broker serves", host=broker.host, port=broker.port)
        yield _Broker(broker.url_for_engine(), own | passwords, broker.url_for_vendor(CANARY))


def _passwords(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise ValueError(f"{file}: {error}: give a JSON object of vendor: password") from None


def _listening(settings: Settings) -> socket.socket:
    """Return a socket that listens where the API is to answer, before anything else is started.

    Raises:
        OSError: the address or the port cannot be had; names the setting.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named because asyncio switches off Nagle's delay only where it is.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise OSError(
            f"cannot listen on {settings.host} port {settings.port} ({error.strerror}): choose "
            "another with RINGFENCE_PORT"
        ) from error
    return listening


async def _until_signal(
    settings: Settings, listening: socket.socket, service: Service, services: Services
) -> None:
    app = create_app(services)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    serving = asyncio.create_task(server.serve([listening]), name="api")
    judging = asyncio.create_task(service.run(), name="engine")
    waiting = asyncio.create_task(asked.wait(), name="signals")
    _log.info("the engine runs", api=f"http://{settings.host}:{listening.getsockname()[1]}")
    await asyncio.wait({serving, judging, waiting}, return_when=asyncio.FIRST_COMPLETED)
    _log.info("the engine stops")
    services.changes.close()
    server.should_exit = True
    service.stop()
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    await judging
    await serving
