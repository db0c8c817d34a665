"""The command line: `ringfence …`.

The engine's own commands are added here. Packages above the engine bring theirs through the entry
point group `ringfence.commands`: each is a function that takes the application and adds to it.
"""

import os
from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from engine.commands import schedules, zones
from engine.commands.dry_run import dry_run
from engine.commands.evidence import evidence, show_signing_key
from engine.commands.migrate import migrate
from engine.commands.replay import replay
from engine.commands.verify import verify

GROUP = "ringfence.commands"


def application() -> typer.Typer:
    """Return the whole command line."""
    app = typer.Typer(
        name="ringfence",
        help="Ringfence, the open engine for electronic monitoring.",
        no_args_is_help=True,
        invoke_without_command=True,
        pretty_exceptions_show_locals=False,
    )
    app.callback()(_ringfence)
    app.command()(migrate)
    app.command()(replay)
    app.command()(verify)
    app.command()(dry_run)
    app.command()(evidence)
    app.command("signing-key")(show_signing_key)
    app.add_typer(zones.app, name="zones")
    app.add_typer(schedules.app, name="schedules")
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        entry.load()(app)
    return app


def _ringfence(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    if show_version:
        typer.echo(f"ringfence {version('ringfence')}")
        raise typer.Exit


def main() -> None:
    """Run the command line. What it writes is for its user only: it says where people are."""
    os.umask(0o077)
    application()()
