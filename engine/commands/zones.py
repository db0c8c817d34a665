"""`ringfence zones`: work on zone files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zones.geojson import read_zones

app = typer.Typer(help="Work on zone files.", no_args_is_help=True)


@app.callback()
def _zones() -> None:
    """Work on zone files."""


@app.command()
def check(file: Annotated[Path, typer.Argument(help="GeoJSON with zones.")]) -> None:
    """Say what is wrong in a zone file, and where; exit with 1 if anything is."""
    console = Console(soft_wrap=True, highlight=False)
    try:
        reading = read_zones(file.read_bytes())
    except OSError as error:
        console.print(f"{file}: {error.strerror}", style="red")
        raise typer.Exit(2) from None
    for problem in reading.problems:
        console.print(f"{file}: {problem}", style="red", markup=False)
    good = f"{len(reading.zones)} zone{'' if len(reading.zones) == 1 else 's'} good"
    console.print(f"{file}: {good}, {len(reading.problems)} with problems", markup=False)
    if reading.problems:
        raise typer.Exit(1)
