"""The demo: broker, engine, API and a simulated city, from nothing to live alerts, on this machine.

Everything runs through the parts a real installation has: the fleet publishes over MQTT with its
vendors' credentials, the engine is `ringfence run` in a process of its own, and what is shown is
what the API says. The city's clock runs `speed` times as fast as ours.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import msgspec

from engine.broker.embedded import EmbeddedBroker
from engine.clock import ScaledClock, SystemClock
from engine.core.canary import CANARY
from engine.store import Store, migrate, open_store
from simulators.cast import Cast, cast
from simulators.city import City
from simulators.contacts import contacts_of
from simulators.demo_screen import Screen
from simulators.device import Delivery
from simulators.fleet import Vendor, play, vendors
from simulators.processes import EngineProcess
from simulators.scenarios import DEFAULT_START
from simulators.scenarios.stage import TOWN_SEED
from simulators.street_map import street_map
from zones.instant import render

MARK: Final = ".ringfence-demo"
"""File that marks a folder as a demo's, and is locked while that demo runs."""

STREETS: Final = "streets.geojson"
"""File of the base map, in the demo's folder."""

REFRESH_S: Final = 0.5


@dataclass(slots=True)
class Tally:
    """What happened so far."""

    published: int = 0
    positions: int = 0
    rejected: int = 0
    episodes: int = 0
    alerts: int = 0
    newest: list[dict[str, object]] = field(default_factory=list)
    """The newest alerts as the API gives them, newest first."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a demo is asked for."""

    port: int = 8000
    wearers: int = 100
    speed: float = 60.0
    seed: int = TOWN_SEED
    """The town's; by default it is the one that the scenarios take place in."""
    for_s: float | None = None
    state_dir: Path = Path("var/demo")

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"


async def demo(options: DemoOptions, screen: Screen) -> Tally:
    """Run until told to stop, or for the time asked; return what happened.

    Raises:
        OSError: the port is taken.
        RuntimeError: the engine did not get ready.
    """
    _check_port(options.port)
    began = time.monotonic()
    state_dir = _fresh(options.state_dir)
    screen.say("making the city")
    acting = await asyncio.to_thread(
        cast, DEFAULT_START, wearers=options.wearers, seed=options.seed
    )
    url = f"sqlite:///{state_dir / 'ringfence.db'}"
    store = await asyncio.to_thread(_prepared, url, acting)
    await asyncio.to_thread(_draw, state_dir / STREETS, options.seed)
    screen.say("starting the broker")
    async with EmbeddedBroker(state_dir / "broker", (*acting.vendors, CANARY)) as broker:
        _write_passwords(state_dir, broker)
        settings = _settings(options, state_dir, url, broker)
        screen.say("starting the engine and the API")
        async with EngineProcess(settings, state_dir / "engine.log") as engine:
            await engine.ready(options.url)
            screen.say(_what_is_where(options, state_dir, broker))
            screen.say(f"ready after {time.monotonic() - began:.1f} s")
            urls = {name: broker.url_for_vendor(name) for name in acting.vendors}
            async with vendors(urls) as connected:
                tally, clock = Tally(), _begin(options, state_dir)
                await _run(options, acting, connected, clock, tally, store, screen)
    store.close()
    return tally


def _what_is_where(options: DemoOptions, state_dir: Path, broker: EmbeddedBroker) -> str:
    return (
        f"console    {options.url}/\n"
        f"API        {options.url}/openapi.json\n"
        f"alerts     {options.url}/v1/alerts      live: {options.url}/v1/alerts/stream\n"
        f"broker     mqtt://{broker.host}:{broker.port}   vendors' passwords: "
        f"{state_dir / 'vendors.json'}\n"
        f"database   {state_dir / 'ringfence.db'}\n"
        f"log        {state_dir / 'engine.log'}\n"
        f"the city's clock runs {options.speed:g} times as fast as yours; Ctrl-C stops everything"
    )


def _begin(options: DemoOptions, state_dir: Path) -> ScaledClock:
    """Start the city's clock, ours and the engine's alike."""
    started = SystemClock().now()
    fresh = state_dir / "clock.new"
    fresh.write_text(render(started))
    fresh.rename(state_dir / "clock")
    return ScaledClock(DEFAULT_START, options.speed, started)


async def _run(
    options: DemoOptions,
    acting: Cast,
    connected: dict[str, Vendor],
    clock: ScaledClock,
    tally: Tally,
    store: Store,
    screen: Screen,
) -> None:
    def sent(_delivery: Delivery) -> None:
        tally.published += 1

    stopping = _asked_to_stop()
    playing = asyncio.create_task(play(acting.deliveries(), connected, clock, sent))
    screen.open()
    try:
        await _watch(options, stopping, playing, clock, tally, store, screen)
    finally:
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing
        await asyncio.to_thread(_count, store, tally)
        screen.show(tally, render(clock.now()))
        screen.close()


async def _watch(
    options: DemoOptions,
    stopping: asyncio.Event,
    playing: asyncio.Task[None],
    clock: ScaledClock,
    tally: Tally,
    store: Store,
    screen: Screen,
) -> None:
    """Refresh the screen until there is a reason to end."""
    began, first = time.monotonic(), True
    async with httpx.AsyncClient(base_url=options.url, timeout=10) as api:
        while not stopping.is_set() and not playing.done():
            await asyncio.to_thread(_count, store, tally)
            answer = await api.get("/v1/alerts", params={"sort": "newest", "limit": 20})
            tally.newest = answer.raise_for_status().json()["items"]
            if tally.newest and first:
                first = False
                screen.say(f"first alert {time.monotonic() - began:.1f} s after the city began")
            screen.show(tally, render(clock.now())[:19])
            if options.for_s is not None and time.monotonic() - began >= options.for_s:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), REFRESH_S)
    if playing.done():
        playing.result()


def _asked_to_stop() -> asyncio.Event:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    return asked


def _count(store: Store, tally: Tally) -> None:
    with store.read() as transaction:
        tally.positions = transaction.positions.count()
        tally.rejected = transaction.rejections.count()
        tally.episodes = transaction.episodes.count()
        tally.alerts = sum(transaction.alerts.count_by_state().values())


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OSError(f"port {port} is taken: choose another with --port") from error


def _fresh(state_dir: Path) -> Path:
    """Return the demo's folder, locked, without what an earlier demo left in it.

    Raises:
        OSError: it holds something else, or a demo that runs.
    """
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = state_dir / MARK
    if not mark.exists() and any(state_dir.iterdir()):
        raise OSError(f"{state_dir} holds other things: give an empty folder with --state-dir")
    lock = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)  # held until this process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise OSError(f"a demo runs in {state_dir}: give another --state-dir") from error
    for left in state_dir.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        elif left != mark:
            left.unlink()
    return state_dir.absolute()


def _prepared(url: str, acting: Cast) -> Store:
    migrate(url)
    store = open_store(url)
    with store.write() as transaction:
        acting.enrol(transaction.registry)
        for contact in contacts_of(acting.wearers, acting.start):
            transaction.contacts.save(contact)
    return store


def _draw(file: Path, seed: int) -> None:
    """Draw the town's streets: the base map of the demo."""
    file.write_bytes(msgspec.json.encode(street_map(City.generate(seed))))


def _write_passwords(state_dir: Path, broker: EmbeddedBroker) -> None:
    logins = broker.credentials.vendors.items()
    passwords = {name: login.password for name, login in logins if name != CANARY}
    file = state_dir / "vendors.json"
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(passwords)))


def _settings(
    options: DemoOptions, state_dir: Path, url: str, broker: EmbeddedBroker
) -> dict[str, str]:
    return {
        "database_url": url,
        "broker_url": broker.url_for_engine(),
        "canary_broker_url": broker.url_for_vendor(CANARY),
        "vendor_passwords_file": str(state_dir / "vendors.json"),
        "port": str(options.port),
        "base_map": "geojson",
        "base_map_source": str(state_dir / STREETS),
        "base_map_attribution": "Simulated streets: no real place",
        "clock_speed": str(options.speed),
        "clock_origin": render(DEFAULT_START),
        "clock_started_file": str(state_dir / "clock"),
    }
