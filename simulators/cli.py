"""`ringfence demo` and `ringfence simulate`."""

import asyncio
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from engine.broker.errors import BrokerError
from engine.clock import ScaledClock, SystemClock
from engine.settings import Settings
from engine.store import StoreUnavailableError, open_store
from simulators import scenarios
from simulators.cast import Cast, cast
from simulators.demo import DemoOptions, demo
from simulators.demo_screen import Screen
from simulators.fleet import play, vendors
from simulators.scenarios import DEFAULT_START
from simulators.scenarios.stage import TOWN_SEED
from zones.instant import MINUTE, render

_errors = Console(stderr=True, soft_wrap=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(name="demo")(run_demo)
    app.command(name="simulate")(simulate)


def run_demo(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    wearers: Annotated[
        int, typer.Option(min=0, help="Wearers of the city besides those of the scenarios.")
    ] = 100,
    speed: Annotated[
        float, typer.Option(min=0.1, max=600, help="Simulated seconds in a real one.")
    ] = 60.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the city.")] = TOWN_SEED,
    for_seconds: Annotated[
        float | None, typer.Option("--for", min=0, help="Stop by itself after so many seconds.")
    ] = None,
    state_dir: Annotated[
        Path, typer.Option(help="Folder of the demo; what is in it is removed first.")
    ] = Path("var/demo"),
    as_json: Annotated[
        bool, typer.Option("--json", help="End with one line of JSON on standard output.")
    ] = False,
) -> None:
    """Run everything on this machine: broker, engine, API and a simulated city."""
    options = DemoOptions(port, wearers, speed, seed, for_seconds, state_dir)
    try:
        tally = asyncio.run(demo(options, Screen(quiet=as_json)))
    except (BrokerError, OSError, RuntimeError, ValueError) as error:
        _errors.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    if as_json:
        counts = {
            "positions": tally.positions,
            "rejected": tally.rejected,
            "episodes": tally.episodes,
            "alerts": tally.alerts,
            "url": options.url,
        }
        typer.echo(msgspec.json.encode(counts).decode())


def simulate(
    names: Annotated[
        list[str] | None, typer.Argument(help="Scenarios to play; all if none is named.")
    ] = None,
    *,
    broker: Annotated[str, typer.Option(help="Broker, mqtt://HOST:PORT.")] = "",
    passwords: Annotated[
        Path | None, typer.Option(help="JSON object of vendor names and passwords.")
    ] = None,
    wearers: Annotated[int, typer.Option(min=0, help="Wearers of the city as well.")] = 0,
    speed: Annotated[float, typer.Option(min=0.1, max=600, help="Simulated s in a real s.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the city.")] = 1,
    show: Annotated[bool, typer.Option("--list", help="List the scenarios and stop.")] = False,
) -> None:
    """Play scenarios and a city over MQTT for an engine that runs elsewhere.

    Everyone is registered in the store at RINGFENCE_DATABASE_URL. At a speed other than 1 the
    engine must be given the same clock: the settings are printed.
    """
    if show:
        _list_scenarios()
        return
    try:
        urls = _urls(broker, passwords)
        acting = _at_present(names, wearers, seed)
        asyncio.run(_play(acting, urls, speed))
    except (KeyError, OSError, ValueError, StoreUnavailableError) as error:
        _errors.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None


def _list_scenarios() -> None:
    table = Table("scenario", "story", "alerts it must lead to", box=None)
    for name, build in sorted(scenarios.all(DEFAULT_START).items()):
        scenario = build()
        kinds = [f"{each.kind} ({each.state})" for each in scenario.expected]
        table.add_row(name, scenario.story, ", ".join(kinds) or "none")
    Console().print(table)


def _urls(broker: str, passwords: Path | None) -> dict[str, str]:
    """Return the URL of each vendor, with its password."""
    parts = urlsplit(broker)
    if parts.scheme != "mqtt" or not parts.hostname:
        raise ValueError(f"--broker is {broker!r}: give mqtt://HOST:PORT")
    if passwords is None:
        raise ValueError("--passwords is missing: give the file with the vendors' passwords")
    known = msgspec.json.decode(passwords.read_bytes(), type=dict[str, str])
    place = parts.netloc.rpartition("@")[2]
    return {name: f"mqtt://{quote(name)}:{quote(word)}@{place}" for name, word in known.items()}


def _at_present(names: list[str] | None, wearers: int, seed: int) -> Cast:
    """Return a cast whose time begins with the next whole minute."""
    start = (SystemClock().now() // MINUTE + 1) * MINUTE
    unknown = sorted(set(names or ()) - set(scenarios.all(start)))
    if unknown:
        raise ValueError(f"no scenario is called {', '.join(unknown)}: see simulate --list")
    return cast(start, names or None, wearers, seed)


async def _play(acting: Cast, urls: dict[str, str], speed: float) -> None:
    missing = sorted(set(acting.vendors) - set(urls))
    if missing:
        raise ValueError(f"no password for vendor {', '.join(missing)}: add it to the file")
    store = open_store(Settings().database_url)
    with store.write() as transaction:
        acting.enrol(transaction.registry)
    store.close()
    clock = ScaledClock(acting.start, speed, acting.start)
    _errors.print(
        f"RINGFENCE_CLOCK_ORIGIN={render(acting.start)} "
        f"RINGFENCE_CLOCK_STARTED={render(acting.start)} RINGFENCE_CLOCK_SPEED={speed:g}"
    )
    async with vendors({name: urls[name] for name in acting.vendors}) as connected:
        await play(acting.deliveries(), connected, clock)
