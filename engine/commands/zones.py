"""`ringfence zones`: work on zone files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from engine.commands.findings import print_findings, written
from engine.commands.roads import read_roads
from engine.core.zone_surroundings import roads_through
from engine.core.zone_use import uses_of
from engine.registry_reading import read_registry
from engine.settings import Settings
from engine.store import StoreUnavailableError, open_store
from engine.zone_lint import DAYS, Neighbourhood
from zones.finding import Finding, FindingSeverity, worst_first
from zones.geojson import ZoneReading, read_zones
from zones.metric import Floats
from zones.zone import Zone
from zones.zone_lint import lint_zone

app = typer.Typer(help="Work on zone files.", no_args_is_help=True)


@app.callback()
def _zones() -> None:
    """Work on zone files."""


@app.command()
def check(file: Annotated[Path, typer.Argument(help="GeoJSON with zones.")]) -> None:
    """Say what is wrong in a zone file, and where; exit with 1 if anything is."""
    console = Console(soft_wrap=True, highlight=False)
    reading = _read(file, console)
    for problem in reading.problems:
        console.print(f"{file}: {problem}", style="red", markup=False)
    good = f"{len(reading.zones)} zone{'' if len(reading.zones) == 1 else 's'} good"
    bad = len({problem.path for problem in reading.problems})
    console.print(f"{file}: {good}, {bad} with problems", markup=False)
    if reading.problems:
        raise typer.Exit(1)


@app.command()
def lint(
    file: Annotated[Path, typer.Argument(help="GeoJSON with zones.")],
    roads: Annotated[Path | None, typer.Option(help="GeoJSON with roads as lines.")] = None,
    days: Annotated[int, typer.Option(help="Days of positions to hold them against.")] = DAYS,
    *,
    database: Annotated[
        bool,
        typer.Option(
            "--database",
            help="Hold them against positions and orders of the store at RINGFENCE_DATABASE_URL.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what in zones is likely not what was meant; exit with 1 if an error is among it."""
    console = Console(soft_wrap=True, highlight=False)
    reading = _read(file, console)
    try:
        lines = [] if roads is None else read_roads(roads)
        with _linter(days, database=database) as linter:
            found = {zone.key: _findings(zone, linter, lines) for zone in reading.zones}
    except (StoreUnavailableError, ValueError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from None
    if as_json:
        told = [
            {"zone_id": zone_id, "version": version, "findings": [written(each) for each in some]}
            for (zone_id, version), some in found.items()
        ]
        problems = [str(each) for each in reading.problems]
        typer.echo(msgspec.json.encode({"zones": told, "problems": problems}).decode())
    else:
        for problem in reading.problems:
            console.print(f"{file}: {problem}", style="red", markup=False)
        for (zone_id, version), some in found.items():
            print_findings(console, f"{file}: {zone_id} (version {version})", some)
    errors = any(each.severity is FindingSeverity.ERROR for some in found.values() for each in some)
    if errors or reading.problems:
        raise typer.Exit(1)


def _read(file: Path, console: Console) -> ZoneReading:
    try:
        return read_zones(file.read_bytes())
    except OSError as error:
        console.print(f"{file}: {error.strerror}", style="red")
        raise typer.Exit(2) from None


Linter = Callable[[Zone], tuple[Finding, ...]]


@contextmanager
def _linter(days: int, *, database: bool) -> Iterator[Linter]:
    if not database:
        yield lint_zone
        return
    settings = Settings()
    store = open_store(settings.database_url)
    store.check()
    with store.read() as transaction:
        registry = read_registry(transaction.registry)
        now = settings.clock().now()
        around = Neighbourhood(transaction, now, days)
        newest = sorted((each.activation_id for each in registry.activations), reverse=True)
        yield lambda zone: around.findings(zone, uses_of(zone.zone_id, registry, now), newest)
    store.close()


def _findings(zone: Zone, linter: Linter, roads: list[tuple[str, Floats]]) -> tuple[Finding, ...]:
    return worst_first([*linter(zone), *roads_through(zone, roads)])
